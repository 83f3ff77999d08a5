import { checkNumber, type Random } from "../core/index.ts";
import { meanDefined } from "./scores.ts";

/** Bounds of the central share `level` of values, by linear interpolation between order statistics; NaN with fewer than 20 finite values.
 * @param level in (0, 1), e.g. 0.95. */
export function percentileInterval(values: ArrayLike<number>, level: number): { low: number; high: number } {
  checkNumber("percentileInterval", "level", level, { min: 0, max: 1 });
  const finite = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  if (finite.length < 20) return { low: Number.NaN, high: Number.NaN };
  return { low: quantile(finite, (1 - level) / 2), high: quantile(finite, (1 + level) / 2) };
}

/** Two-level bootstrap interval of a mean over people: in every draw people are drawn with replacement, and each brings the statistic
 * that he has under that draw of stimulus blocks.
 * @param perPersonDraws for each person, the statistic under each draw of blocks (the same draws for all).
 * @param random draws the people. One person: blocks only.
 * @returns the interval; people whose statistic is NaN are left out. */
export function bootstrapTwoLevel({
  perPersonDraws,
  random,
  level,
}: {
  perPersonDraws: readonly Float64Array[];
  random: Random;
  level: number;
}): { low: number; high: number } {
  const people = perPersonDraws.filter((draws) => draws.some(Number.isFinite));
  const draws = people[0]?.length ?? 0;
  const means = Float64Array.from({ length: draws }, (_, d) =>
    meanDefined(
      people.map((own) => (people.length > 1 ? (random.pick(people)[d] as number) : (own[d] as number))),
    ),
  );
  return percentileInterval(means, level);
}

function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.ceil(place);
  const a = sorted[low] as number;
  return a + ((sorted[high] as number) - a) * (place - low);
}
