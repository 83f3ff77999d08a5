import { type Responses, zeros } from "../core/index.ts";
import { roundingSquares } from "../stats/index.ts";
import type { ScoreFold } from "./score-input.ts";

/** Places of the sums of one target. y is the response less its mean over the fold; e, p the error and the prediction of a model (less
 * its mean over the fold); q the part of a space in the joint prediction, w all parts together. For model m, `modelPlace(m)` holds
 * Σe², Σp, Σp², Σyp; for space s, `partPlace(s)` holds Σq(2y − w). */
export const place = { n: 0, y: 1, yy: 2, models: 3 } as const;

/** Sums of one target over each time block: every score of the fold, and of any draw of its blocks, is read from them without going
 * back to the samples. `table[block · width + place]`. */
export interface BlockSums {
  readonly blocks: number;
  readonly width: number;
  readonly models: number;
  readonly table: Float64Array;
}

/** Where the sums of a model begin. */
export function modelPlace(model: number): number {
  return place.models + 4 * model;
}

/** Where the sum of a space's part is. */
export function partPlace({ models }: Pick<BlockSums, "models">, space: number): number {
  return modelPlace(models) + space;
}

/** Sum a target's responses, predictions and errors over each block.
 *
 * Deviations are taken from the fold's own means, so that sums lose no digits, and a side that is constant (up to rounding) sums to
 * exact zeros.
 * @param t target. @param joint model that the parts belong to. */
export function sumBlocks(fold: ScoreFold, t: number, joint: number): BlockSums {
  const { Y, predicted, parts, blocks } = fold;
  const models = predicted.length;
  const width = partPlace({ models }, parts.length);
  const table = new Float64Array(fold.drawn.cols * width);
  const y = deviationsOf(Y, t);
  for (let i = 0; i < Y.rows; i++) {
    const row = (blocks[i] as number) * width;
    const yi = y[i] as number;
    add(table, row + place.n, 1);
    add(table, row + place.y, yi);
    add(table, row + place.yy, yi * yi);
  }
  for (const [m, model] of predicted.entries())
    sumModel(fold, t, model, y, (i) => (blocks[i] as number) * width + modelPlace(m), table);
  const whole = partsTogether(predicted[joint], parts, t);
  for (const [s, part] of parts.entries()) {
    if (part === null) continue;
    for (let i = 0; i < Y.rows; i++) {
      const at = (blocks[i] as number) * width + partPlace({ models }, s);
      const q = part.data[i * part.cols + t] as number;
      add(table, at, q * (2 * (y[i] as number) - (whole[i] as number)));
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

function sumModel(
  { Y }: ScoreFold,
  t: number,
  model: Responses,
  y: Float64Array,
  placeOfRow: (i: number) => number,
  table: Float64Array,
): void {
  const p = deviationsOf(model, t);
  for (let i = 0; i < Y.rows; i++) {
    const at = placeOfRow(i);
    const [yi, pi] = [y[i] as number, p[i] as number];
    const error = (Y.data[i * Y.cols + t] as number) - (model.data[i * model.cols + t] as number);
    add(table, at, error * error);
    add(table, at + 1, pi);
    add(table, at + 2, pi * pi);
    add(table, at + 3, yi * pi);
  }
}

/** Deviations of a column from its mean; exact zeros if it is constant. */
export function deviationsOf(m: Responses, t: number): Float64Array {
  const values = Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + t] as number);
  const first = meanOf(values);
  const mean = first + meanOf(values.map((value) => value - first));
  const out = values.map((value) => value - mean);
  const squares = out.reduce((sum, value) => sum + value * value, 0);
  return squares > roundingSquares(m, mean) ? out : out.fill(0);
}

/** The joint prediction without the mean response: the sum of its parts. */
function partsTogether(
  joint: Responses | undefined,
  parts: readonly (Responses | null)[],
  t: number,
): Float64Array {
  const { rows } = joint ?? zeros(["samples", "targets"], 0, 0);
  const out = new Float64Array(rows);
  for (const part of parts)
    if (part !== null)
      for (let i = 0; i < rows; i++) out[i] = (out[i] as number) + (part.data[i * part.cols + t] as number);
  return out;
}

function add(table: Float64Array, at: number, value: number): void {
  table[at] = (table[at] as number) + value;
}

function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
