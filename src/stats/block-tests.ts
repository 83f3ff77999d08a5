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

/** p of each target, and the smallest p that the test can give. */
export interface Tested {
  readonly p: Float64Array;
  readonly smallestP: number;
}

/** Test r > 0 by permuting time blocks of Y within runs.
 * @param block rows of a block, ≥ 1; at least 10 TRs for fMRI. A shorter rest stays at the end of its run.
 * @throws EncodingError "shape" | "option"; "design" if no run has two blocks. */
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
  return permute("testBlockPermutation", Y, P, runLengths, draws, (start, length, rows) => {
    const count = Math.floor(length / block);
    const order = random.permutation(count);
    for (let b = 0; b < count; b++)
      for (let i = 0; i < block; i++) rows[start + b * block + i] = start + (order[b] as number) * block + i;
    for (let i = count * block; i < length; i++) rows[start + i] = start + i;
  });
}

/** Test r > 0 by shifting Y in a circle within each run, by at least `least` rows.
 * @throws EncodingError "shape" | "option"; "design" if a run is too short to shift. */
export function testCircularShift(
  Y: Responses,
  P: Responses,
  { runLengths, least = 1, draws, random }: WithinRuns & { least?: number },
): Tested {
  for (const length of runLengths)
    if (length - 2 * least < 1)
      throw new EncodingError(
        "design",
        `testCircularShift: a run of ${length} samples cannot be shifted by at least ${least}.`,
      );
  return permute("testCircularShift", Y, P, runLengths, draws, (start, length, rows) => {
    const by = least + random.integer(length - 2 * least + 1);
    for (let i = 0; i < length; i++) rows[start + i] = start + ((i + by) % length);
  });
}

/** Paired test of two models by exchanging them block by block: exact for up to 16 blocks, seeded draws beyond.
 * @param errorsA squared errors of model A, (blocks × targets). @param errorsB of model B.
 * @param alternative "greater": A has the smaller error. */
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

function permute(
  name: string,
  Y: Responses,
  P: Responses,
  runLengths: readonly number[],
  draws: number,
  shuffle: (start: number, length: number, rows: Int32Array) => void,
): Tested {
  checkNumber(name, "draws", draws, { min: 19, whole: true });
  const sum = runLengths.reduce((a, b) => a + b, 0);
  if (sum !== Y.rows)
    throw new EncodingError("shape", `${name}: the runs have ${sum} samples, Y has ${Y.rows}.`);
  const observed = correlate(Y, P);
  const passed = new Float64Array(Y.cols);
  const rows = new Int32Array(Y.rows);
  for (let d = 0; d < draws; d++) {
    let start = 0;
    for (const length of runLengths) {
      shuffle(start, length, rows);
      start += length;
    }
    const r = correlate(takeRows(Y, rows), P);
    for (let t = 0; t < Y.cols; t++)
      if ((r[t] as number) >= (observed[t] as number) - 1e-12) passed[t] = (passed[t] as number) + 1;
  }
  const p = passed.map((count, t) => (Number.isNaN(observed[t]) ? Number.NaN : (count + 1) / (draws + 1)));
  return { p, smallestP: 1 / (draws + 1) };
}
