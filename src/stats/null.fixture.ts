import { fromRows, type Matrix, matrix, type Random, type Responses } from "../core/index.ts";

export const responses = (rows: number[][], dtype: "float32" | "float64" = "float64"): Responses =>
  fromRows(["samples", "targets"], rows, dtype);

export function drawNormal(random: Random, rows: number, cols: number, shift = 0): Responses {
  const data = Float64Array.from({ length: rows * cols }, () => random.normal() + shift);
  return matrix(["samples", "targets"], rows, cols, data);
}

/** AR(1) noise of variance 1, each column a series of its own. */
export function drawAr1(random: Random, rows: number, cols: number, rho: number): Responses {
  const out = drawNormal(random, rows, cols);
  for (let k = cols; k < out.data.length; k++)
    out.data[k] = rho * (out.data[k - cols] as number) + Math.sqrt(1 - rho * rho) * (out.data[k] as number);
  return out;
}

/** What an encoding model predicts where there is nothing to predict: white features behind a hemodynamic response of about 8 s at TR 2 s. */
export function drawSmooth(random: Random, rows: number, cols: number): Responses {
  const kernel = [0.1, 0.6, 1, 0.8, 0.5, 0.25, 0.1];
  const white = drawNormal(random, rows + kernel.length, cols);
  const data = Float64Array.from({ length: rows * cols }, (_, k) =>
    kernel.reduce((sum, w, lag) => sum + w * (white.data[k + lag * cols] as number), 0),
  );
  return matrix(["samples", "targets"], rows, cols, data);
}

export const column = (m: Matrix, t: number) =>
  Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + t] as number);

/** Largest difference between two lists; NaN must meet NaN. */
export function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce((most, v, k) => {
    const other = b[k] as number;
    if (Number.isNaN(v) || Number.isNaN(other))
      return Number.isNaN(v) && Number.isNaN(other) ? most : Number.POSITIVE_INFINITY;
    return Math.max(most, Math.abs(v - other));
  }, 0);
}

export const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((a, b) => a + b, 0) / xs.length;
