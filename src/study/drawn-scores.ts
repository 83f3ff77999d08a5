/** One number for the whole, and one for each bootstrap draw of blocks. */
export interface Drawn {
  readonly value: number;
  readonly draws: Float64Array;
}

/** Scores that each space has. */
export const spaceScores = ["alone", "aloneR", "unique", "shared", "split"] as const;
export type SpaceScore = (typeof spaceScores)[number];

/** Scores of one target, or of one region of one person (means over its targets). */
export interface DrawnScores extends Readonly<Record<SpaceScore, readonly Drawn[]>> {
  readonly r: Drawn;
  readonly r2: Drawn;
  /** R² of every subset of the joint model's spaces; empty where the joint R² is not divided by them. */
  readonly subsets: readonly Drawn[];
  /** Per block of all folds in turn: squared error that the joint model saves against the model without the space, per unit of response
   * variance; one a space, NaN where the space is not part of the joint model. */
  readonly savedBy: readonly Float64Array[];
  /** The same for each space alone against predicting the mean. */
  readonly savedAlone: readonly Float64Array[];
  /** The same for the joint model against predicting the mean. */
  readonly saved: Float64Array;
  /** Where tests shift responses in a circle: of each tested pair of models, the squared error saved under every shift of every held-out
   * stretch, per unit of response variance (shift 0 of all stretches sums to the difference in R²). */
  readonly shifted?: readonly Float64Array[];
}

/** A mean that grows: every entry has its own count, so that one undefined value takes no other with it. */
interface Running {
  readonly sum: Float64Array;
  readonly count: Float64Array;
}

/** Means over targets, entry by entry, of all scores; entries that are defined for no target are NaN.
 * @param scores of each target. @param like sizes of an empty answer: spaces, draws and blocks; pairs and
 * held-out rows where tests shift. */
export function averageScores(
  scores: Iterable<DrawnScores>,
  {
    spaces,
    subsets,
    draws,
    blocks,
    pairs = 0,
    rows = 0,
  }: { spaces: number; subsets: number; draws: number; blocks: number; pairs?: number; rows?: number },
): DrawnScores {
  const one = () => ({ value: running(1), draws: running(draws) });
  const many = () => Array.from({ length: spaces }, one);
  const sums = {
    r: one(),
    r2: one(),
    alone: many(),
    aloneR: many(),
    unique: many(),
    shared: many(),
    split: many(),
    subsets: Array.from({ length: subsets }, one),
    savedBy: Array.from({ length: spaces }, () => running(blocks)),
    savedAlone: Array.from({ length: spaces }, () => running(blocks)),
    saved: running(blocks),
    shifted: Array.from({ length: pairs }, () => running(rows)),
  };
  for (const target of scores) {
    for (const key of ["r", "r2"] as const) addDrawn(sums[key], target[key]);
    for (const key of [...spaceScores, "subsets"] as const)
      for (const [s, sum] of sums[key].entries()) addDrawn(sum, target[key][s] as Drawn);
    for (const key of ["savedBy", "savedAlone"] as const)
      for (const [s, sum] of sums[key].entries()) add(sum, target[key][s] as Float64Array);
    add(sums.saved, target.saved);
    for (const [k, sum] of sums.shifted.entries()) add(sum, target.shifted?.[k] ?? []);
  }
  const mean = (sum: ReturnType<typeof one>): Drawn => ({
    value: means(sum.value)[0] as number,
    draws: means(sum.draws),
  });
  return {
    r: mean(sums.r),
    r2: mean(sums.r2),
    alone: sums.alone.map(mean),
    aloneR: sums.aloneR.map(mean),
    unique: sums.unique.map(mean),
    shared: sums.shared.map(mean),
    split: sums.split.map(mean),
    subsets: sums.subsets.map(mean),
    savedBy: sums.savedBy.map(means),
    savedAlone: sums.savedAlone.map(means),
    saved: means(sums.saved),
    ...(pairs > 0 && { shifted: sums.shifted.map(means) }),
  };
}

function running(length: number): Running {
  return { sum: new Float64Array(length), count: new Float64Array(length) };
}

function addDrawn(sum: { value: Running; draws: Running }, { value, draws }: Drawn): void {
  add(sum.value, [value]);
  add(sum.draws, draws);
}

function add({ sum, count }: Running, values: ArrayLike<number>): void {
  for (let k = 0; k < sum.length; k++)
    if (Number.isFinite(values[k])) {
      sum[k] = (sum[k] as number) + (values[k] as number);
      count[k] = (count[k] as number) + 1;
    }
}

function means({ sum, count }: Running): Float64Array {
  return sum.map((value, k) => ((count[k] as number) > 0 ? value / (count[k] as number) : Number.NaN));
}
