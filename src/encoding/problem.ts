import type { FloatArray, Matrix, Responses } from "../core/index.ts";

/** Training rows of one fold, decomposed for one weighting of the bands.
 *
 * For every alpha, coefficients = basis · (projected / (values + alpha)); one decomposition serves all alphas and targets. */
export interface Decomposed {
  /** Eigenvalues, clamped at 0. */
  readonly values: FloatArray;
  /** Responses in the eigenbasis, (components × targets). */
  readonly projected: Matrix<"components", "targets">;
  /** From eigenbasis to coefficients: (features × components) in the primal, (samples × components) in the dual. */
  readonly basis: Matrix<string, "components">;
}

/** The training rows of one fold, ready to be decomposed for any weighting. */
export interface Problem {
  readonly form: "primal" | "dual";
  /** @param weights band weights, a point of the simplex. */
  decompose(weights: ArrayLike<number>): Promise<Decomposed>;
  /** Predictions of the test rows as test · (projected / (values + alpha)), test being (samples × components). */
  project(decomposed: Decomposed, weights: ArrayLike<number>): Promise<Matrix<"samples", "components">>;
  /** Means taken from the responses: predictions lack them. */
  readonly meanY: Float64Array;
}

/** Divide the projected responses by (values + alpha), one alpha for all targets or one each. */
export function shrink(
  { values, projected }: Decomposed,
  alpha: number | ArrayLike<number>,
  out: FloatArray,
  offset = 0,
  stride: number = projected.cols,
): void {
  const { rows, cols, data } = projected;
  for (let k = 0; k < rows; k++) {
    const value = values[k] as number;
    const start = k * stride + offset;
    if (typeof alpha === "number") {
      const scale = 1 / (value + alpha);
      for (let t = 0; t < cols; t++) out[start + t] = (data[k * cols + t] as number) * scale;
    } else
      for (let t = 0; t < cols; t++)
        out[start + t] = (data[k * cols + t] as number) / (value + (alpha[t] as number));
  }
}

/** Eigenvalues without the negative ones that rounding makes. */
export function clampValues(values: FloatArray): FloatArray {
  return values.map((value) => Math.max(value, 0)) as FloatArray;
}

/** Zero means: used when no intercept is fitted. */
export function noMeans(Y: Responses): Float64Array {
  return new Float64Array(Y.cols);
}
