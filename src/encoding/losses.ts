import { type FloatArray, type Matrix, matrix, zeros } from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { inLanes } from "./lanes.ts";
import type { NodePlan } from "./plan-nodes.ts";
import type { Sides } from "./problem.ts";

/** Sums over test rows, in float64, from which the squared error of every pair follows, one row a target.
 *
 * With nodes: products of the predictions of every two nodes, and of the responses with each, the lower triangle row by row.
 * Without: the squared error of each pair. */
export type Sums = Matrix<"targets", "sums">;

/** Numbers a target that {@link addFold} keeps. */
export function widthOf({ solved, coefficients }: NodePlan): number {
  const n = solved.length + 1;
  return coefficients === null ? solved.length : (n * (n + 1)) / 2;
}

/** Sums of no fold yet. */
export function noSums(plan: NodePlan, targets: number): Sums {
  return zeros(["targets", "sums"], targets, widthOf(plan), "float64");
}

/** Bytes of predictions that a lane holds at once. */
const laneBytes = 24 << 20;

/** Add the sums of one fold, divided by its test rows and the number of folds. */
export async function addFold(
  sums: Sums,
  plan: NodePlan,
  smoothers: Matrix<"predictions", "rows">,
  { right, test }: Sides,
  { folds, linalg }: { folds: number; linalg: Linalg },
): Promise<void> {
  const perTarget = smoothers.rows * right.data.BYTES_PER_ELEMENT;
  const targets = right.rows;
  const most = Math.max(1, Math.ceil(targets / linalg.parallel));
  const each = Math.max(1, Math.min(most, Math.floor(laneBytes / perTarget)));
  const share = 1 / (test.cols * folds);
  const buffers: FloatArray[] = []; // predictions are made in the same memory again
  await inLanes(Math.ceil(targets / each), linalg.parallel, async (k) => {
    const from = k * each;
    const to = Math.min(targets, from + each);
    const predictions = await linalg.gemmNT(rowsOf(right, from, to), smoothers, buffers.pop());
    const tested = rowsOf(test, from, to);
    if (plan.coefficients === null) addErrors(sums, from, predictions, tested, share);
    else
      addGrams(
        sums,
        from,
        await linalg.grams(predictions, plan.solved.length, tested),
        plan.solved.length + 1,
        share,
      );
    buffers.push(predictions.data);
  });
}

/** Mean squared errors of every pair, (targets × pairs). */
export async function lossesOf(
  sums: Sums,
  plan: NodePlan,
  linalg: Linalg,
): Promise<Matrix<"targets", "pairs">> {
  if (plan.coefficients === null) return matrix(["targets", "pairs"], sums.rows, sums.cols, sums.data);
  return linalg.gemm(sums, quadratic(plan.coefficients));
}

/** ‖y − Σ_j c_j u_j‖² = vᵀ G v with v = (−c, 1): the products of v that belong to the lower triangle of G, one column a pair. */
function quadratic(coefficients: Matrix<"nodes", "pairs">): Matrix<"sums", "pairs"> {
  const { rows, cols, data } = coefficients;
  const n = rows + 1;
  const value = (i: number, p: number) => (i < rows ? -(data[i * cols + p] as number) : 1);
  const out = new Float64Array(((n * (n + 1)) / 2) * cols);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      for (let p = 0; p < cols; p++) out[at++] = (i === j ? 1 : 2) * value(i, p) * value(j, p);
  return matrix(["sums", "pairs"], (n * (n + 1)) / 2, cols, out);
}

function addGrams(sums: Sums, from: number, grams: Matrix, n: number, share: number): void {
  const { data } = grams;
  for (let t = 0; t < grams.rows; t++) {
    let at = (from + t) * sums.cols;
    for (let i = 0; i < n; i++) {
      const row = t * n * n + i * n;
      for (let j = 0; j <= i; j++) {
        sums.data[at] = (sums.data[at] as number) + share * (data[row + j] as number);
        at++;
      }
    }
  }
}

function addErrors(sums: Sums, from: number, predictions: Matrix, test: Matrix, share: number): void {
  const width = test.cols;
  for (let t = 0; t < test.rows; t++)
    for (let p = 0; p < sums.cols; p++) {
      const start = t * predictions.cols + p * width;
      let error = 0;
      for (let i = 0; i < width; i++)
        error += ((predictions.data[start + i] as number) - (test.data[t * width + i] as number)) ** 2;
      const at = (from + t) * sums.cols + p;
      sums.data[at] = (sums.data[at] as number) + share * error;
    }
}

/** Rows [from, to) without a copy. */
function rowsOf<R extends string, C extends string>(m: Matrix<R, C>, from: number, to: number): Matrix<R, C> {
  const data = m.data.subarray(from * m.cols, to * m.cols) as FloatArray;
  return matrix(m.axes, to - from, m.cols, data);
}
