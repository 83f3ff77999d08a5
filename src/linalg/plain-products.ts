import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  takeCols,
  transpose,
} from "../core/index.ts";
import { checkColumns } from "./checks.ts";
import type { Columns } from "./linalg.ts";
import { packedIndex } from "./packed.ts";

/** A B by plain loops with float64 sums. */
export function plainProduct<R extends string, K extends string, C extends string>(
  a: Matrix<R, K>,
  b: Matrix<K, C>,
): Matrix<R, C> {
  const out = allocate(dtypeOf(a), a.rows * b.cols);
  const sums = new Float64Array(b.cols);
  for (let i = 0; i < a.rows; i++) {
    sums.fill(0);
    for (let k = 0; k < a.cols; k++) {
      const value = a.data[i * a.cols + k] as number;
      const row = k * b.cols;
      for (let j = 0; j < b.cols; j++) sums[j] = (sums[j] as number) + value * (b.data[row + j] as number);
    }
    out.set(sums, i * b.cols);
  }
  return matrix([a.axes[0], b.axes[1]], a.rows, b.cols, out);
}

/** Columns of a matrix, as a copy unless they are all of it. */
export function columnsOf<R extends string, C extends string>(
  name: string,
  a: Matrix<R, C>,
  columns: Columns = { from: 0, to: a.cols },
): Matrix<R, C> {
  const { from, to } = checkColumns(name, a, columns);
  return to - from === a.cols
    ? a
    : takeCols(
        a,
        Int32Array.from({ length: to - from }, (_, k) => from + k),
      );
}

/** A Aᵀ by plain loops, exactly symmetric. */
export function plainGram<R extends string, C extends string>(a: Matrix<R, C>): Matrix<R, R> {
  return symmetrise(plainProduct(a, transpose(a)));
}

/** Inner products among predictions, by plain loops with float64 sums. See {@link Linalg}.
 * @param predictions A Bᵀ. @param n number of blocks, the last row with them. */
export function addPlainGrams<R extends string>(
  sums: Matrix<R, "sums">,
  predictions: Matrix,
  last: Matrix,
  n: number,
  factor: number,
): Matrix<R, "sums"> {
  const out = sums.data.slice() as FloatArray;
  for (let t = 0; t < sums.rows; t++) {
    const block = (i: number) =>
      i < n - 1
        ? predictions.data.subarray(
            t * predictions.cols + i * last.cols,
            t * predictions.cols + (i + 1) * last.cols,
          )
        : last.data.subarray(t * last.cols, (t + 1) * last.cols);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const at = t * sums.cols + packedIndex(n, i, j);
        out[at] = (out[at] as number) + factor * dot(block(i), block(j));
      }
  }
  return matrix(sums.axes, sums.rows, sums.cols, out);
}

function dot(x: FloatArray, y: FloatArray): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] as number) * (y[k] as number);
  return sum;
}

/** The lower triangle copied above the diagonal, in place; in blocks, so that both sides stay in the cache. */
export function symmetrise<R extends string>(m: Matrix<R, R>): Matrix<R, R> {
  const { rows: n, data } = m;
  const block = 16;
  for (let i0 = 0; i0 < n; i0 += block)
    for (let j0 = 0; j0 <= i0; j0 += block)
      for (let i = i0; i < Math.min(n, i0 + block); i++)
        for (let j = j0; j < Math.min(i, j0 + block); j++) data[j * n + i] = data[i * n + j] as number;
  return m;
}
