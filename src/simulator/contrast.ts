import { checkNumber, EncodingError, type Random } from "../core/index.ts";
import type { Prediction } from "./predict.ts";

/** Responses of some targets to the stimuli of one set, (stimuli × targets). */
export type SetResponses = Pick<Prediction, "responses" | "stimuli" | "targets">;

/** How sets of stimuli differ at each target. */
export interface Contrast {
  /** Mean response to each set, [set] (targets). */
  readonly means: readonly Float64Array[];
  /** Share of the variance over stimuli that lies between the sets, (targets), 0 to 1; NaN where nothing varies. */
  readonly effect: Float64Array;
  /** Standard deviation of the sets' means, in the manifest's unit. */
  readonly between: Float64Array;
  /** Mean of the first set minus mean of the second. */
  readonly difference: Float64Array;
  /** (targets): corrected over targets; says that the difference is one of the sets, not of the few stimuli drawn from them. */
  readonly p: Float64Array;
  /** The smallest p that this test can give. */
  readonly smallestP: number;
}

/** Contrast two or more sets of stimuli: a one-way analysis of variance over stimuli at each target, tested by permuting which stimulus
 * belongs to which set and taking the largest statistic over targets.
 *
 * Predictions carry no noise: what varies are the stimuli, so this says whether the fitted brain tells the *kinds* of stimuli apart. Whether
 * the brain itself does is bounded by the mask and the intervals.
 * @param sets at least two, of two or more stimuli each.
 * @throws EncodingError "shape" if sets are too few or too small, or have other targets. @source Westfall and Young 1993. */
export function contrastSets(
  sets: readonly SetResponses[],
  { random, draws = 999 }: { readonly random: Random; readonly draws?: number },
): Contrast {
  checkNumber("contrastSets", "draws", draws, { min: 19, whole: true });
  const targets = checkSets(sets);
  const rows = sets.flatMap(({ responses, stimuli }) =>
    Array.from({ length: stimuli }, (_, i) => responses.subarray(i * targets, (i + 1) * targets)),
  );
  const sizes = sets.map(({ stimuli }) => stimuli);
  const still = Uint32Array.from(rows.keys());
  const total = totalSquares(rows, targets);
  const means = setMeans(rows, still, sizes, targets);
  const effect = effectOf(rows, still, sizes, total);
  const passed = new Float64Array(targets);
  for (let d = 0; d < draws; d++) {
    const drawn = effectOf(rows, random.permutation(rows.length), sizes, total);
    let largest = 0;
    for (const value of drawn) if (value > largest) largest = value;
    for (let t = 0; t < targets; t++)
      if (largest >= (effect[t] as number) - 1e-12) passed[t] = (passed[t] as number) + 1;
  }
  const [first, second] = means as [Float64Array, Float64Array];
  return {
    means,
    effect,
    between: first.map((_, t) => deviation(means.map((own) => own[t] as number))),
    difference: first.map((value, t) => value - (second[t] as number)),
    p: passed.map((count, t) => (Number.isNaN(effect[t]) ? Number.NaN : (1 + count) / (1 + draws))),
    smallestP: 1 / (1 + draws),
  };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function checkSets(sets: readonly SetResponses[]): number {
  const targets = sets[0]?.targets ?? 0;
  if (sets.length < 2 || sets.some(({ stimuli }) => stimuli < 2))
    throw new EncodingError(
      "shape",
      `contrastSets: needs two or more sets of two or more stimuli; got sets of ${sets.map(({ stimuli }) => stimuli).join(", ") || "none"}.`,
    );
  if (sets.some((set) => set.targets !== targets))
    throw new EncodingError(
      "shape",
      `contrastSets: all sets need the same targets; got ${sets.map((set) => set.targets).join(", ")}.`,
    );
  return targets;
}

type Rows = readonly Float32Array[];

function setMeans(rows: Rows, order: Uint32Array, sizes: readonly number[], targets: number): Float64Array[] {
  let at = 0;
  return sizes.map((size) => {
    const mean = new Float64Array(targets);
    for (let k = 0; k < size; k++, at++) {
      const row = rows[order[at] as number] as Float32Array;
      for (let t = 0; t < targets; t++) mean[t] = (mean[t] as number) + (row[t] as number) / size;
    }
    return mean;
  });
}

/** Sum of squares about the mean; NaN where only rounding varies. */
function totalSquares(
  rows: Rows,
  targets: number,
): { readonly mean: Float64Array; readonly squares: Float64Array } {
  const [mean] = setMeans(rows, Uint32Array.from(rows.keys()), [rows.length], targets) as [Float64Array];
  const squares = mean.map((m, t) => {
    const sum = rows.reduce((all, row) => all + ((row[t] as number) - m) ** 2, 0);
    return sum > 1e-12 * rows.length * (m * m + 1e-12) ? sum : Number.NaN;
  });
  return { mean, squares };
}

/** Between-set share of the sum of squares. */
function effectOf(
  rows: Rows,
  order: Uint32Array,
  sizes: readonly number[],
  { mean, squares }: { readonly mean: Float64Array; readonly squares: Float64Array },
): Float64Array {
  const means = setMeans(rows, order, sizes, mean.length);
  return squares.map((total, t) => {
    const between = means.reduce(
      (sum, own, s) => sum + (sizes[s] as number) * ((own[t] as number) - (mean[t] as number)) ** 2,
      0,
    );
    return between / total;
  });
}
