import { EncodingError } from "../core/index.ts";

/** Score of a model that was fitted with some of the feature spaces, one number a target (or a person, or a bootstrap draw). */
export interface SubsetScore {
  readonly spaces: readonly string[];
  readonly score: Float64Array;
}

/** What one set of feature spaces explains together, and no space outside the set explains. */
export interface PartitionPart {
  /** One space: its unique part. Several: what exactly these share. */
  readonly spaces: readonly string[];
  readonly share: Float64Array;
}

/** The variance of the joint model, divided. */
export interface Partition {
  /** "all": every unique and shared part. "unique": one unique part a space, and the rest as one shared part of all. */
  readonly kind: "all" | "unique";
  /** Score of the model with all spaces; the parts sum to it. */
  readonly joint: Float64Array;
  readonly parts: readonly PartitionPart[];
}

/** Spaces up to which every part is computed: 4 spaces are 15 fitted models and 15 parts, 5 would be 31 of each. */
export const fullPartitionUpTo = 4;

/** The sets of feature spaces that a partition needs a fitted model of: up to 4 spaces all 2ᵏ − 1 sets; beyond, all spaces together and
 * all but one.
 * @returns small sets first, spaces in the order given. @throws EncodingError "option" if a space is named twice or none is. */
export function partitionSubsets(spaces: readonly string[]): string[][] {
  checkSpaces("partitionSubsets", spaces);
  if (spaces.length > fullPartitionUpTo)
    return [...spaces.map((left) => spaces.filter((space) => space !== left)), [...spaces]];
  return setsOf(spaces.length)
    .map((set) => spaces.filter((_, s) => (set >> s) & 1))
    .sort((a, b) => a.length - b.length);
}

/** Divide the score of a joint model among its feature spaces: commonality analysis.
 *
 * The part of a set S is what the spaces of S explain and no other space does, so that the score of any model is the sum of the parts
 * that meet its spaces. With G(A) = R²(all) − R²(all without A), the part of S is the sum over T ⊆ S of (−1)^(|S| − |T|) · G(T).
 * Parts can be negative and are kept: a shared part below zero means that the spaces predict better together than each by itself
 * (suppression), or that a fit with more columns lost held-out variance. Linear in the scores: given the bootstrap draws of the
 * scores, it returns the draws of the parts, from which {@link percentileInterval} makes intervals.
 * With more than 4 spaces only the unique parts are told apart. Near-collinear spaces make all of it unstable: {@link overlapOfSpaces}.
 * @param scores of the models that {@link partitionSubsets} lists; more do no harm.
 * @throws EncodingError "shape" if a model is missing or lengths differ; "option" if a space is named twice.
 * @source Newton and Spurrell 1967; Seibold and McPhee 1979; de Heer et al. 2017 (three spaces on the cortex). */
export function partitionVariance(spaces: readonly string[], scores: readonly SubsetScore[]): Partition {
  checkSpaces("partitionVariance", spaces);
  const all = 2 ** spaces.length - 1;
  const bySet = new Map(scores.map((one) => [maskOf(spaces, one.spaces), one.score]));
  const joint = scoreOf(bySet, all, spaces);
  const gain = (set: number) => {
    if (set === all) return joint;
    const rest = scoreOf(bySet, all & ~set, spaces);
    checkLength(rest, joint, all & ~set, spaces);
    return joint.map((value, k) => value - (rest[k] as number));
  };
  const named = (set: number, share: Float64Array) => ({
    spaces: spaces.filter((_, s) => (set >> s) & 1),
    share,
  });
  if (spaces.length <= fullPartitionUpTo) {
    const gains = new Map(setsOf(spaces.length).map((set) => [set, gain(set)]));
    const parts = setsOf(spaces.length).map((set) => named(set, moebius(set, gains, joint.length)));
    return { kind: "all", joint, parts: parts.sort((a, b) => a.spaces.length - b.spaces.length) };
  }
  const unique = spaces.map((_, s) => named(2 ** s, gain(2 ** s)));
  const rest = joint.map((value, k) =>
    unique.reduce((left, { share }) => left - (share[k] as number), value),
  );
  return { kind: "unique", joint, parts: [...unique, named(all, rest)] };
}

/** Sum over the non-empty subsets T of S of (−1)^(|S| − |T|) G(T). */
function moebius(set: number, gains: ReadonlyMap<number, Float64Array>, length: number): Float64Array {
  const out = new Float64Array(length);
  for (let part = set; part > 0; part = (part - 1) & set) {
    const sign = bitCount(set & ~part) % 2 === 0 ? 1 : -1;
    const gain = gains.get(part) as Float64Array;
    for (let k = 0; k < length; k++) out[k] = (out[k] as number) + sign * (gain[k] as number);
  }
  return out;
}

function setsOf(count: number): number[] {
  return Array.from({ length: 2 ** count - 1 }, (_, k) => k + 1);
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest &= rest - 1) count++;
  return count;
}

/** The set as bits; −1 if it holds a space that is not in the list. */
function maskOf(spaces: readonly string[], subset: readonly string[]): number {
  const places = subset.map((space) => spaces.indexOf(space));
  return places.includes(-1) ? -1 : places.reduce((set, place) => set | (2 ** place), 0);
}

function scoreOf(
  bySet: ReadonlyMap<number, Float64Array>,
  set: number,
  spaces: readonly string[],
): Float64Array {
  const score = bySet.get(set);
  if (score !== undefined) return score;
  const names = spaces.filter((_, s) => (set >> s) & 1).join(" + ");
  throw new EncodingError(
    "shape",
    `partitionVariance: ${spaces.length} spaces need the score of the model ${names}; it is not among the ${bySet.size} given. partitionSubsets lists all that are needed.`,
  );
}

function checkLength(score: Float64Array, joint: Float64Array, set: number, spaces: readonly string[]): void {
  if (score.length !== joint.length)
    throw new EncodingError(
      "shape",
      `partitionVariance: all models need the same targets; ${spaces.filter((_, s) => (set >> s) & 1).join(" + ")} has ${score.length}, the joint model ${joint.length}.`,
    );
}

function checkSpaces(name: string, spaces: readonly string[]): void {
  const twice = spaces.find((space, s) => spaces.indexOf(space) !== s);
  if (spaces.length === 0 || spaces.length > 30 || twice !== undefined)
    throw new EncodingError(
      "option",
      `${name}: needs 1 to 30 feature spaces of different names; got ${twice === undefined ? spaces.length : `"${twice}" twice`}.`,
    );
}
