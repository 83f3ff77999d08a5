import type { CohortPlan } from "./cohort-plan.ts";
import type { RegionSignal } from "./signal.ts";

/** What was planted, as it came out in the data; means over people and targets. Variances are within runs, runs counted once. */
export interface CohortTruth {
  readonly spaces: readonly string[];
  /** Regions × spaces: share of the total single-trial variance carried by the space (product measure). */
  readonly share: readonly (readonly number[])[];
  /** Per region: share of the total single-trial variance that is signal; the sum of its row in `share`. */
  readonly explainable: readonly number[];
  /** As `explainable`, of the variance without the slow drift, which preprocessing takes away. */
  readonly explainableDetrended: readonly number[];
}

/** Noise variances of one person's region, per target. */
export interface NoiseVariance {
  readonly all: Float64Array;
  /** Without the slow drift. */
  readonly steady: Float64Array;
}

/** Variances of one person's region. */
export interface RegionVariance {
  readonly signal: RegionSignal;
  readonly noise: NoiseVariance;
}

/** Turn realised variances to shares of the total, averaged over targets and people.
 *
 * Without signal and noise (a silent region at noise level 0) shares are NaN.
 * @param people person → region → variances. */
export function summariseTruth(
  { drives, regions }: CohortPlan,
  people: readonly (readonly RegionVariance[])[],
): CohortTruth {
  const spaces = Object.keys(drives);
  const mean = (r: number, of: (v: RegionVariance) => number) =>
    people.reduce((sum, person) => sum + of(person[r] as RegionVariance), 0) / people.length;
  const each = regions.map((_, r) => r);
  return {
    spaces,
    share: each.map((r) =>
      spaces.map((space) => mean(r, (v) => ratio(v, "all", v.signal.carried.get(space)))),
    ),
    explainable: each.map((r) => mean(r, (v) => ratio(v, "all", v.signal.variance))),
    explainableDetrended: each.map((r) => mean(r, (v) => ratio(v, "steady", v.signal.variance))),
  };
}

/** Mean over targets of `part` / (signal + noise variance); a part that is not there is 0. */
function ratio({ signal, noise }: RegionVariance, kind: keyof NoiseVariance, part?: Float64Array): number {
  const { variance } = signal;
  let sum = 0;
  for (let t = 0; t < variance.length; t++)
    sum += (part?.[t] ?? 0) / ((variance[t] as number) + (noise[kind][t] as number));
  return sum / variance.length;
}
