import { checkNumber, EncodingError } from "../core/index.ts";

/** Penalties spaced evenly in their logarithm.
 * @param from smallest alpha, > 0; alpha multiplies ‖b‖², as in himalaya and scikit-learn (the Huth lab's code squares it).
 * @param to largest alpha.
 * @param count number of alphas, ≥ 1; one alpha is `from`.
 * @throws EncodingError "option". */
export function spaceAlphas(from: number, to: number, count: number): Float64Array {
  checkNumber("spaceAlphas", "from", from, { min: Number.MIN_VALUE });
  checkNumber("spaceAlphas", "to", to, { min: from });
  checkNumber("spaceAlphas", "count", count, { min: 1, whole: true });
  const step = count === 1 ? 0 : (Math.log10(to) - Math.log10(from)) / (count - 1);
  return Float64Array.from({ length: count }, (_, k) => 10 ** (Math.log10(from) + k * step));
}

/** Refuse a list of penalties that is empty or not positive.
 * @throws EncodingError "option". */
export function checkAlphas(name: string, alphas: ArrayLike<number>): void {
  if (alphas.length === 0) throw new EncodingError("option", `${name}: needs at least one alpha; got none.`);
  for (let k = 0; k < alphas.length; k++)
    checkNumber(name, `alphas[${k}]`, alphas[k] as number, { min: Number.MIN_VALUE });
}
