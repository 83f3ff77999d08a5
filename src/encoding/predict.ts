import {
  allocate,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
  type Responses,
  takeCols,
  takeRows,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { centerKernels, subtractRow } from "./center.ts";
import type { Kernel } from "./dual.ts";
import type { KernelFit, RidgeFit } from "./fit.ts";

/** Responses that a fitted model expects.
 * @param X features (samples × features), columns as in training.
 * @returns (samples × targets).
 * @throws EncodingError "shape" if the features differ in number. */
export async function predict(fit: RidgeFit, X: Features, linalg: Linalg): Promise<Responses> {
  checkFeatures("predict", fit, X);
  return addMeans(await linalg.gemm(subtractRow(X, fit.meanX), fit.coefficients), fit.meanY);
}

/** The part of the prediction that each band makes; the parts and the mean response sum to {@link predict}.
 * @returns one (samples × targets) a band, without the mean response.
 * @throws EncodingError "shape". */
export async function predictSplit(fit: RidgeFit, X: Features, linalg: Linalg): Promise<Responses[]> {
  checkFeatures("predictSplit", fit, X);
  const centred = subtractRow(X, fit.meanX);
  return Promise.all(
    fit.bands.map(({ from, to }) => {
      const columns = Int32Array.from({ length: to - from }, (_, k) => from + k);
      return linalg.gemm(takeCols(centred, columns), takeRows(fit.coefficients, columns));
    }),
  );
}

/** Responses that a fitted kernel model expects, and the part of each kernel.
 * @param kernels one (new samples × training samples) a band.
 * @returns `total` with the mean response, `parts` without.
 * @throws EncodingError "shape". */
export async function predictKernel(
  fit: KernelFit,
  kernels: readonly Kernel[],
  linalg: Linalg,
): Promise<{ total: Responses; parts: readonly Responses[] }> {
  if (kernels.length !== fit.kernels.length || kernels.some((k) => k.cols !== fit.dual.rows))
    throw new EncodingError(
      "shape",
      `predictKernel: needs ${fit.kernels.length} kernels with ${fit.dual.rows} columns; got ${kernels.map((k) => `${k.rows} × ${k.cols}`).join(", ")}.`,
    );
  const dual = matrix(["kernel", "targets"], fit.dual.rows, fit.dual.cols, fit.dual.data);
  const parts = await Promise.all(
    kernels.map(async (kernel, b) => {
      const centred = fit.intercept ? centerKernels(fit.kernels[b] as Kernel, kernel).test : kernel;
      return scaleTargets(await linalg.gemm(centred as Kernel, dual), fit, b);
    }),
  );
  const sum = allocate(
    parts[0]?.data instanceof Float32Array ? "float32" : "float64",
    parts[0]?.data.length ?? 0,
  );
  for (const part of parts)
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (part.data[k] as number);
  const total = matrix(["samples", "targets"], kernels[0]?.rows ?? 0, fit.dual.cols, sum);
  return { total: addMeans(total, fit.meanY), parts };
}

function scaleTargets(m: Responses, { weightings, weightingIndex }: KernelFit, band: number): Responses {
  const out = m.data.slice() as Responses["data"];
  for (let t = 0; t < m.cols; t++) {
    const weight = weightings.data[(weightingIndex[t] as number) * weightings.cols + band] as number;
    for (let i = 0; i < m.rows; i++) out[i * m.cols + t] = (out[i * m.cols + t] as number) * weight;
  }
  return matrix(m.axes, m.rows, m.cols, out);
}

function addMeans(m: Matrix<"samples", "targets">, means: Float64Array): Responses {
  return subtractRow(
    m,
    means.map((value) => -value),
  );
}

function checkFeatures(name: string, fit: RidgeFit, X: Features): void {
  if (X.cols !== fit.coefficients.rows)
    throw new EncodingError(
      "shape",
      `${name}: the model was fitted on ${fit.coefficients.rows} features; got X ${X.rows} samples × ${X.cols} features.`,
    );
}
