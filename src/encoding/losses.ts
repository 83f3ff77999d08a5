import { type Dtype, type FloatArray, type Matrix, matrix, toDtype, zeros } from "../core/index.ts";
import { type Linalg, type Part, packedIndex, packedLength } from "../linalg/index.ts";
import { inLanes } from "./lanes.ts";
import type { NodePlan } from "./plan-nodes.ts";
import type { Sides } from "./problem.ts";
import type { Smoothers } from "./smoothers.ts";

/** Sums over test rows, from which the squared error of every pair follows, one row a target.
 *
 * With nodes: products of the predictions of every two nodes, and of the responses with each, packed as `packedIndex` says,
 * in the dtype of the responses. Without: the squared error of each pair, in float64. */
export type Sums = Matrix<"targets", "sums">;

/** Numbers a target that {@link addFold} keeps. */
export function widthOf({ solved, coefficients }: NodePlan): number {
  return coefficients === null ? solved.length : packedLength(solved.length + 1);
}

/** Sums of no fold yet. */
export function noSums(plan: NodePlan, targets: number, dtype: Dtype): Sums {
  return zeros(["targets", "sums"], targets, widthOf(plan), plan.coefficients === null ? "float64" : dtype);
}

/** Bytes of predictions that a lane holds at once. */
const laneBytes = 24 << 20;

/** Add the sums of one fold, divided by the rows that were tested and the number of folds. */
export async function addFold(
  sums: Sums,
  plan: NodePlan,
  { basis, parts }: Smoothers,
  { right, test, tested }: Sides,
  { folds, linalg }: { folds: number; linalg: Linalg },
): Promise<void> {
  const perTarget = parts.reduce((sum, { b }) => sum + b.rows, 0) * right.data.BYTES_PER_ELEMENT;
  const targets = right.rows;
  const most = Math.max(1, Math.ceil(targets / linalg.parallel));
  const each = Math.max(1, Math.min(most, Math.floor(laneBytes / perTarget)));
  const share = 1 / (tested * folds);
  const buffers: FloatArray[] = []; // predictions are made in the same memory again
  await inLanes(Math.ceil(targets / each), linalg.parallel, async (k) => {
    const [from, to] = [k * each, Math.min(targets, (k + 1) * each)];
    const [own, wanted] = [rowsOf(sums, from, to), rowsOf(test, from, to)];
    const given: Matrix<"targets", string> =
      basis === null ? rowsOf(right, from, to) : await linalg.gemmNT(rowsOf(right, from, to), basis);
    if (plan.coefficients === null) {
      const predictions = await linalg.gemmNT(given, (parts[0] as Part<string>).b, buffers.pop());
      addErrors(own, predictions, wanted, share);
      buffers.push(predictions.data);
    } else {
      const added = await linalg.addGrams(own, given, parts, wanted, share);
      if (added.data !== own.data) own.data.set(added.data);
    }
  });
}

/** Mean squared errors of every pair, (targets × pairs). */
export async function lossesOf(
  sums: Sums,
  plan: NodePlan,
  linalg: Linalg,
): Promise<Matrix<"targets", "pairs">> {
  if (plan.coefficients === null) return matrix(["targets", "pairs"], sums.rows, sums.cols, sums.data);
  return linalg.gemm(toDtype(sums, "float64"), quadratic(plan.coefficients));
}

/** ‖y − Σ_j c_j u_j‖² = vᵀ G v with v = (−c, 1): the products of v that belong to the packed G, one column a pair. */
function quadratic(coefficients: Matrix<"nodes", "pairs">): Matrix<"sums", "pairs"> {
  const { rows, cols, data } = coefficients;
  const n = rows + 1;
  const value = (i: number, p: number) => (i < rows ? -(data[i * cols + p] as number) : 1);
  const out = new Float64Array(packedLength(n) * cols);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const at = packedIndex(n, i, j) * cols;
      for (let p = 0; p < cols; p++) out[at + p] = (i === j ? 1 : 2) * value(i, p) * value(j, p);
    }
  return matrix(["sums", "pairs"], packedLength(n), cols, out);
}

function addErrors(sums: Sums, predictions: Matrix, test: Matrix, share: number): void {
  const width = test.cols;
  for (let t = 0; t < test.rows; t++)
    for (let p = 0; p < sums.cols; p++) {
      const start = t * predictions.cols + p * width;
      let error = 0;
      for (let i = 0; i < width; i++)
        error += ((predictions.data[start + i] as number) - (test.data[t * width + i] as number)) ** 2;
      const at = t * sums.cols + p;
      sums.data[at] = (sums.data[at] as number) + share * error;
    }
}

/** Rows [from, to) without a copy. */
function rowsOf<R extends string, C extends string>(m: Matrix<R, C>, from: number, to: number): Matrix<R, C> {
  const data = m.data.subarray(from * m.cols, to * m.cols) as FloatArray;
  return matrix(m.axes, to - from, m.cols, data);
}
