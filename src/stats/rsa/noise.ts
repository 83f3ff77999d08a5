import { checkFinite, checkNumber, EncodingError, type Matrix, matrix, zeros } from "../../core/index.ts";
import type { Linalg } from "../../linalg/index.ts";
import { columnMeans } from "../rounding.ts";

/** Covariance of noise over channels, its correlations shrunk towards zero as far as they are uncertain.
 * @param residuals of a model of the responses, (samples × channels); their mean is taken out.
 * @param freedom degrees of freedom, default samples − 1; less the regressors of the model.
 * @returns (channels × channels). @throws EncodingError "shape" | "value" | "option".
 * @source Schäfer and Strimmer 2005; rsatoolbox's cov_from_residuals, "shrinkage_diag". */
export function noiseCovariance(
  residuals: Matrix<"samples", "channels">,
  { freedom = residuals.rows - 1 }: { freedom?: number } = {},
): Matrix<"channels", "channels"> {
  checkNumber("noiseCovariance", "freedom", freedom, { min: 1, max: Math.max(1, residuals.rows) });
  checkFinite("noiseCovariance", residuals, "residuals");
  const { rows: n, cols } = residuals;
  if (n < 3) throw new EncodingError("shape", `noiseCovariance: needs at least three samples; got ${n}.`);
  const means = columnMeans(residuals);
  const centred = Float64Array.from(residuals.data, (value, k) => value - (means[k % cols] as number));
  const sums = new Float64Array(cols * cols);
  const squares = new Float64Array(cols * cols);
  for (let i = 0; i < n; i++)
    for (let a = 0; a < cols; a++)
      for (let b = 0; b < cols; b++) {
        const both = (centred[i * cols + a] as number) * (centred[i * cols + b] as number);
        sums[a * cols + b] = (sums[a * cols + b] as number) + both;
        squares[a * cols + b] = (squares[a * cols + b] as number) + both * both;
      }
  const variance = (a: number) => (sums[a * cols + a] as number) / freedom;
  const constant = Array.from({ length: cols }, (_, a) => a).find((a) => !(variance(a) > 0));
  if (constant !== undefined)
    throw new EncodingError("value", `noiseCovariance: channel ${constant} is constant. Leave it out.`);
  let [uncertain, size] = [0, 0];
  for (let a = 0; a < cols; a++)
    for (let b = 0; b < cols; b++) {
      if (a === b) continue;
      const scale = variance(a) * variance(b);
      const mean = (sums[a * cols + b] as number) / Math.sqrt(scale) / (n - 1);
      const meanSquare = (squares[a * cols + b] as number) / scale / (n - 1);
      uncertain += (n / freedom ** 2) * (meanSquare - mean ** 2);
      size += mean ** 2;
    }
  const shrink = size > 0 ? Math.max(0, Math.min(1, uncertain / size)) : 1;
  const out = sums.map((sum, k) => (sum / freedom) * (k % (cols + 1) === 0 ? 1 : 1 - shrink));
  return matrix(["channels", "channels"], cols, cols, out);
}

/** Noise precision: the inverse of {@link noiseCovariance}. @throws EncodingError as it does; "numeric" if it has no inverse. */
export async function noisePrecision(
  residuals: Matrix<"samples", "channels">,
  linalg: Linalg,
  options: { freedom?: number } = {},
): Promise<Matrix<"channels", "channels">> {
  const covariance = noiseCovariance(residuals, options);
  const identity = zeros(["channels", "targets"], covariance.rows, covariance.rows);
  for (let k = 0; k < covariance.rows; k++) identity.data[k * covariance.rows + k] = 1;
  const inverse = await linalg.solveCholesky(covariance, identity);
  return matrix(["channels", "channels"], covariance.rows, covariance.rows, inverse.data);
}
