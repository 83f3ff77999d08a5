import {
  checkNumber,
  checkSameRows,
  EncodingError,
  type Matrix,
  matrix,
  type Random,
  type Responses,
} from "../core/index.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";
import { testSignFlip } from "./sign-flip.ts";

/** How a permutation test within runs is made. */
export interface WithinRuns {
  /** Rows of each run, in order. */
  readonly runLengths: readonly number[];
  readonly draws: number;
  readonly random: Random;
}

/** p of each target (NaN where undefined), and the smallest p that the test can give. */
export interface Tested {
  readonly p: Float64Array;
  /** p corrected over the targets by the maximum statistic: the chance that any target passes under the null. One draw permutes all
   * targets alike, so that their dependence is kept. */
  readonly pMax: Float64Array;
  readonly smallestP: number;
}

/** Test r > 0 by permuting time blocks of Y within runs: p = (1 + permutations with an r at least as large) / (1 + draws).
 *
 * Few blocks have few orders: no p is below one over their number. A shorter rest stays at the end of its run. Correlation across the
 * borders of blocks is lost, which costs level: {@link expectedLevel} says how much with the autocorrelation of these data, and
 * {@link suggestBlock} which block is long enough; docs/statistics.md holds the measured rates. Where no block is, use
 * {@link testCircularShift}.
 * @param block rows of a block, ≥ 1; at least 10 TRs for fMRI.
 * @throws EncodingError "shape" | "option"; "design" if no run has two blocks.
 * @source Winkler et al. 2014 (exchangeability blocks); Phipson and Smyth 2010 (never 0). */
export function testBlockPermutation(
  Y: Responses,
  P: Responses,
  { runLengths, block, draws, random }: WithinRuns & { block: number },
): Tested {
  checkNumber("testBlockPermutation", "block", block, { min: 1, whole: true });
  if (!runLengths.some((length) => length >= 2 * block))
    throw new EncodingError(
      "design",
      `testBlockPermutation: no run has two blocks of ${block} samples; got runs of ${runLengths.join(", ")}.`,
    );
  const counts = runLengths.map((length) => Math.floor(length / block));
  const orders = counts.reduce((product, count) => product * factorial(count), 1);
  const shuffle: Shuffle = (run, start, length, rows) => {
    const count = counts[run] as number;
    const order = random.permutation(count);
    for (let b = 0; b < count; b++)
      for (let i = 0; i < block; i++) rows[start + b * block + i] = start + (order[b] as number) * block + i;
    for (let i = count * block; i < length; i++) rows[start + i] = start + i;
  };
  return permute("testBlockPermutation", Y, P, { runLengths, draws, orders, shuffle });
}

/** Test r > 0 by shifting Y in a circle within each run, by any number of rows, 0 among them: p = (1 + shifts with an r at least as
 * large) / (1 + draws), and no p is below one over the number of shifts.
 *
 * All shifts make a group, which is what holds the level. Shifts of at least some lag, as often used, do not: with smooth features
 * they leave out just the neighbours that are about as large as r itself (runs of 100 TRs, shifts of 10 and more: false positives
 * .068 at .05 and .035 at .01).
 * @throws EncodingError "shape" | "option". @source Phipson and Smyth 2010 (never 0). */
export function testCircularShift(
  Y: Responses,
  P: Responses,
  { runLengths, draws, random }: WithinRuns,
): Tested {
  const orders = runLengths.reduce((product, length) => product * Math.max(1, length), 1);
  const shuffle: Shuffle = (_, start, length, rows) => {
    const by = length > 0 ? random.integer(length) : 0;
    for (let i = 0; i < length; i++) rows[start + i] = start + ((i + by) % length);
  };
  return permute("testCircularShift", Y, P, { runLengths, draws, orders, shuffle });
}

/** Paired test of two models by exchanging them block by block: exact for up to 16 blocks, seeded draws beyond.
 *
 * The claim is about these two fitted models and other time of this kind: two models of equal worth whose weights were fitted apart differ
 * by luck in training, and this test finds that too (docs/statistics.md). {@link suggestPairedBlock} says how long blocks must be; a
 * test over people, each with fits of his own, needs no blocks.
 * @param errorsA squared errors of model A, (blocks × targets). @param errorsB of model B.
 * The alternative "greater" says that A has the smaller error. @throws EncodingError "shape". */
