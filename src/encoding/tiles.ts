import { allocate, dtypeOf, matrix, type Responses, stackCols } from "../core/index.ts";

/** Columns [from, to) as a copy; the matrix itself where that is all of them. */
export function columnsOf(Y: Responses, from: number, to: number): Responses {
  if (from === 0 && to === Y.cols) return Y;
  const cols = to - from;
  const out = allocate(dtypeOf(Y), Y.rows * cols);
  for (let i = 0; i < Y.rows; i++) out.set(Y.data.subarray(i * Y.cols + from, i * Y.cols + to), i * cols);
  return matrix(Y.axes, Y.rows, cols, out);
}

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
  const parts = sampleRanges(Y.cols).map(([from, to]) => columnsOf(Y, from, to));
  return parts.length === 1 ? (parts[0] as Responses) : stackCols(parts);
}
