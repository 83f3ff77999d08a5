import {
  allocate,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
} from "../core/index.ts";
import { type Linalg, type Part, packedIndex, packedLength } from "../linalg/index.ts";
import { inLanes } from "./lanes.ts";
import type { NodePlan } from "./plan-nodes.ts";
import type { Sides } from "./problem.ts";
import { reachInto } from "./shorten.ts";
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

/** Sums of no fold yet, one plan after the other in the same memory: fresh memory costs more than many a product. */
export function sumsOf(targets: number, dtype: Dtype): (plan: NodePlan) => Sums {
  const kept = new Map<Dtype, FloatArray>();
  return (plan) => {
    const own = plan.coefficients === null ? "float64" : dtype;
    const length = targets * widthOf(plan);
    const known = kept.get(own);
    const data = known && known.length >= length ? known : allocate(own, length);
    kept.set(own, data);
    return matrix(
      ["targets", "sums"],
      targets,
      widthOf(plan),
      data.subarray(0, length).fill(0) as FloatArray,
    );
  };
}

/** Bytes of predictions that a lane holds at once. */
const laneBytes = 6 << 20;

/** Add the sums of one fold, divided by the rows that were tested and the number of folds. */
export async function addFold(
  sums: Sums,
  plan: NodePlan,
  { basis, reach, parts }: Smoothers,
  { right, test, tested }: Sides,
  { folds, linalg }: { folds: number; linalg: Linalg },
): Promise<void> {
  const perTarget = parts.reduce((sum, { b }) => sum + b.rows, 0) * right.data.BYTES_PER_ELEMENT;
  const targets = right.rows;
  const most = Math.max(1, Math.ceil(targets / linalg.parallel));
  const each = Math.max(1, Math.min(most, Math.floor(laneBytes / perTarget)));
  const share = 1 / (tested * folds);
  const spare = openSpare();
  await inLanes(Math.ceil(targets / each), linalg.parallel, async (k) => {
    const [from, to] = [k * each, Math.min(targets, (k + 1) * each)];
    const own = rowsOf(sums, from, to);
    const asked = rowsOf(test, from, to);
    const wanted = reach === null ? asked : await reachInto(asked, reach, linalg);
    const memory = (cols: number) => spare.take(dtypeOf(right), (to - from) * cols);
    const given: Matrix<"targets", string> =
      basis === null
        ? rowsOf(right, from, to)
        : await linalg.gemmNT(rowsOf(right, from, to), basis, memory(basis.rows));
    if (plan.coefficients === null) {
      const { b } = parts[0] as Part<string>;
      const predictions = await linalg.gemmNT(given, b, memory(b.rows));
      addErrors(own, predictions, wanted, share);
      spare.give(predictions.data);
    } else {
      const added = await linalg.addGrams(own, given, parts, wanted, share);
      if (added.data !== own.data) own.data.set(added.data);
    }
    if (basis !== null) spare.give(given.data);
  });
}

/** Bytes of sums that are brought to float64 at once. */
const chunkBytes = 4 << 20;

/** Mean squared errors of every pair, some targets after the other.
 * @param take gets (targets × pairs), and which of the targets comes first. */
export async function eachLoss(
  sums: Sums,
  plan: NodePlan,
  linalg: Linalg,
  take: (losses: Matrix<"targets", "pairs">, first: number) => void,
): Promise<void> {
  const { rows, cols, data } = sums;
  if (plan.coefficients === null) return take(matrix(["targets", "pairs"], rows, cols, data), 0);
  const factors = quadratic(plan.coefficients);
  const each = Math.max(1, Math.floor(chunkBytes / (8 * cols)));
  const spare = openSpare();
  await inLanes(Math.ceil(rows / each), linalg.parallel, async (k) => {
    const [from, to] = [k * each, Math.min(rows, (k + 1) * each)];
    const length = (to - from) * cols;
    const own = spare.take("float64", length) ?? allocate("float64", length);
    own.set(data.subarray(from * cols, to * cols));
    take(await linalg.gemm(matrix(sums.axes, to - from, cols, own), factors), from);
    spare.give(own);
  });
}

/** ‖y − Σ_j c_j u_j‖² = vᵀ G v with v = (−c, 1): the products of v that belong to the packed G, one column a pair. */
function quadratic(coefficients: Matrix<"nodes", "pairs">): Matrix<"sums", "pairs"> {
  const { rows, cols, data } = coefficients;
  const n = rows + 1;
  const v = new Float64Array(n * cols).fill(1);
  for (let k = 0; k < data.length; k++) v[k] = -(data[k] as number);
  const out = new Float64Array(packedLength(n) * cols);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const at = packedIndex(n, i, j) * cols;
      const twice = i === j ? 1 : 2;
      for (let p = 0; p < cols; p++)
        out[at + p] = twice * (v[i * cols + p] as number) * (v[j * cols + p] as number);
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