export function testPairedBlocks(
  errorsA: Matrix<"blocks", "targets">,
  errorsB: Matrix<"blocks", "targets">,
  options: { alternative: "greater" | "two-sided"; random: Random; draws?: number },
): Tested {
  if (errorsA.rows !== errorsB.rows || errorsA.cols !== errorsB.cols)
    throw new EncodingError(
      "shape",
      `testPairedBlocks: both models need the same blocks and targets; got ${errorsA.rows} × ${errorsA.cols} and ${errorsB.rows} × ${errorsB.cols}.`,
    );
  const saved = Float64Array.from(errorsA.data, (error, k) => (errorsB.data[k] as number) - error);
  const { p, pMax, smallestP } = testSignFlip(
    matrix(["people", "tests"], errorsA.rows, errorsA.cols, saved),
    options,
  );
  return { p, pMax, smallestP };
}

type Shuffle = (run: number, start: number, length: number, rows: Int32Array) => void;

function permute(
  name: string,
  Y: Responses,
  P: Responses,
  how: { runLengths: readonly number[]; draws: number; orders: number; shuffle: Shuffle },
): Tested {
  const { runLengths, draws, orders, shuffle } = how;
  checkNumber(name, "draws", draws, { min: 19, whole: true });
  const sum = runLengths.reduce((a, b) => a + b, 0);
  if (sum !== Y.rows)
    throw new EncodingError("shape", `${name}: the runs have ${sum} samples, Y has ${Y.rows}.`);
  checkSameTargets(name, Y, P);
  const [y, p] = [toUnitLength(Y), toUnitLength(P)]; // r is their product, and no permutation changes mean or length
  const inPlace = Int32Array.from({ length: Y.rows }, (_, i) => i);
  const observed = products(y, p, inPlace);
  const passed = new Float64Array(Y.cols);
  const passedMax = new Float64Array(Y.cols);
  const rows = new Int32Array(Y.rows);
  for (let d = 0; d < draws; d++) {
    let start = 0;
    for (const [run, length] of runLengths.entries()) {
      shuffle(run, start, length, rows);
      start += length;
    }
    const r = products(y, p, rows);
    let largest = Number.NEGATIVE_INFINITY;
    for (const value of r) if (value > largest) largest = value; // NaN is never larger
    for (let t = 0; t < Y.cols; t++) {
      const limit = (observed[t] as number) - 1e-12;
      if ((r[t] as number) >= limit) passed[t] = (passed[t] as number) + 1;
      if (largest >= limit) passedMax[t] = (passedMax[t] as number) + 1;
    }
  }
  const smallestP = Math.max(1 / (draws + 1), 1 / orders);
  const toP = (count: number, t: number) =>
    Number.isNaN(observed[t]) ? Number.NaN : Math.max(smallestP, (count + 1) / (draws + 1));
  return { p: passed.map(toP), pMax: passedMax.map(toP), smallestP };
}

function checkSameTargets(name: string, Y: Responses, P: Responses): void {
  checkSameRows(name, Y, P, ["Y", "P"]);
  if (Y.cols !== P.cols)
    throw new EncodingError(
      "shape",
      `${name}: Y and P must have the same targets; got ${Y.cols} and ${P.cols}.`,
    );
}

/** Each column about its mean and of length 1; NaN where it is constant. */
function toUnitLength(m: Responses): Responses {
  const means = columnMeans(m);
  const squares = new Float64Array(m.cols);
  const data = Float64Array.from(m.data, (value, k) => value - (means[k % m.cols] as number));
  for (let k = 0; k < data.length; k++)
    squares[k % m.cols] = (squares[k % m.cols] as number) + (data[k] as number) ** 2;
  const scale = squares.map((sum, t) =>
    sum > roundingSquares(m, means[t] as number) ? 1 / Math.sqrt(sum) : Number.NaN,
  );
  for (let k = 0; k < data.length; k++) data[k] = (data[k] as number) * (scale[k % m.cols] as number);
  return matrix(m.axes, m.rows, m.cols, data);
}

/** Σᵢ y[rows[i]] p[i] of each target. */
function products(y: Responses, p: Responses, rows: Int32Array): Float64Array {
  const { cols } = y;
  const out = new Float64Array(cols);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * cols;
    for (let t = 0; t < cols; t++)
      out[t] = (out[t] as number) + (y.data[from + t] as number) * (p.data[i * cols + t] as number);
  }
  return out;
}

/** n!, Infinity beyond 170. */
function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= Math.min(n, 171); k++) product *= k;
  return product;
}
