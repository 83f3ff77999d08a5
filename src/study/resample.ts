import type { Matrix, Responses } from "../core/index.ts";
import type { ScoreFold, Sums } from "./score-person.ts";

const fixed = ["n", "y", "yy", "p", "pp", "yp", "deviation"] as const;
type Fixed = (typeof fixed)[number];

/** Sums of one target over each time block, from which every score is read without going back to the samples. */
export interface Channels {
  readonly blocks: number;
  at(block: number, channel: Fixed): number;
  errorAt(block: number, model: number): number;
  total(channel: Fixed): number;
  /** Sums over blocks, block b counted `counts[offset + b]` times. */
  sum(counts: ArrayLike<number>, offset: number): Sums;
}

/** Sum a target's responses, predictions and errors over each block. */
export function blockChannels(fold: ScoreFold, t: number, joint: number): Channels {
  const { Y, predicted, parts, blocks } = fold;
  const models = predicted.length;
  const width = fixed.length + models + parts.length;
  const count = fold.drawn.cols;
  const table = new Float64Array(count * width); // (blocks, channels)
  const whole = predicted[joint] as Responses;
  const mean = meanOf(Y, t);
  const meanPrediction = meanOfParts(whole, parts, t, Y.rows);
  for (let i = 0; i < Y.rows; i++) {
    const row = (blocks[i] as number) * width;
    const y = Y.data[i * Y.cols + t] as number;
    const p = whole.data[i * whole.cols + t] as number;
    add(row, 1, y, y * y, p, p * p, y * p, (y - mean) ** 2);
    for (let m = 0; m < models; m++)
      table[row + fixed.length + m] =
        (table[row + fixed.length + m] as number) + (y - valueAt(predicted[m], i, t)) ** 2;
    for (const [s, part] of parts.entries())
      if (part !== null) {
        const share = valueAt(part, i, t) * (2 * (y - mean) - (p - meanPrediction));
        const k = row + fixed.length + models + s;
        table[k] = (table[k] as number) + share;
      }
  }
  return readChannels(table, count, width, models);

  function add(row: number, ...values: number[]): void {
    for (const [k, value] of values.entries()) table[row + k] = (table[row + k] as number) + value;
  }
}

function readChannels(table: Float64Array, blocks: number, width: number, models: number): Channels {
  const place = (channel: Fixed) => fixed.indexOf(channel);
  const sums = new Float64Array(width);
  return {
    blocks,
    at: (block, channel) => table[block * width + place(channel)] as number,
    errorAt: (block, model) => table[block * width + fixed.length + model] as number,
    total(channel) {
      let sum = 0;
      for (let b = 0; b < blocks; b++) sum += table[b * width + place(channel)] as number;
      return sum;
    },
    sum(counts, offset) {
      sums.fill(0);
      for (let b = 0; b < blocks; b++) {
        const times = counts[offset + b] as number;
        if (times !== 0)
          for (let k = 0; k < width; k++)
            sums[k] = (sums[k] as number) + times * (table[b * width + k] as number);
      }
      const [n, y, yy, p, pp, yp, deviation] = sums as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      return {
        n,
        y,
        yy,
        p,
        pp,
        yp,
        deviation,
        errors: sums.subarray(fixed.length, fixed.length + models),
        parts: sums.subarray(fixed.length + models),
      };
    },
  };
}

/** Reader of the sums of each bootstrap draw. */
export function resample(channels: Channels, drawn: Matrix<"draws", "blocks">): (draw: number) => Sums {
  return (draw) => channels.sum(drawn.data, draw * drawn.cols);
}

function valueAt(m: Responses | undefined, i: number, t: number): number {
  return m === undefined ? Number.NaN : (m.data[i * m.cols + t] as number);
}

function meanOf(m: Responses, t: number): number {
  let sum = 0;
  for (let i = 0; i < m.rows; i++) sum += m.data[i * m.cols + t] as number;
  return sum / m.rows;
}

/** The mean response that the joint prediction holds beside its parts. */
function meanOfParts(
  whole: Responses,
  parts: readonly (Responses | null)[],
  t: number,
  rows: number,
): number {
  if (rows === 0) return 0;
  let rest = valueAt(whole, 0, t);
  for (const part of parts) if (part !== null) rest -= valueAt(part, 0, t);
  return rest;
}
