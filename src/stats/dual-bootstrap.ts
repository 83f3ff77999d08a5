import { checkNumber, EncodingError, type Random } from "../core/index.ts";
import { meanDefined } from "./scores.ts";
import { studentCdf, studentQuantile } from "./student.ts";

/** Variances of a mean over people under three bootstraps. */
export interface DualVariances {
  /** People and blocks drawn together. */
  readonly both: number;
  /** People drawn, blocks as they are. */
  readonly people: number;
  /** Blocks drawn, people as they are. */
  readonly blocks: number;
}

/** A mean over people and stimuli with the variance that both bring. */
export interface DualBootstrap {
  readonly mean: number;
  /** Corrected variance of the mean, see {@link correctDualVariance}. */
  readonly variance: number;
  readonly variances: DualVariances;
  /** min(people, blocks) − 1. */
  readonly freedom: number;
  readonly low: number;
  readonly high: number;
  /** p of a mean of zero, two-sided, by Student's t. */
  readonly p: number;
  /** 0: Student's t has no smallest p, and trusts its tail further than few people can show; the sign-flip test does not. */
  readonly smallestP: 0;
}

/** Variance of a mean over a sample of people and a sample of stimulus blocks, from three bootstraps of it.
 *
 * A bootstrap that draws both counts the noise of single measurements three times; with the variances v of the three,
 * n/(n−1) · v_people + b/(b−1) · v_blocks − n b/((n−1)(b−1)) · (v_both − v_people − v_blocks) counts it once, and is unbiased. It is kept
 * at least as large as either single one and at most as large as v_both, all with their n/(n−1), b/(b−1).
 *
 * rsatoolbox takes v_both for the upper bound without those factors, so that with 8 people and blocks that hardly vary its variance is
 * an eighth too small; everywhere else both agree.
 * @param people n and blocks b, ≥ 2 each. @throws EncodingError "option".
 * @source Schütt, Kipnis, Diedrichsen and Kriegeskorte 2023, eLife 12:e82566; rsatoolbox 0.3.2, inference_util._dual_bootstrap. */
export function correctDualVariance(variances: DualVariances, people: number, blocks: number): number {
  checkNumber("correctDualVariance", "people", people, { min: 2, whole: true });
  checkNumber("correctDualVariance", "blocks", blocks, { min: 2, whole: true });
  const [n, b] = [people / (people - 1), blocks / (blocks - 1)];
  const own = variances.both - variances.people - variances.blocks;
  const counted = n * variances.people + b * variances.blocks - n * b * own;
  const least = Math.max(n * variances.people, b * variances.blocks);
  return Math.min(Math.max(counted, least), Math.max(least, n * b * variances.both));
}

/** Interval and test of a mean that should hold for other people *and* other stimuli.
 *
 * Unlike {@link bootstrapTwoLevel}, whose interval is wider than needed where the noise of single measurements is large, the variance is
 * corrected ({@link correctDualVariance}); the interval is mean ± t · √variance with min(people, blocks) − 1 degrees of freedom.
 * `perPerson` holds each person's statistic, `perPersonDraws` the same under each draw of `blocks` blocks, ≥ 2 (the same draws for all);
 * `random` draws people. People whose statistic is NaN are left out.
 * @throws EncodingError "shape" | "option"; "value" if fewer than two people have a statistic. */
export function bootstrapDual({
  perPerson,
  perPersonDraws,
  blocks,
  random,
  level = 0.95,
}: {
  perPerson: readonly number[];
  perPersonDraws: readonly Float64Array[];
  blocks: number;
  random: Random;
  level?: number;
}): DualBootstrap {
  checkNumber("bootstrapDual", "level", level, { min: 0.5, max: 0.9999 });
  const lengths = new Set(perPersonDraws.map((draws) => draws.length));
  if (perPerson.length !== perPersonDraws.length || lengths.size !== 1 || lengths.has(0))
    throw new EncodingError(
      "shape",
      `bootstrapDual: every person needs a statistic and the same draws of blocks; got ${perPerson.length} people and draws of ${perPersonDraws.map((draws) => draws.length).join(", ")}.`,
    );
  const kept = perPerson.flatMap((value, i) =>
    Number.isFinite(value) ? [{ value, draws: perPersonDraws[i] as Float64Array }] : [],
  );
  if (kept.length < 2)
    throw new EncodingError("value", `bootstrapDual: needs two people with a statistic; got ${kept.length}.`);
  const own = kept.map(({ value }) => value);
  const mean = meanDefined(own);
  const drawn = (pick: (person: number) => number) =>
    varianceOf(
      Float64Array.from({ length: kept[0]?.draws.length ?? 0 }, (_, d) =>
        meanDefined(own.map((_, i) => kept[pick(i)]?.draws[d] ?? Number.NaN)),
      ),
    );
  const variances = {
    both: drawn(() => random.integer(kept.length)),
    people: varianceOf(Float64Array.from(own)) / own.length, // what infinitely many draws of people give
    blocks: drawn((i) => i),
  };
  const variance = correctDualVariance(variances, kept.length, blocks);
  const freedom = Math.min(kept.length, blocks) - 1;
  const half = studentQuantile((1 + level) / 2, freedom) * Math.sqrt(variance);
  const t = variance > 0 ? Math.abs(mean) / Math.sqrt(variance) : mean === 0 ? 0 : Number.POSITIVE_INFINITY;
  return {
    mean,
    variance,
    variances,
    freedom,
    low: mean - half,
    high: mean + half,
    p: 2 * studentCdf(-t, freedom),
    smallestP: 0,
  };
}

/** Mean squared deviation of the finite entries. */
function varianceOf(xs: Float64Array): number {
  const mean = meanDefined(xs);
  return meanDefined(xs.map((x) => (x - mean) ** 2));
}
