import type { Matrix } from "../core/index.ts";

/** Orthonormal columns that span the same space, by Gram-Schmidt done twice; dependent columns are left out.
 * @param columns each of the same length.
 * @param tolerance a column is dependent when less than this share of its norm lies outside the span of those before. */
export function orthonormalBasis(columns: readonly Float64Array[], tolerance = 1e-10): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = Float64Array.from(column);
    const before = norm(rest);
    if (!(before > 0)) continue;
    for (let i = 0; i < rest.length; i++) rest[i]! /= before;
    for (let pass = 0; pass < 2; pass++) for (const q of basis) subtract(rest, q, dot(rest, q));
    const left = norm(rest);
    if (left <= tolerance) continue;
    basis.push(rest.map((x) => x / left));
  }
  return basis;
}

/** The rows of `m` minus their least-squares fit by orthonormal columns: M − Q Qᵀ M, summed in float64.
 * @returns row-major numbers of m's shape. */
export function residuals(
  { rows, cols, data }: Matrix,
  basis: readonly Float64Array[],
): Float64Array<ArrayBuffer> {
  const out = Float64Array.from(data);
  const weights = new Float64Array(cols);
  for (const q of basis) {
    weights.fill(0); // qᵀ M
    for (let i = 0, k = 0; i < rows; i++) {
      const w = q[i] as number;
      for (let j = 0; j < cols; j++, k++) weights[j]! += w * (out[k] as number);
    }
    for (let i = 0, k = 0; i < rows; i++) {
      const w = q[i] as number;
      for (let j = 0; j < cols; j++, k++) out[k]! -= w * (weights[j] as number);
    }
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  let largest = 0;
  for (const x of a) largest = Math.max(largest, Math.abs(x));
  if (largest === 0) return 0;
  let sum = 0;
  for (const x of a) sum += (x / largest) ** 2; // no overflow for large confounds
  return largest * Math.sqrt(sum);
}

function subtract(a: Float64Array, b: Float64Array, weight: number): void {
  for (let i = 0; i < a.length; i++) a[i]! -= weight * (b[i] as number);
}
