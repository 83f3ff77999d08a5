import type { Responses } from "../core/index.ts";
import { addShifted } from "../stats/index.ts";
import { deviationsOf } from "./block-sums.ts";
import type { ScoreFold } from "./score-input.ts";

/** Squared error that one model saves against another, of one target, under every circular shift of every held-out stretch: 2 Σ u d, u being
 * the response less the mean of both predictions and d what sets them apart, as a share of the fold's response variance, averaged over folds.
 * Shift 0 of all stretches sums to the difference in R².
 * @param pair models, −1 predicts the mean of the rows. @returns one value a held-out row, folds in order; NaN where the response is constant. */
export function shiftErrors(
  folds: readonly ScoreFold[],
  t: number,
  [own, other]: readonly [number, number],
): Float64Array {
  const out = new Float64Array(folds.reduce((sum, { Y }) => sum + Y.rows, 0));
  let start = 0;
  for (const fold of folds) {
    const sums = out.subarray(start, start + fold.Y.rows);
    const { u, d, total } = splitErrors(fold, t, own, other);
    if (total > 0) {
      addShifted(u, d, fold.stretches ?? [], sums);
      for (let k = 0; k < sums.length; k++) sums[k] = (2 * (sums[k] as number)) / total / folds.length;
    } else sums.fill(Number.NaN);
    start += fold.Y.rows;
  }
  return out;
}

/** The response less the mean of both predictions, what sets these apart, and the response's squares about its mean. */
export function splitErrors(
  { Y, predicted }: Pick<ScoreFold, "Y" | "predicted">,
  t: number,
  own: number,
  other: number,
) {
  const y = deviationsOf(Y, t);
  let mean = 0;
  for (let i = 0; i < Y.rows; i++) mean += (Y.data[i * Y.cols + t] as number) / Y.rows;
  const from = (model: number) => {
    const P = predicted[model] as Responses;
    return (i: number) => (model < 0 ? 0 : (P.data[i * P.cols + t] as number) - mean);
  };
  const [a, b] = [from(own), from(other)];
  const u = new Float64Array(Y.rows);
  const d = new Float64Array(Y.rows);
  let total = 0;
  for (let i = 0; i < Y.rows; i++) {
    total += (y[i] as number) ** 2;
    u[i] = (y[i] as number) - (a(i) + b(i)) / 2;
    d[i] = a(i) - b(i);
  }
  return { u, d, total };
}
