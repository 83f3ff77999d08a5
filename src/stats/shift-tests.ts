import { checkNumber, EncodingError, type Random } from "../core/index.ts";

/** Result of {@link testPairedShift}. */
export interface PairedShift {
  /** p of each test; NaN where it is undefined. */
  readonly p: Float64Array;
  /** p corrected over the tests by the maximum statistic: one draw shifts all tests alike. */
  readonly pMax: Float64Array;
  readonly smallestP: number;
  /** Whether all shifts were counted. */
  readonly exact: boolean;
  readonly draws: number;
  /** How many shifts there are. */
  readonly shifts: number;
}

/** Add Σᵢ u[i] d[i + s], the place i + s taken in a circle, for every shift s of every run.
 * @param u and @param d one value a sample, runs in order. @param runLengths samples of each run.
 * @param out one sum for each shift 0 … length − 1 of the first run, then of the second …; added to.
 * Takes Σ length² multiplications. */
export function addShifted(
  u: ArrayLike<number>,
  d: ArrayLike<number>,
  runLengths: readonly number[],
  out: Float64Array,
): void {
  let start = 0;
  for (const length of runLengths) {
    for (let s = 0; s < length; s++) {
      let sum = 0;
      for (let i = 0; i < length - s; i++) sum += (u[start + i] as number) * (d[start + i + s] as number);
      for (let i = length - s; i < length; i++)
        sum += (u[start + i] as number) * (d[start + i + s - length] as number);
      out[start + s] = (out[start + s] as number) + sum;
    }
    start += length;
  }
}

/** Paired test of two models by circular shifts within runs: the squared error that A saves against B is 2 Σ u d, u being the responses less
 * the mean of both predictions and d = A − B what sets them apart; under the null d stands at no particular time, so that d shifted in a circle
 * within each run saves as much.
 *
 * It claims what {@link testPairedBlocks} claims (these two fitted models, other time of this kind) and needs no length of blocks, as shifts
 * keep the autocorrelation of both sides but for the seam. What it needs is runs that are long beside it, and responses of one course from end
 * to end. Exact where there are no more shifts than `draws`; else seeded draws. Without a B (the mean of the responses) it tests whether
 * A predicts.
 * @param sums of each test, what {@link addShifted} makes of u and d (averaged over targets and people where they are tested together).
 * @param alternative "greater": A has the smaller error.
 * @throws EncodingError "shape" | "option". @source Phipson and Smyth 2010 (never 0); docs/statistics.md for its measured rates. */
export function testPairedShift(
  sums: readonly Float64Array[],
  {
    runLengths,
    alternative,
    random,
    draws = 4999,
  }: {
    runLengths: readonly number[];
    alternative: "greater" | "two-sided";
    random: Random;
    draws?: number;
  },
): PairedShift {
  checkNumber("testPairedShift", "draws", draws, { min: 19, whole: true });
  const samples = runLengths.reduce((a, b) => a + b, 0);
  const wrong = sums.find((own) => own.length !== samples);
  if (wrong !== undefined)
    throw new EncodingError(
      "shape",
      `testPairedShift: every test needs one sum a shift, ${samples} in all; got ${wrong.length}.`,
    );
  const shifts = countShifts(runLengths);
  const exact = shifts <= draws;
  const total = exact ? shifts : draws;
  const scales = sums.map((own) => scaleOf(own, runLengths));
  const size = (value: number) => (alternative === "greater" ? value : Math.abs(value));
  const valueAt = (own: Float64Array, by: Int32Array) => by.reduce((sum, at) => sum + (own[at] as number), 0);
  const observed = sums.map((own) =>
    size(
      valueAt(
        own,
        placesOf(runLengths, () => 0),
      ),
    ),
  );
  const slack = scales.map((scale, k) => 1e-9 * (scale + Math.abs(observed[k] as number)));
  const passed = new Float64Array(sums.length);
  const passedMax = new Float64Array(sums.length);
  for (let draw = 0; draw < total; draw++) {
    let rest = draw;
    const by = placesOf(runLengths, (length) => {
      if (!exact) return random.integer(length);
      const own = rest % length;
      rest = Math.floor(rest / length);
      return own;
    });
    const values = sums.map((own) => size(valueAt(own, by)));
    let most = Number.NEGATIVE_INFINITY;
    for (const [k, value] of values.entries())
      if ((scales[k] as number) > 0) most = Math.max(most, value / (scales[k] as number));
    for (const [k, value] of values.entries()) {
      const limit = (observed[k] as number) - (slack[k] as number);
      if (value >= limit) passed[k] = (passed[k] as number) + 1;
      if (!((scales[k] as number) > 0) || most >= limit / (scales[k] as number))
        passedMax[k] = (passedMax[k] as number) + 1;
    }
  }
  const toP = (count: number, k: number) =>
    Number.isNaN(observed[k]) ? Number.NaN : exact ? count / total : (count + 1) / (total + 1);
  return {
    p: passed.map(toP),
    pMax: passedMax.map(toP),
    smallestP: exact ? 1 / total : 1 / (total + 1),
    exact,
    draws: total,
    shifts,
  };
}

/** How many circular shifts runs allow, none among them: the product of their lengths. */
export function countShifts(runLengths: readonly number[]): number {
  return runLengths.reduce((product, length) => product * Math.max(1, length), 1);
}

/** Place of one shift of each run among the sums. */
function placesOf(runLengths: readonly number[], shift: (length: number) => number): Int32Array {
  let start = 0;
  return Int32Array.from(
    runLengths.filter((length) => length > 0),
    (length) => {
      const at = start + shift(length);
      start += length;
      return at;
    },
  );
}

/** Standard deviation over all shifts: runs are shifted by themselves, so that their variances add up. */
function scaleOf(own: Float64Array, runLengths: readonly number[]): number {
  let [start, variance] = [0, 0];
  for (const length of runLengths) {
    const run = own.subarray(start, start + length);
    const mean = run.reduce((a, b) => a + b, 0) / length;
    if (length > 0) variance += run.reduce((sum, x) => sum + (x - mean) ** 2, 0) / length;
    start += length;
  }
  return Math.sqrt(variance);
}
