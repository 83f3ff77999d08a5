import { allocate, dtypeOf, type Matrix, matrix } from "../core/index.ts";
import type { Part } from "./linalg.ts";

/** Predictions of all parts side by side, for backends that have no room to write them in place.
 * @param productNT X Bᵀ. */
export async function joinParts<R extends string>(
  a: Matrix<R, string>,
  parts: readonly Part<string>[],
  productNT: (x: Matrix<R, string>, b: Matrix<"predictions", string>) => Promise<Matrix> | Matrix,
): Promise<Matrix<R, "predictions">> {
  const cols = parts.reduce((sum, { b }) => sum + b.rows, 0);
  const out = allocate(dtypeOf(a), a.rows * cols);
  let first = 0;
  for (const { from, b } of parts) {
    const made = await productNT(columns(a, from, b.cols), b);
    for (let t = 0; t < a.rows; t++)
      out.set(made.data.subarray(t * b.rows, (t + 1) * b.rows), t * cols + first);
    first += b.rows;
  }
  return matrix([a.axes[0], "predictions"], a.rows, cols, out);
}

function columns<R extends string>(a: Matrix<R, string>, from: number, count: number): Matrix<R, string> {
  if (count === a.cols) return a;
  const out = allocate(dtypeOf(a), a.rows * count);
  for (let t = 0; t < a.rows; t++)
    out.set(a.data.subarray(t * a.cols + from, t * a.cols + from + count), t * count);
  return matrix(a.axes, a.rows, count, out);
}
