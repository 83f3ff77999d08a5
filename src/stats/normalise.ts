import { EncodingError } from "../core/index.ts";

/** CC_norm: each r over the root of the ceiling, the r that a perfect model would reach.
 *
 * Values above 1 are shown, not clipped: the ceiling is an estimate too.
 * @param r of the model with the responses whose ceiling is known: of the mean over repeats with {@link reliabilityOfMean}, of a single
 * presentation with {@link explainableVariance}.
 * @param ceiling share of the variance of those responses that can be explained, one a target.
 * @returns NaN where the ceiling is not above zero. @throws EncodingError "shape".
 * @source Hsu, Borst and Theunissen 2004; Schoppe et al. 2016. */
export function normaliseR(r: ArrayLike<number>, ceiling: ArrayLike<number>): Float64Array {
  return divide("normaliseR", r, ceiling, Math.sqrt);
}

/** R² as a share of the ceiling; negative values are kept, values above 1 are not clipped.
 * @returns NaN where the ceiling is not above zero. @throws EncodingError "shape". */
export function normaliseR2(r2: ArrayLike<number>, ceiling: ArrayLike<number>): Float64Array {
  return divide("normaliseR2", r2, ceiling, (share) => share);
}

function divide(
  name: string,
  scores: ArrayLike<number>,
  ceiling: ArrayLike<number>,
  reached: (share: number) => number,
): Float64Array {
  if (scores.length !== ceiling.length)
    throw new EncodingError(
      "shape",
      `${name}: every target needs a ceiling; got ${scores.length} scores and ${ceiling.length} ceilings.`,
    );
  return Float64Array.from(scores, (score, t) => {
    const share = ceiling[t] as number;
    return share > 0 ? score / reached(share) : Number.NaN;
  });
}
