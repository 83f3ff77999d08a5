import { allocate, dtypeOf, type FloatArray, type Matrix, matrix, transpose } from "../core/index.ts";
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

/** The lower triangle copied above the diagonal, in place. */
export function symmetrise<R extends string>(m: Matrix<R, R>): Matrix<R, R> {
  const n = m.rows;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) m.data[j * n + i] = m.data[i * n + j] as number;
  return m;
}
