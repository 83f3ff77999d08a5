import type { Responses } from "../core/index.ts";
import type { ScoreFold } from "./score-person.ts";

/** Places of the sums of one target. For model m, `models + 4 m` holds its errors, p, p² and y p; product-measure sums of the spaces
 * follow after the last model. */
export const place = { n: 0, y: 1, yy: 2, deviation: 3, models: 4 } as const;

/** Where the sums of a model begin. */
export function modelPlace(model: number): number {
  return place.models + 4 * model;
}

/** Sums of one target over each time block: every score is read from sums over blocks, without going back to the samples.
 * `table[block · width + place]`; `deviation` is the squared deviation of y from its mean over the fold. */
export interface BlockSums {
  readonly blocks: number;
  readonly width: number;
  readonly models: number;
  readonly table: Float64Array;
}

/** Sum a target's responses, predictions and errors over each block. */
export function sumBlocks(fold: ScoreFold, t: number, joint: number): BlockSums {
  const { Y, predicted, parts, blocks } = fold;
  const models = predicted.length;
  const width = modelPlace(models) + parts.length;
  const table = new Float64Array(fold.drawn.cols * width);
  const whole = predicted[joint] as Responses;
  const mean = meanOf(Y, t);
  const intercept = interceptOf(whole, parts, t);
  const add = (at: number, value: number) => {
    table[at] = (table[at] as number) + value;
  };
  for (let i = 0; i < Y.rows; i++) {
    const row = (blocks[i] as number) * width;
    const y = Y.data[i * Y.cols + t] as number;
    add(row + place.n, 1);
    add(row + place.y, y);
    add(row + place.yy, y * y);
    add(row + place.deviation, (y - mean) ** 2);
    for (let m = 0; m < models; m++) {
      const { data, cols } = predicted[m] as Responses;
      const p = data[i * cols + t] as number;
      const at = row + modelPlace(m);
      add(at, (y - p) ** 2);
      add(at + 1, p);
      add(at + 2, p * p);
      add(at + 3, y * p);
    }
    const rest = 2 * (y - mean) - ((whole.data[i * whole.cols + t] as number) - intercept);
    for (let s = 0; s < parts.length; s++) {
      const part = parts[s];
      if (part) add(row + modelPlace(models) + s, (part.data[i * part.cols + t] as number) * rest);
    }
  }
  return { blocks: fold.drawn.cols, width, models, table };
}

/** Add up blocks, block b counted `counts[offset + b]` times. @param out receives the sums, `width` numbers. */
export function addBlocks(
  { blocks, width, table }: BlockSums,
  counts: ArrayLike<number>,
  offset: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let b = 0; b < blocks; b++) {
    const times = counts[offset + b] as number;
    if (times === 0) continue;
    const row = b * width;
    for (let k = 0; k < width; k++) out[k] = (out[k] as number) + times * (table[row + k] as number);
  }
}

function meanOf(m: Responses, t: number): number {
  let sum = 0;
  for (let i = 0; i < m.rows; i++) sum += m.data[i * m.cols + t] as number;
  return sum / m.rows;
}

/** The mean response that the joint prediction holds beside its parts. */
function interceptOf(whole: Responses, parts: readonly (Responses | null)[], t: number): number {
  if (whole.rows === 0) return 0;
  return parts.reduce((rest, part) => rest - (part?.data[t] ?? 0), whole.data[t] as number);
}
