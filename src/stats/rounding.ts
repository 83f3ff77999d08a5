import { dtypeOf, type Matrix } from "../core/index.ts";

/** Sum of squared deviations that rounding alone can make of a constant column; a column that varies no more counts as constant.
 *
 * Deviations up to 1e-12 of the mean are rounding in float64, up to 1e-6 in float32.
 * @param mean of the column. @returns a sum of squares over `m.rows` rows. */
export function roundingSquares(m: Matrix, mean: number): number {
  const relative = dtypeOf(m) === "float32" ? 1e-6 : 1e-12;
  return m.rows * (relative * Math.abs(mean)) ** 2;
}

/** Means of the columns, by two passes: exact to the last digits also where the mean is large and the column long. */
export function columnMeans(m: Matrix): Float64Array {
  const out = new Float64Array(m.cols);
  for (let pass = 0; pass < 2; pass++) {
    const rest = new Float64Array(m.cols);
    for (let i = 0; i < m.rows; i++)
      for (let t = 0; t < m.cols; t++)
        rest[t] = (rest[t] as number) + ((m.data[i * m.cols + t] as number) - (out[t] as number));
    for (let t = 0; t < m.cols; t++) out[t] = (out[t] as number) + (rest[t] as number) / m.rows;
  }
  return out;
}
