import { EncodingError, type Random, type Responses } from "../core/index.ts";

/** Corrected p of each target, and the r that a target must have. */
export interface MaxTest {
  readonly r: Float64Array;
  /** Corrected over all targets; NaN where r is undefined. */
  readonly p: Float64Array;
  /** The smallest r that is significant at the level. */
  readonly threshold: number;
}

/** Test r > 0 of every target at once, corrected for the family-wise error: the measured responses are shifted in a circle within each run,
 * all targets alike, and each r is compared with the largest r of every shift.
 *
 * Holds the level for any number of targets and any dependence between them: under the null no target at all is kept in 1 − level of all
 * studies. p = (1 + shifts whose largest r is at least as large) / (1 + draws).
 * @param Y measured, @param P predicted, (samples × targets), rows of all runs in order.
 * @throws EncodingError "shape" if the sizes differ or the runs have other rows.
 * @source Westfall and Young 1993 (largest statistic); Winkler et al. 2014; all shifts within runs as in `testCircularShift`. */
export function testLargest(
  Y: Responses,
  P: Responses,
  options: {
    readonly runLengths: readonly number[];
    readonly draws: number;
    readonly level: number;
    readonly random: Random;
  },
): MaxTest {
  const { runLengths, draws, level, random } = options;
  const rows = runLengths.reduce((a, b) => a + b, 0);
  if (Y.rows !== P.rows || Y.cols !== P.cols || Y.rows !== rows)
    throw new EncodingError(
      "shape",
      `testLargest: needs measured and predicted responses of the same ${rows} samples; got ${Y.rows} × ${Y.cols} and ${P.rows} × ${P.cols}.`,
    );
  const [y, p] = [normalise(Y), normalise(P)];
  const products = shiftProducts(y, p, Y.cols, runLengths);
  const sumOver = (shifts: readonly number[], t: number) => {
    let sum = 0;
    for (const [run, shift] of shifts.entries())
      sum += (products[run] as Float64Array)[shift * Y.cols + t] as number;
    return sum;
  };
  const still = runLengths.map(() => 0);
  const r = Float64Array.from({ length: Y.cols }, (_, t) => sumOver(still, t));
  const largest = new Float64Array(draws);
  for (let d = 0; d < draws; d++) {
    const shifts = runLengths.map((length) => random.integer(length));
    let most = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < Y.cols; t++) {
      const value = sumOver(shifts, t);
      if (value > most) most = value; // NaN never is
    }
    largest[d] = most;
  }
  largest.sort();
  return {
    r,
    p: r.map((value) =>
      Number.isNaN(value) ? Number.NaN : (1 + atLeast(largest, value - 1e-12)) / (1 + draws),
    ),
    threshold: largest[Math.min(draws - 1, Math.ceil((1 - level) * (draws + 1)) - 1)] ?? Number.NaN,
  };
}

/** Columns centred and of length 1; NaN where constant. */
function normalise({ rows, cols, data }: Responses): Float64Array {
  const out = Float64Array.from(data);
  for (let t = 0; t < cols; t++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < rows; i++) sum += out[i * cols + t] as number;
    for (let i = 0; i < rows; i++) squares += ((out[i * cols + t] as number) - sum / rows) ** 2;
    const length = squares > 1e-20 * rows * (1 + (sum / rows) ** 2) ? Math.sqrt(squares) : Number.NaN;
    for (let i = 0; i < rows; i++) out[i * cols + t] = ((out[i * cols + t] as number) - sum / rows) / length;
  }
  return out;
}

/** Of each run and shift: Σ_i y[i + shift] · p[i] of every target, (shifts × targets). */
function shiftProducts(
  y: Float64Array,
  p: Float64Array,
  cols: number,
  runLengths: readonly number[],
): Float64Array[] {
  let start = 0;
  return runLengths.map((length) => {
    const out = new Float64Array(length * cols);
    for (let shift = 0; shift < length; shift++)
      for (let i = 0; i < length; i++) {
        const from = (start + ((i + shift) % length)) * cols;
        const to = (start + i) * cols;
        const at = shift * cols;
        for (let t = 0; t < cols; t++)
          out[at + t] = (out[at + t] as number) + (y[from + t] as number) * (p[to + t] as number);
      }
    start += length;
    return out;
  });
}

/** How many of ascending numbers are at least `value`. */
function atLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) >= value) high = middle;
    else low = middle + 1;
  }
  return sorted.length - low;
}
