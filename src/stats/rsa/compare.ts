import { EncodingError } from "../../core/index.ts";
import type { Dissimilarities } from "./dissimilarity.ts";

/** How two matrices of dissimilarities are compared.
 * "pearson", "cosine" for distances that are measured on a ratio scale (crossnobis: cosine); "spearman" for order only; "rho-a" and "tau-a" for
 * order where a model predicts ties: unlike Spearman's rho and Kendall's tau-b they do not favour models with many ties. */
export type RdmMethod = "pearson" | "cosine" | "spearman" | "rho-a" | "tau-a";

/** Similarity of two matrices of dissimilarities.
 * @returns in [−1, 1]; NaN where a side does not vary (for "cosine": is zero). "rho-a" is the expected Spearman correlation when ties are broken
 * at random; "tau-a" the share of concordant less that of discordant pairs, ties counted in the denominator.
 * @throws EncodingError "shape"; "value" if a dissimilarity is not finite.
 * @source Nili et al. 2014 (tau-a); Schütt et al. 2023 (rho-a). */
export function compareDissimilarities(a: Dissimilarities, b: Dissimilarities, method: RdmMethod): number {
  checkPair(a, b);
  return similarities[method](a.values, b.values);
}

const similarities: Readonly<Record<RdmMethod, (a: Float64Array, b: Float64Array) => number>> = {
  pearson: (a, b) => cosine(centre(a), centre(b)),
  cosine,
  spearman: (a, b) => cosine(centre(ranks(a)), centre(ranks(b))),
  "rho-a": (a, b) => {
    const n = a.length;
    return (12 * dot(centre(ranks(a)), centre(ranks(b)))) / (n ** 3 - n);
  },
  "tau-a": tauA,
};

/** Mean ranks, from 1; ties share theirs. */
export function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values, (_, k) => k).sort((a, b) => (values[a] as number) - (values[b] as number));
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let k = from; k < to; k++) out[order[k] as number] = (from + to + 1) / 2;
    from = to;
  }
  return out;
}

/** The values about their mean; exactly 0 where only rounding varies. */
export function centre(values: Float64Array): Float64Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const out = values.map((value) => value - mean);
  return dot(out, out) > values.length * (1e-12 * mean) ** 2 ? out : out.fill(0);
}

/** Kendall's tau-a by counting: O(n²) in pairs of dissimilarities; 100 conditions are 12 million pairs, about 30 ms. */
function tauA(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = i + 1; j < a.length; j++)
      sum += Math.sign((a[i] as number) - (a[j] as number)) * Math.sign((b[i] as number) - (b[j] as number));
  return (2 * sum) / (a.length * (a.length - 1));
}

function cosine(a: Float64Array, b: Float64Array): number {
  const size = dot(a, a) * dot(b, b);
  return size > 0 ? Math.max(-1, Math.min(1, dot(a, b) / Math.sqrt(size))) : Number.NaN;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

function checkPair(a: Dissimilarities, b: Dissimilarities): void {
  if (a.conditions !== b.conditions || a.values.length !== b.values.length || a.values.length < 2)
    throw new EncodingError(
      "shape",
      `compareDissimilarities: both sides need the same conditions, at least three; got ${a.conditions} and ${b.conditions}.`,
    );
  for (const side of [a, b]) {
    const wrong = side.values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new EncodingError(
        "value",
        `compareDissimilarities: all dissimilarities must be finite; got ${side.values[wrong]} at pair ${wrong}. Leave that condition out of both sides.`,
      );
  }
}
