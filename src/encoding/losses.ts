import {
  allocate,
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  openSpare,
  type Spare,
} from "../core/index.ts";
import { type Linalg, packedIndex, packedLength } from "../linalg/index.ts";
import { addDirectErrors, errorsOfNodes } from "./direct-errors.ts";
import { inLanes, type LaneMemory, putInto, targetsPerLane } from "./lanes.ts";
import type { NodePlan } from "./plan-nodes.ts";
import { rowsOf, type Sides } from "./problem.ts";
import type { NodeSmoothers, Smoothers } from "./smoothers.ts";

/** Sums over test rows, from which the squared error of every pair follows, one row a target.
 *
 * With nodes: products of the predictions of every two nodes, and of the responses with each, packed as `packedIndex` says,
 * in the dtype of the responses. Without: the squared error of each pair, in float64. */
export type Sums = Matrix<"targets", "sums">;

/** Numbers a target that {@link addFold} keeps. */
export function widthOf(plan: NodePlan): number {
  return isDirect(plan) ? plan.pairs.length : packedLength(plan.solved.length + 1);
}

/** Bytes of them. */
export function bytesOfSums(plan: NodePlan, dtype: Dtype): number {
  return widthOf(plan) * (isDirect(plan) || dtype === "float64" ? 8 : 4);
}

/** Whether errors of every pair are added up, not products of every two nodes. */
function isDirect({ coefficients, spectrum }: NodePlan): boolean {
  return coefficients === null || spectrum !== null;
}

/** Sums of no fold yet, one plan after the other in the same memory: fresh memory costs more than many a product. */
export function sumsOf(dtype: Dtype): (plan: NodePlan, targets: number) => Sums {
  const kept = new Map<Dtype, FloatArray>();
  return (plan, targets) => {
    const own = isDirect(plan) ? "float64" : dtype;
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

/** Add the sums of one fold, divided by the rows that were tested and the number of folds. */
export async function addFold(
  sums: Sums,
  plan: NodePlan,
  smoothers: Smoothers,
  sides: Sides,
  { folds, linalg, lanes }: { folds: number; linalg: Linalg; lanes: LaneMemory },
): Promise<void> {
  const share = 1 / (sides.tested * folds);
  if ("nodes" in smoothers)
    return addNodes(sums, plan, smoothers, sides, { linalg, share, spare: lanes.spare });
  const coefficients = errorsOfNodes(plan.coefficients as Matrix<"nodes", "pairs">, dtypeOf(sides.right));
  await addDirectErrors(sums, sides, smoothers, { coefficients, share, linalg, lanes });
}

async function addNodes(
  sums: Sums,
  { coefficients }: NodePlan,
  { nodes }: NodeSmoothers,
  { right, test }: Sides,
  { linalg, share, spare }: { readonly linalg: Linalg; readonly share: number; readonly spare: Spare },
): Promise<void> {
  const targets = right.rows;
  const each = targetsPerLane(targets, linalg.parallel, nodes.rows * right.data.BYTES_PER_ELEMENT);
  await inLanes(Math.ceil(targets / each), linalg.parallel, async (k) => {
    const [from, to] = [k * each, Math.min(targets, (k + 1) * each)];
    const [own, given, tested] = [rowsOf(sums, from, to), rowsOf(right, from, to), rowsOf(test, from, to)];
    if (coefficients === null) {
      const memory = spare.take(dtypeOf(right), given.rows * nodes.rows);
      const predictions = await linalg.gemmNT(given, nodes, memory);
      addErrors(own, predictions, tested, share);
      spare.give(predictions.data);
    } else {
      const added = await linalg.addGrams(own, given, nodes, tested, share);
      putInto(own.data, added);
    }
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
  if (isDirect(plan)) return take(matrix(["targets", "pairs"], rows, cols, data), 0);
  const factors = quadratic(plan.coefficients as Matrix<"nodes", "pairs">);
  const each = Math.max(1, Math.floor(chunkBytes / (8 * cols)));
  const spare = openSpare();
  await inLanes(Math.ceil(rows / each), linalg.parallel, async (k) => {
    const [from, to] = [k * each, Math.min(rows, (k + 1) * each)];
    const length = (to - from) * cols;
    const own = spare.need("float64", length);
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
