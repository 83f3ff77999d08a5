import {
  type Dtype,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  type Spare,
  toDtype,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { productInto } from "./lanes.ts";
import { type GroupPart, rowsAtOnce } from "./spectrum.ts";

/** Add the squared errors of every pair where nodes are few components each: predictions of the nodes are made side by side and one
 * product combines them to the errors of all pairs. Where pairs are few this is less work than products of every two nodes, and more exact.
 * @param sums squared errors, one row a target. @param given right sides in the basis of the components.
 * @param parts nodes of every group of components, block after block of test rows. @param wanted responses of the test rows.
 * @param coefficients what each pair takes of each node. */
export async function addDirectErrors(
  sums: Matrix<"targets", "sums">,
  given: Matrix<"components", "targets">,
  parts: readonly GroupPart[],
  wanted: Matrix<"targets", "samples">,
  {
    coefficients,
    share,
    linalg,
    spare,
  }: {
    readonly coefficients: Matrix<"pairs", "nodes">;
    readonly share: number;
    readonly linalg: Linalg;
    readonly spare: Spare;
  },
): Promise<void> {
  const [targets, samples] = [wanted.rows, wanted.cols];
  const dtype = dtypeOf(given);
  const most = Math.min(rowsAtOnce, samples) * targets;
  const nodes = coefficients.cols;
  const memory = spare.need(dtype, nodes * most);
  const room = spare.need(dtype, coefficients.rows * most);
  for (let from = 0; from < samples; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, samples - from);
    const plane = rows * targets;
    const planes = memory.subarray(0, nodes * plane) as FloatArray;
    let first = 0;
    await Promise.all(
      parts.map(async ({ from: component, count, b }) => {
        const place = planes.subarray(first * plane, (first + count) * plane) as FloatArray;
        first += count;
        if (count === 0) return;
        const own = matrix(
          b.axes,
          count * rows,
          b.cols,
          slice(b.data, count * from * b.cols, count * rows * b.cols),
        );
        const sides = matrix(
          given.axes,
          b.cols,
          targets,
          slice(given.data, component * targets, b.cols * targets),
        );
        await productInto(place, own, sides, linalg);
      }),
    );
    copyAcross(wanted, from, rows, planes.subarray(first * plane) as FloatArray);
    const errors = await linalg.gemm(
      coefficients,
      matrix(["nodes", "places"], nodes, plane, planes),
      room.subarray(0, coefficients.rows * plane) as FloatArray,
    );
    addSquares(sums, errors.data, rows, share);
  }
  spare.give(memory, room);
}

/** What pairs take of nodes and, last, of the responses, so that errors come out. */
export function errorsOfNodes(
  coefficients: Matrix<"nodes", "pairs">,
  dtype: Dtype,
): Matrix<"pairs", "nodes"> {
  const { rows, cols, data } = coefficients;
  const out = new Float64Array(cols * (rows + 1)).fill(-1);
  for (let j = 0; j < rows; j++)
    for (let p = 0; p < cols; p++) out[p * (rows + 1) + j] = data[j * cols + p] as number;
  return toDtype(matrix(["pairs", "nodes"], cols, rows + 1, out), dtype);
}

function slice(data: FloatArray, from: number, length: number): FloatArray {
  return data.subarray(from, from + length) as FloatArray;
}

/** Some columns of every target, column by column; in blocks, so that both sides stay in the cache. */
function copyAcross({ rows, cols, data }: Matrix, from: number, count: number, out: FloatArray): void {
  const block = 32;
  for (let t0 = 0; t0 < rows; t0 += block)
    for (let s = 0; s < count; s++)
      for (let t = t0; t < Math.min(rows, t0 + block); t++)
        out[s * rows + t] = data[t * cols + from + s] as number;
}

/** Errors stand pair by pair, row by row, target by target. Four rows at a time: sums are loaded and stored less often. */
function addSquares(sums: Matrix, errors: FloatArray, rows: number, share: number): void {
  const targets = sums.rows;
  const own = new Float64Array(targets);
  for (let p = 0; p < sums.cols; p++) {
    own.fill(0);
    let s = 0;
    for (; s + 4 <= rows; s += 4) {
      const first = (p * rows + s) * targets;
      const second = first + targets;
      const third = second + targets;
      const fourth = third + targets;
      for (let t = 0; t < targets; t++) {
        const a = errors[first + t] as number;
        const b = errors[second + t] as number;
        const c = errors[third + t] as number;
        const d = errors[fourth + t] as number;
        own[t] = (own[t] as number) + (a * a + b * b + (c * c + d * d));
      }
    }
    for (; s < rows; s++)
      for (let t = 0; t < targets; t++)
        own[t] = (own[t] as number) + (errors[(p * rows + s) * targets + t] as number) ** 2;
    for (let t = 0; t < targets; t++)
      sums.data[t * sums.cols + p] = (sums.data[t * sums.cols + p] as number) + share * (own[t] as number);
  }
}
