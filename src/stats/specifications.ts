import { checkNumber, type Matrix, type Random } from "../core/index.ts";

/** What a set of specifications of one analysis says together. */
export interface SpecificationTest {
  /** Median over specifications of the mean over people. */
  readonly median: number;
  /** Two-sided p of the median. NaN where no specification is defined. */
  readonly p: number;
  /** Specifications that are significant by themselves in the direction that more of them take, and their p. */
  readonly dominant: number;
  readonly pDominant: number;
  /** Where the sorted means would lie if there were no difference: rank by rank, the central 95 % of sign patterns. */
  readonly band: { readonly low: Float64Array; readonly high: Float64Array };
  readonly smallestP: number;
  readonly exact: boolean;
}

/** Test all specifications of one analysis together: one p for the curve, not one for each point.
 *
 * The statistic is the median over specifications of the mean over people; beside it the number of specifications that are significant by
 * themselves (two-sided sign-flip at `level`). Under the null a person's differences in all specifications change their sign together:
 * one pattern of signs flips every specification, so that however alike they are, they count once.
 * Exact up to `exactUpTo` people, beyond seeded draws with (b + 1) / (m + 1).
 * @param values (people × specifications); a person without a value counts as 0 there, a specification without any is left out.
 * @source Simonsohn, Simmons and Nelson 2020, joint tests of the specification curve; signs are flipped in place of their shuffled rows. */
export function testSpecifications(
  values: Matrix<"people", "specifications">,
  {
    random,
    level = 0.05,
    draws = 4999,
    exactUpTo = 12,
  }: { random: Random; level?: number; draws?: number; exactUpTo?: number },
): SpecificationTest {
  checkNumber("testSpecifications", "level", level, { min: 0, max: 1 });
  checkNumber("testSpecifications", "draws", draws, { min: 99, whole: true });
  checkNumber("testSpecifications", "exactUpTo", exactUpTo, { min: 0, max: 16, whole: true });
  const columns = definedColumns(values);
  const people = values.rows;
  const exact = people <= exactUpTo;
  const patterns = exact ? 2 ** people : draws + 1; // the first flips nothing: the data
  const means = columns.map(() => new Float64Array(patterns));
  for (let f = 0; f < patterns; f++) {
    const signs = signsOf(f, people, exact, random);
    for (const [k, own] of columns.entries()) {
      let sum = 0;
      for (let i = 0; i < people; i++) sum += (signs[i] as number) * (own.values[i] as number);
      (means[k] as Float64Array)[f] = sum / own.count;
    }
  }
  const { medians, band } = sortPatterns(means, patterns);
  const dominant = countDominant(means, patterns, level);
  const share = (statistic: Float64Array) =>
    columns.length === 0
      ? Number.NaN
      : statistic.filter((value) => value >= slacken(statistic[0] as number)).length / patterns;
  return {
    median: columns.length === 0 ? Number.NaN : (medians[0] as number),
    p: share(medians.map(Math.abs)),
    dominant: columns.length === 0 ? 0 : (dominant[0] as number),
    pDominant: share(dominant),
    band,
    smallestP: Math.min(1, (exact ? 2 : 1) / patterns),
    exact,
  };
}

/** A limit that rounding does not carry a tie below. */
function slacken(limit: number): number {
  return Number.isFinite(limit) ? limit - 1e-9 * Math.abs(limit) : limit;
}

function definedColumns({ rows, cols, data }: Matrix): { values: Float64Array; count: number }[] {
  return Array.from({ length: cols }, (_, k) => {
    const column = Float64Array.from({ length: rows }, (_row, i) => data[i * cols + k] as number);
    const count = column.filter(Number.isFinite).length;
    return { values: column.map((value) => (Number.isFinite(value) ? value : 0)), count };
  }).filter(({ count }) => count > 0);
}

function signsOf(pattern: number, people: number, exact: boolean, random: Random): Int8Array {
  if (exact) return Int8Array.from({ length: people }, (_, i) => ((pattern >> i) & 1 ? -1 : 1));
  return Int8Array.from({ length: people }, () => (pattern === 0 || random.uniform() < 0.5 ? 1 : -1));
}

/** Median of the specifications under each pattern, and the band of the sorted ones. */
function sortPatterns(means: readonly Float64Array[], patterns: number) {
  const count = means.length;
  const ranks = means.map(() => new Float64Array(patterns));
  const medians = new Float64Array(patterns);
  for (let f = 0; f < patterns; f++) {
    const sorted = Float64Array.from(means, (own) => own[f] as number).sort();
    for (const [k, value] of sorted.entries()) (ranks[k] as Float64Array)[f] = value;
    medians[f] = ((sorted[(count - 1) >> 1] as number) + (sorted[count >> 1] as number)) / 2;
  }
  const at = (share: number) =>
    Float64Array.from(
      ranks,
      (own) => Float64Array.from(own).sort()[Math.round(share * (patterns - 1))] as number,
    );
  return { medians, band: { low: at(0.025), high: at(0.975) } };
}

/** Under each pattern: how many specifications are significant by themselves in the direction that more of them take. */
function countDominant(means: readonly Float64Array[], patterns: number, level: number): Float64Array {
  const above = new Float64Array(patterns);
  const below = new Float64Array(patterns);
  for (const own of means) {
    const limit = slacken(criticalSize(own, level));
    for (let f = 0; f < patterns; f++) {
      const mean = own[f] as number;
      if (Math.abs(mean) < limit) continue;
      const side = mean > 0 ? above : below;
      side[f] = (side[f] as number) + 1;
    }
  }
  return above.map((count, f) => Math.max(count, below[f] as number));
}

/** The smallest size that at most a share `level` of the patterns reach; infinite if there is none. */
function criticalSize(own: Float64Array, level: number): number {
  const sizes = own.map(Math.abs).sort().reverse();
  const allowed = Math.floor(level * sizes.length + 1e-9);
  let limit = Number.POSITIVE_INFINITY;
  for (let k = 0; k < allowed; k++) {
    const size = sizes[k] as number;
    const ties = sizes[allowed] ?? Number.NEGATIVE_INFINITY; // a size that more than `allowed` patterns reach is too small
    if (size > 0 && size - 1e-9 * size > ties) limit = size;
  }
  return limit;
}
