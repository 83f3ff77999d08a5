import { allocate, dtypeOf, type Matrix, matrix, type Responses } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { centerKernels, columnMeans, subtractRow } from "./center.ts";
import { clampValues, noMeans, type Problem } from "./problem.ts";

/** Inner products of samples, (samples × samples) or (test samples × training samples). */
export type Kernel = Matrix<"samples", "kernel">;

/** The dual form: Σ_b w_b K_b = Q Λ Qᵀ, of the size of the samples.
 * @param train one kernel a band, training × training rows.
 * @param test one kernel a band, test × training rows. */
export function dualProblem(
  train: readonly Kernel[],
  Y: Responses,
  test: readonly Kernel[],
  { intercept, linalg }: { intercept: boolean; linalg: Linalg },
): Problem {
  const centred = train.map((kernel, b) =>
    intercept ? centerKernels(kernel, test[b] as Kernel) : { train: kernel, test: test[b] as Kernel },
  );
  const meanY = intercept ? columnMeans(Y) : noMeans(Y);
  const Yc = subtractRow(Y, meanY);
  return {
    form: "dual",
    meanY,
    async decompose(weights) {
      const kernel = blend(
        centred.map((k) => k.train),
        weights,
      ) as Matrix<"samples", "samples">;
      const { values, vectors } = await linalg.eigh(kernel);
      return { values: clampValues(values), projected: await linalg.gemmTN(vectors, Yc), basis: vectors };
    },
    project({ basis }, weights) {
      const kernel = blend(
        centred.map((k) => k.test),
        weights,
      ) as Matrix<"samples", "kernel">;
      return linalg.gemm(kernel, basis as Matrix<"kernel", "components">);
    },
  };
}

/** Rows and columns of a kernel, picked by index. */
export function takeKernel(kernel: Matrix, rows: Int32Array, cols: Int32Array): Kernel {
  const out = allocate(dtypeOf(kernel), rows.length * cols.length);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * kernel.cols;
    for (let j = 0; j < cols.length; j++)
      out[i * cols.length + j] = kernel.data[from + (cols[j] as number)] as number;
  }
  return matrix(["samples", "kernel"], rows.length, cols.length, out);
}

/** Σ_b w_b K_b. */
export function blend(kernels: readonly Matrix[], weights: ArrayLike<number>): Matrix {
  const first = kernels[0] as Matrix;
  const out = allocate(dtypeOf(first), first.data.length);
  for (const [b, kernel] of kernels.entries()) {
    const weight = weights[b] as number;
    if (weight > 0)
      for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) + weight * (kernel.data[k] as number);
  }
  return matrix(first.axes, first.rows, first.cols, out);
}
