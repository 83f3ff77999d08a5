import { allocate, dtypeOf, type Matrix, matrix } from "../core/index.ts";

/** Mean of each column, in float64. */
export function columnMeans(m: Matrix): Float64Array {
  const sums = new Float64Array(m.cols);
  for (let i = 0; i < m.rows; i++)
    for (let j = 0; j < m.cols; j++) sums[j] = (sums[j] as number) + (m.data[i * m.cols + j] as number);
  for (let j = 0; j < m.cols; j++) sums[j] = (sums[j] as number) / m.rows;
  return sums;
}

/** The matrix with `means` taken from each row, as a copy. */
export function subtractRow<R extends string, C extends string>(
  m: Matrix<R, C>,
  means: ArrayLike<number>,
): Matrix<R, C> {
  const out = allocate(dtypeOf(m), m.data.length);
  for (let i = 0; i < m.rows; i++)
    for (let j = 0; j < m.cols; j++)
      out[i * m.cols + j] = (m.data[i * m.cols + j] as number) - (means[j] as number);
  return matrix(m.axes, m.rows, m.cols, out);
}

/** Kernels of centred features from kernels of raw ones: train × train and test × train.
 *
 * k(x − μ, z − μ) = k(x, z) − mean over train of k(x, ·) − mean over train of k(·, z) + mean of both.
 * @param inPlace write over both: only for kernels of our own. */
export function centerKernels(
  train: Matrix,
  test: Matrix,
  { inPlace = false } = {},
): { train: Matrix; test: Matrix } {
  const means = columnMeans(train); // symmetric: row means are column means
  const grand = means.reduce((a, b) => a + b, 0) / means.length;
  return {
    train: center(train, means, means, grand, inPlace),
    test: center(test, rowMeans(test), means, grand, inPlace),
  };
}

function rowMeans(m: Matrix): Float64Array {
  const out = new Float64Array(m.rows);
  for (let i = 0; i < m.rows; i++) {
    let sum = 0;
    for (let j = 0; j < m.cols; j++) sum += m.data[i * m.cols + j] as number;
    out[i] = sum / m.cols;
  }
  return out;
}

function center(m: Matrix, rows: Float64Array, cols: Float64Array, grand: number, inPlace: boolean): Matrix {
  const out = inPlace ? m.data : allocate(dtypeOf(m), m.data.length);
  for (let i = 0; i < m.rows; i++)
    for (let j = 0; j < m.cols; j++)
      out[i * m.cols + j] =
        (m.data[i * m.cols + j] as number) - (rows[i] as number) - (cols[j] as number) + grand;
  return matrix(m.axes, m.rows, m.cols, out);
}
