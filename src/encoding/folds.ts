import { checkNumber, EncodingError } from "../core/index.ts";

/** Rows to learn from and rows to be scored on. Rows in neither are the gap. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** How the rows of a study hang together. */
export interface FoldOptions {
  /** Number of folds, ≥ 2. */
  readonly folds: number;
  /** Group of each row (passage, topic); a group never stands on both sides. Default: the runs. */
  readonly groups?: ArrayLike<number>;
  /** Rows left out on both sides between neighbouring train and test rows of one run. */
  readonly gap?: number;
}

/** Split rows into folds that follow the data's own groups.
 *
 * Given groups, neighbouring groups stay together (contiguous parts of equal count). Without groups whole runs are kept together:
 * run i is tested in fold i mod folds. With fewer runs than folds every run is cut into `folds` contiguous time blocks,
 * as numpy's array_split cuts, and `gap` rows of the same run are dropped around each test block.
 * @param runs run index of each row, rows of a run together.
 * @returns one fold each; every row is tested exactly once.
 * @throws EncodingError "design" if there are fewer groups (or rows) than folds, or a fold has no training rows left. */
export function makeFolds(runs: ArrayLike<number>, { folds, groups, gap = 0 }: FoldOptions): Fold[] {
  checkNumber("makeFolds", "folds", folds, { min: 2, whole: true });
  checkNumber("makeFolds", "gap", gap, { min: 0, whole: true });
  if (groups && groups.length !== runs.length)
    throw new EncodingError(
      "shape",
      `makeFolds: groups must have one entry a row; got ${groups.length} groups for ${runs.length} rows.`,
    );
  const foldOf = groups
    ? byGroups(groups, folds)
    : countDistinct(runs) >= folds
      ? byRuns(runs, folds)
      : byTime(runs, folds);
  return Array.from({ length: folds }, (_, f) => foldFrom(foldOf, f, runs, gap));
}

/** Whether the folds cut runs into time blocks, so that a gap is needed between train and test rows.
 * @returns true if a run has rows of two folds. */
export function cutsRuns(runs: ArrayLike<number>, folds: readonly Fold[]): boolean {
  return folds.some((fold) => {
    const tested = new Set(Array.from(fold.test, (row) => runs[row]));
    return fold.train.some((row) => tested.has(runs[row]));
  });
}

/** The same folds for a subset of rows, renumbered: `rows[k]` becomes row k. */
export function restrictFolds(folds: readonly Fold[], rows: ArrayLike<number>): Fold[] {
  const place = new Map(Array.from(rows, (row, k) => [row, k]));
  const keep = (list: Int32Array) =>
    Int32Array.from([...list].map((row) => place.get(row) ?? -1).filter((k) => k >= 0));
  return folds.map((fold) => ({ train: keep(fold.train), test: keep(fold.test) }));
}

function byGroups(groups: ArrayLike<number>, folds: number): Int32Array {
  const order = distinct(groups);
  if (order.length < folds)
    throw new EncodingError(
      "design",
      `makeFolds: ${folds} folds need at least ${folds} groups; got ${order.length}. Ask for fewer folds.`,
    );
  const foldOfGroup = new Map(order.map((group, i) => [group, partOf(i, order.length, folds)] as const));
  return Int32Array.from(groups, (group) => foldOfGroup.get(group) as number);
}

function byRuns(runs: ArrayLike<number>, folds: number): Int32Array {
  const place = new Map(distinct(runs).map((run, i) => [run, i % folds] as const));
  return Int32Array.from(runs, (run) => place.get(run) as number);
}

function byTime(runs: ArrayLike<number>, folds: number): Int32Array {
  const out = new Int32Array(runs.length);
  for (const run of distinct(runs)) {
    const rows = Array.from(runs, (r, i) => (r === run ? i : -1)).filter((i) => i >= 0);
    if (rows.length < folds)
      throw new EncodingError(
        "design",
        `makeFolds: ${folds} folds cannot be cut from a run of ${rows.length} samples. Ask for fewer folds.`,
      );
    for (const [k, row] of rows.entries()) out[row] = partOf(k, rows.length, folds);
  }
  return out;
}

/** Part of item i when n items are cut into `parts` runs, the first n mod parts one longer. */
function partOf(i: number, n: number, parts: number): number {
  const size = Math.floor(n / parts);
  const longer = n % parts;
  const border = longer * (size + 1);
  return i < border ? Math.floor(i / (size + 1)) : longer + Math.floor((i - border) / size);
}

function foldFrom(foldOf: Int32Array, f: number, runs: ArrayLike<number>, gap: number): Fold {
  const test: number[] = [];
  const train: number[] = [];
  for (let i = 0; i < foldOf.length; i++)
    if (foldOf[i] === f) test.push(i);
    else if (!nearTest(i)) train.push(i);
  if (train.length < 2 || test.length < 1)
    throw new EncodingError(
      "design",
      `makeFolds: fold ${f} has ${train.length} training and ${test.length} test samples of ${foldOf.length} (gap ${gap}). Ask for fewer folds or a smaller gap.`,
    );
  return { train: Int32Array.from(train), test: Int32Array.from(test) };

  function nearTest(i: number): boolean {
    for (let d = -gap; d <= gap; d++) if (foldOf[i + d] === f && runs[i + d] === runs[i]) return true;
    return false;
  }
}

function distinct(values: ArrayLike<number>): number[] {
  return [...new Set(Array.from(values))];
}

function countDistinct(values: ArrayLike<number>): number {
  return new Set(Array.from(values)).size;
}
