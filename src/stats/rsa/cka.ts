import { checkFinite, checkSameRows, EncodingError, type Matrix } from "../../core/index.ts";
import { columnMeans } from "../rounding.ts";

/** Linear centred kernel alignment of two sets of activations or responses to the same stimuli: how alike their similarities between stimuli
 * are, whatever rotation and scale either has.
 *
 * The plain form is biased upwards where columns are many and stimuli few (two sets of noise are far from 0: 100 stimuli × 1,000 columns
 * give about .9); `debiased`, the default, is 0 on average for independent sets, and can fall below 0.
 * @param X (stimuli × columns). @param Y on the same stimuli.
 * @returns at most 1; NaN where a side is constant (debiased: where its own unbiased HSIC is not above 0).
 * @throws EncodingError "shape" | "value".
 * @source Kornblith et al. 2019; Song et al. 2012, eq. 5 (unbiased HSIC); Murphy et al. 2024 (debiased for few stimuli). */
export function linearCka(
  X: Matrix<"samples">,
  Y: Matrix<"samples">,
  { debiased = true }: { debiased?: boolean } = {},
): number {
  checkSameRows("linearCka", X, Y);
  checkFinite("linearCka", X, "X");
  checkFinite("linearCka", Y, "Y");
  const least = debiased ? 4 : 2;
  if (X.rows < least)
    throw new EncodingError("shape", `linearCka: needs at least ${least} stimuli; got ${X.rows}.`);
  const [K, L] = [gram(X), gram(Y)];
  const hsic = debiased ? unbiasedHsic : biasedHsic;
  const own = hsic(K, K, X.rows) * hsic(L, L, X.rows);
  const positive = hsic(K, K, X.rows) > 0 && own > 0;
  return positive ? hsic(K, L, X.rows) / Math.sqrt(own) : Number.NaN;
}

/** Products of all pairs of rows, columns about their mean. */
function gram(m: Matrix): Float64Array {
  const { rows, cols } = m;
  const means = columnMeans(m);
  const centred = Float64Array.from(m.data, (value, k) => value - (means[k % cols] as number));
  const out = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++)
    for (let b = a; b < rows; b++) {
      let sum = 0;
      for (let j = 0; j < cols; j++)
        sum += (centred[a * cols + j] as number) * (centred[b * cols + j] as number);
      out[a * rows + b] = sum;
      out[b * rows + a] = sum;
    }
  return out;
}

/** Both kernels are centred already. */
function biasedHsic(K: Float64Array, L: Float64Array, n: number): number {
  let sum = 0;
  for (let k = 0; k < K.length; k++) sum += (K[k] as number) * (L[k] as number);
  return sum / (n - 1) ** 2;
}

/** Song et al. 2012, eq. 5; the diagonals do not count. */
function unbiasedHsic(K: Float64Array, L: Float64Array, n: number): number {
  const [rowsK, rowsL] = [new Float64Array(n), new Float64Array(n)];
  let trace = 0;
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) {
      if (a === b) continue;
      const [k, l] = [K[a * n + b] as number, L[a * n + b] as number];
      trace += k * l;
      rowsK[a] = (rowsK[a] as number) + k;
      rowsL[a] = (rowsL[a] as number) + l;
    }
  const total = (rows: Float64Array) => rows.reduce((a, b) => a + b, 0);
  const crossed = rowsK.reduce((sum, k, a) => sum + k * (rowsL[a] as number), 0);
  const sum = trace + (total(rowsK) * total(rowsL)) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * crossed;
  return sum / (n * (n - 3));
}
