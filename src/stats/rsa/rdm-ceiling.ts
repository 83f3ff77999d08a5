import { EncodingError } from "../../core/index.ts";
import { meanDefined } from "../scores.ts";
import { centre, compareDissimilarities, type RdmMethod, ranks } from "./compare.ts";
import type { Dissimilarities } from "./dissimilarity.ts";

/** What the best possible model would reach on average over people, between two bounds. */
export interface RdmCeiling {
  /** Each person against the pooled others: a model without noise of its own reaches at least this on average. */
  readonly lower: number;
  /** Each person against all pooled, himself among them: no model reaches more ("tau-a", "rho-a": nearly none, as pooled ranks are not quite the best). */
  readonly upper: number;
}

/** Noise ceiling of a comparison of dissimilarities over people.
 *
 * Pooled as the method sees them: standardised ("pearson"), of length 1 ("cosine"), or ranked, and averaged.
 * @param people one matrix of dissimilarities each, at least two.
 * @throws EncodingError "shape" | "value". @source Nili et al. 2014; rsatoolbox's boot_noise_ceiling. */
export function ceilingOfDissimilarities(people: readonly Dissimilarities[], method: RdmMethod): RdmCeiling {
  if (people.length < 2)
    throw new EncodingError(
      "shape",
      `ceilingOfDissimilarities: needs at least two people; got ${people.length}.`,
    );
  const all = pool(people, method);
  return {
    lower: meanDefined(
      people.map((own) =>
        compareDissimilarities(
          pool(
            people.filter((other) => other !== own),
            method,
          ),
          own,
          method,
        ),
      ),
    ),
    upper: meanDefined(people.map((own) => compareDissimilarities(all, own, method))),
  };
}

function pool(people: readonly Dissimilarities[], method: RdmMethod): Dissimilarities {
  const seen = people.map(({ values }) => {
    if (method === "cosine") return toLength(values);
    return method === "pearson" ? toLength(centre(values)) : ranks(values);
  });
  const first = people[0] as Dissimilarities;
  // divided after the sum: sums of ranks are exact, so that ties stay ties
  const values = first.values.map(
    (_, k) => seen.reduce((sum, own) => sum + (own[k] as number), 0) / seen.length,
  );
  return { conditions: first.conditions, values };
}

function toLength(values: Float64Array): Float64Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? values.map((value) => value / length) : values;
}
