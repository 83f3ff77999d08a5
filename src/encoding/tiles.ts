import { type Responses, sliceCols, stackCols } from "../core/index.ts";

const sampled = 512;
const ranges = 8;

/** Ranges of targets on which a search is planned: all if they are few, else eight ranges spread evenly. */
export function sampleRanges(targets: number): readonly (readonly [number, number])[] {
  if (targets <= sampled) return [[0, targets]];
  const each = sampled / ranges;
  return Array.from({ length: ranges }, (_, k) => {
    const from = Math.floor((k * (targets - each)) / (ranges - 1));
    return [from, from + each] as const;
  });
}

/** The targets of {@link sampleRanges}. */
export function sampleTargets(Y: Responses): Responses {
  const parts = sampleRanges(Y.cols).map(([from, to]) => sliceCols(Y, from, to));
  return parts.length === 1 ? (parts[0] as Responses) : stackCols(parts);
}
