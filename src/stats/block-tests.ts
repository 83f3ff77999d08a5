import {
  checkNumber,
  EncodingError,
  type Matrix,
  matrix,
  type Random,
  type Responses,
  takeRows,
} from "../core/index.ts";
import { correlate } from "./scores.ts";
import { testSignFlip } from "./sign-flip.ts";

/** How a permutation test within runs is made. */
export interface WithinRuns {
  /** Rows of each run, in order. */
  readonly runLengths: readonly number[];
  readonly draws: number;
  readonly random: Random;
}

/** p of each target (NaN where r is undefined), and the smallest p that the test can give. */
export interface Tested {
  readonly p: Float64Array;
  readonly smallestP: number;
}

/** Test r > 0 by permuting time blocks of Y within runs: p = (1 + permutations with an r at least as large) / (1 + draws).
 *
 * Few blocks have few orders: no p is below one over their number. A shorter rest stays at the end of its run. Correlation across the
 * borders of blocks is lost, which costs a little of the level: with AR(1) noise of .45 to .6 and predictions as smooth as a
 * hemodynamic response, blocks of 10 TRs give .058 to .059 at .05, blocks of 20 give .052 to .054, {@link testCircularShift} .047 to .053,
 * single TRs .12 to .15 (6,000 simulations each, standard error .003).
 * @param block rows of a block, ≥ 1; at least 10 TRs for fMRI, 20 where p is near the level.
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
  const { p, smallestP } = testSignFlip(
    matrix(["people", "tests"], errorsA.rows, errorsA.cols, saved),
    options,
  );
  return { p, smallestP };
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
  const observed = correlate(Y, P);
  const passed = new Float64Array(Y.cols);
  const rows = new Int32Array(Y.rows);
  for (let d = 0; d < draws; d++) {
    let start = 0;
    for (const [run, length] of runLengths.entries()) {
      shuffle(run, start, length, rows);
      start += length;
    }
    const r = correlate(takeRows(Y, rows), P);
    for (let t = 0; t < Y.cols; t++)
      if ((r[t] as number) >= (observed[t] as number) - 1e-12) passed[t] = (passed[t] as number) + 1;
  }
  const smallestP = Math.max(1 / (draws + 1), 1 / orders);
  const p = passed.map((count, t) =>
    Number.isNaN(observed[t]) ? Number.NaN : Math.max(smallestP, (count + 1) / (draws + 1)),
  );
  return { p, smallestP };
}

/** n!, Infinity beyond 170. */
function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= Math.min(n, 171); k++) product *= k;
  return product;
}
