import { EncodingError } from "../core/index.ts";

/** Half width of a split-conformal interval: the ⌈(n + 1) · level⌉-th smallest of n absolute residuals of held-out responses.
 *
 * prediction ± this holds a new response with probability ≥ level, whatever the distribution, if its residual is exchangeable with
 * these; with fewer than level / (1 − level) residuals nothing holds it: Infinity.
 * @param residuals measured − predicted; NaN is left out.
 * @throws EncodingError "option" if level is not within (0, 1). @source Vovk et al. 2005; Lei et al. 2018. */
export function conformalHalfWidth(residuals: ArrayLike<number>, level: number): number {
  if (!(level > 0 && level < 1))
    throw new EncodingError("option", `conformalHalfWidth: level must lie within (0, 1); got ${level}.`);
  const sizes = Float64Array.from(residuals, Math.abs)
    .filter((size) => !Number.isNaN(size))
    .sort();
  const place = Math.ceil((sizes.length + 1) * level - 1e-9);
  return place > sizes.length ? Number.POSITIVE_INFINITY : (sizes[place - 1] as number);
}

/** Percentiles 0 … 100 by linear interpolation between order statistics.
 * @returns 101 ascending numbers; NaN without values. */
export function percentilesOf(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return Float64Array.from({ length: 101 }, (_, q) => {
    const place = (q / 100) * (sorted.length - 1);
    const low = Math.floor(place);
    const [a, b] = [sorted[low] ?? Number.NaN, sorted[Math.min(low + 1, sorted.length - 1)] ?? Number.NaN];
    return a + (place - low) * (b - a);
  });
}
