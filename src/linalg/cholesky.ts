import { notPositive } from "./checks.ts";

/** Lower Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ.
 * @param a n × n, row-major; only the lower triangle is read, nothing is changed.
 * @param name of the function that the error speaks for.
 * @returns L, row-major, zeros above the diagonal.
 * @throws EncodingError "numeric" naming the first pivot that is not positive. */
export function choleskyFactor(a: ArrayLike<number>, n: number, name: string): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      if (i !== j) l[i * n + j] = sum / (l[j * n + j] as number);
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw notPositive(name, i, n);
    }
  }
  return l;
}

/** Solve L Lᵀ X = B.
 * @param l factor of {@link choleskyFactor}. @param b n × cols, row-major; not changed. */
export function choleskySolve(l: Float64Array, n: number, b: ArrayLike<number>, cols: number): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractMultiple(x, i, k, l[i * n + k] as number, cols);
    divide(x, i, l[i * n + i] as number, cols);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractMultiple(x, i, k, l[k * n + i] as number, cols);
    divide(x, i, l[i * n + i] as number, cols);
  }
  return x;
}

function subtractMultiple(x: Float64Array, row: number, other: number, factor: number, cols: number): void {
  if (factor === 0) return;
  for (let c = 0; c < cols; c++)
    x[row * cols + c] = (x[row * cols + c] as number) - factor * (x[other * cols + c] as number);
}

function divide(x: Float64Array, row: number, by: number, cols: number): void {
  for (let c = 0; c < cols; c++) x[row * cols + c] = (x[row * cols + c] as number) / by;
}
