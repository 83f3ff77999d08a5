import {
  allocate,
  checkFinite,
  checkNumber,
  dtypeOf,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
  toDtype,
  transpose,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** Principal components of training features. */
export interface Pca {
  /** Column means of the training samples. */
  readonly mean: Float64Array;
  /** Orthonormal loadings, the strongest component first. */
  readonly basis: Matrix<"features", "components">;
  /** Variance (ddof 0) along each component. */
  readonly explained: Float64Array;
  /** Variance (ddof 0) of all features together; `explained` sums to it when every component is kept. */
  readonly total: number;
  /** What the caller should know, e.g. fewer components than asked for. */
  readonly warnings: readonly string[];
}

/** Find the directions of largest variance: the orthonormal B that maximises tr(Bᵀ Cov(X) B).
 *
 * Decomposes the Gram matrix of the samples or the covariance of the features, whichever is smaller, in float64
 * (squaring would cost float32 half its digits). The sign is fixed: the largest loading of each component is positive.
 * If X has fewer independent directions than `components`, only those are returned, with a warning.
 * @param X training samples × features, at least two samples. Scale it first if units differ.
 * @param components how many to keep, ≥ 1.
 * @returns loadings in X's dtype; see {@link Pca}.
 * @throws EncodingError "option" if components is not a whole number ≥ 1; "shape" with fewer than two samples;
 *   "value" for NaN or features that never vary.
 * @source agrees with sklearn.decomposition.PCA(svd_solver="full") up to sign and ddof. */
export async function fitPca(X: Features, components: number, linalg: Linalg): Promise<Pca> {
  checkNumber("fitPca", "components", components, { min: 1, whole: true });
  if (X.rows < 2 || X.cols < 1)
    throw new EncodingError(
      "shape",
      `fitPca: needs at least 2 samples and 1 feature; got ${X.rows} samples × ${X.cols} features.`,
    );
  checkFinite("fitPca", X, "X");
  const mean = columnMeans(X);
  const centred = centre(X, mean);
  const total = centred.data.reduce((sum, x) => sum + x * x, 0) / X.rows;
  if (!(total > 0))
    throw new EncodingError(
      "value",
      `fitPca: no feature varies over ${X.rows} samples × ${X.cols} features.`,
    );
  const bySamples = X.rows <= X.cols;
  const squares = bySamples ? await linalg.syrkNT(centred) : await linalg.syrkTN(centred);
  const { values, vectors } = await linalg.eigh(
    squares as Matrix<string, string> as Matrix<"kernel", "kernel">,
  );
  const rank = numericRank(values, X);
  const kept = Math.min(components, rank);
  const top = lastColumns(transpose(vectors), kept);
  const loadings: Matrix<"features", "components"> = bySamples
    ? await linalg.gemmTN(centred, matrix(["samples", "components"], X.rows, kept, top))
    : matrix(["features", "components"], X.cols, kept, top);
  return {
    mean,
    basis: toDtype(normaliseColumns(loadings), dtypeOf(X)),
    explained: Float64Array.from(
      { length: kept },
      (_, c) => (values[values.length - 1 - c] as number) / X.rows,
    ),
    total,
    warnings:
      kept < components
        ? [
            `fitPca: asked for ${components} components, but ${X.rows} samples × ${X.cols} features have only ${rank} independent directions; kept ${kept}.`,
          ]
        : [],
  };
}

/** Coordinates of samples on the components: (X − mean) B.
 * @returns samples × components, called features because they are features from here on.
 * @throws EncodingError "shape" if the PCA was fitted on another number of features. */
export async function applyPca(X: Features, pca: Pca, linalg: Linalg): Promise<Features> {
  if (X.cols !== pca.basis.rows)
    throw new EncodingError(
      "shape",
      `applyPca: the components were fitted on ${pca.basis.rows} features; got ${X.rows} samples × ${X.cols} features.`,
      { expected: pca.basis.rows, got: X.cols },
    );
  const centred = toDtype(centre(X, pca.mean), dtypeOf(X));
  const scores = await linalg.gemm(centred, toDtype(pca.basis, dtypeOf(X)));
  return matrix(["samples", "features"], scores.rows, scores.cols, scores.data);
}

function columnMeans({ rows, cols, data }: Features): Float64Array {
  const mean = new Float64Array(cols);
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < cols; j++, k++) mean[j]! += data[k] as number;
  return mean.map((sum) => sum / rows);
}

function centre({ axes, rows, cols, data }: Features, mean: Float64Array) {
  const out = new Float64Array(data.length);
  for (let i = 0, k = 0; i < rows; i++)
    for (let j = 0; j < cols; j++, k++) out[k] = (data[k] as number) - (mean[j] as number);
  return matrix(axes, rows, cols, out);
}

/** Eigenvalues above rounding; centring takes one direction from the samples. */
function numericRank(values: ArrayLike<number>, { rows, cols }: Features): number {
  const largest = values[values.length - 1] as number;
  const threshold = largest * Math.max(rows, cols) * Number.EPSILON;
  let rank = 0;
  for (let c = 0; c < values.length; c++) if ((values[c] as number) > threshold) rank++;
  return Math.min(rank, rows - 1);
}

/** The last columns, the last one first: eigenvalues come in ascending order. */
function lastColumns({ rows, cols, data }: Matrix, count: number): Float64Array<ArrayBuffer> {
  const out = allocate("float64", rows * count) as Float64Array<ArrayBuffer>;
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < count; c++) out[i * count + c] = data[i * cols + cols - 1 - c] as number;
  return out;
}

/** Columns of length 1 whose largest entry is positive. */
function normaliseColumns<R extends string, C extends string>(m: Matrix<R, C>): Matrix<R, C> {
  const out = Float64Array.from(m.data);
  for (let c = 0; c < m.cols; c++) {
    let squares = 0;
    let extreme = 0;
    for (let i = c; i < out.length; i += m.cols) {
      const value = out[i] as number;
      squares += value * value;
      if (Math.abs(value) > Math.abs(extreme) * (1 + 1e-9)) extreme = value; // near ties: the first feature decides
    }
    const divisor = Math.sign(extreme) * Math.sqrt(squares);
    for (let i = c; i < out.length; i += m.cols) out[i]! /= divisor;
  }
  return matrix(m.axes, m.rows, m.cols, out);
}
