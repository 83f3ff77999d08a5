import { allocate, dtypeOf, type FloatArray, type Matrix, matrix, transpose } from "../core/index.ts";
import { checkBlocks } from "./checks.ts";

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

/** A Aᵀ by plain loops, exactly symmetric. */
export function plainGram<R extends string, C extends string>(a: Matrix<R, C>): Matrix<R, R> {
  return symmetrise(plainProduct(a, transpose(a)));
}

/** Gram matrices of the blocks that the rows of A hold, by plain loops. See {@link Linalg}. */
export function plainGrams<R extends string>(
  a: Matrix<R, string>,
  height: number,
  last: Matrix<R, string>,
): Matrix<R, "pairs"> {
  checkBlocks(a, height, last);
  const n = height + 1;
  const out = new Float64Array(a.rows * n * n);
  for (let t = 0; t < a.rows; t++) {
    const row = (i: number) =>
      i < height
        ? a.data.subarray(t * a.cols + i * last.cols, t * a.cols + (i + 1) * last.cols)
        : last.data.subarray(t * last.cols, (t + 1) * last.cols);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) out[(t * n + i) * n + j] = dot(row(i), row(j));
  }
  return matrix([a.axes[0], "pairs"], a.rows, n * n, out);
}

function dot(x: FloatArray, y: FloatArray): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] as number) * (y[k] as number);
  return sum;
}

/** The lower triangle copied above the diagonal, in place. */
export function symmetrise<R extends string>(m: Matrix<R, R>): Matrix<R, R> {
  const n = m.rows;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) m.data[j * n + i] = m.data[i * n + j] as number;
  return m;
}
