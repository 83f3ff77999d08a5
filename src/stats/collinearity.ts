import { checkSameRows, type Features, type Matrix, matrix } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** How much of one feature space another holds: the share of A's variance that B predicts linearly, in sample, mean over A's columns.
 *
 * Near 1, the split of R² between the two is arbitrary and unique variances shrink to nothing.
 * @param A features (samples × features). @param B features on the same rows. @returns a share in [0, 1]; NaN if A is constant.
 * @throws EncodingError "shape". */
export async function linearOverlap(A: Features, B: Features, linalg: Linalg): Promise<number> {
  checkSameRows("linearOverlap", A, B, ["A", "B"]);
  const [a, b] = [standardise(A), standardise(B)];
  const gram = await linalg.syrkTN(b);
  for (let j = 0; j < b.cols; j++)
    gram.data[j * b.cols + j] = (gram.data[j * b.cols + j] as number) + 1e-3 * b.rows;
  const cross = await linalg.gemmTN(b, a);
  const weights = await linalg.solveCholesky(gram, cross);
  const predicted = await linalg.gemm(b, weights);
  const varying = Array.from({ length: a.cols }, (_, j) => squares(a, j)).filter((v) => v > 0).length;
  let left = 0;
  for (let k = 0; k < a.data.length; k++)
    left += ((a.data[k] as number) - (predicted.data[k] as number)) ** 2;
  return varying > 0 ? Math.min(1, Math.max(0, 1 - left / (varying * a.rows))) : Number.NaN;
}

function standardise<C extends string>(m: Matrix<"samples", C>): Matrix<"samples", C> {
  const out = new Float64Array(m.data.length);
  for (let j = 0; j < m.cols; j++) {
    let mean = 0;
    for (let i = 0; i < m.rows; i++) mean += (m.data[i * m.cols + j] as number) / m.rows;
    let sum = 0;
    for (let i = 0; i < m.rows; i++) sum += ((m.data[i * m.cols + j] as number) - mean) ** 2;
    const scale = sum > 1e-18 ? Math.sqrt(m.rows / sum) : 0;
    for (let i = 0; i < m.rows; i++)
      out[i * m.cols + j] = ((m.data[i * m.cols + j] as number) - mean) * scale;
  }
  return matrix(m.axes, m.rows, m.cols, out);
}

function squares(m: Matrix, j: number): number {
  let sum = 0;
  for (let i = 0; i < m.rows; i++) sum += (m.data[i * m.cols + j] as number) ** 2;
  return sum;
}
