import { EncodingError } from "../core/index.ts";

/** Thin singular value decomposition in float64 by one-sided Jacobi rotations.
 *
 * Small singular values keep their relative accuracy.
 * @param a m × n with m ≥ n, row-major; not changed.
 * @returns `left` (n × m) and `right` (n × n), one singular vector a row, and `s` descending. Left vectors of zero singular values
 * are zero.
 * @throws EncodingError "numeric" without convergence. @source Demmel and Veselić 1992. */
export function thinSvd(a: ArrayLike<number>, m: number, n: number) {
  const left = transposed(a, m, n); // row j is column j of A
  const right = identity(n);
  let rotated = true;
  for (let sweep = 0; rotated; sweep++) {
    if (sweep === 60)
      throw new EncodingError("numeric", `svd: no convergence for ${m} × ${n}; is the matrix finite?`);
    rotated = false;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) if (orthogonalise(left, right, m, n, p, q)) rotated = true;
  }
  return ordered(left, right, m, n);
}

/** Rotate columns p and q until they are orthogonal. @returns whether a rotation was needed. */
function orthogonalise(
  left: Float64Array,
  right: Float64Array,
  m: number,
  n: number,
  p: number,
  q: number,
): boolean {
  let pp = 0;
  let qq = 0;
  let pq = 0;
  for (let i = 0; i < m; i++) {
    const x = left[p * m + i] as number;
    const y = left[q * m + i] as number;
    pp += x * x;
    qq += y * y;
    pq += x * y;
  }
  if (!(Math.abs(pq) > 1e-15 * Math.sqrt(pp * qq)) || pp * qq === 0) {
    if (Number.isNaN(pq)) throw new EncodingError("value", "svd: the matrix must be finite; got NaN.");
    return false;
  }
  const zeta = (qq - pp) / (2 * pq);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  rotate(left, m, p, q, c, c * t);
  rotate(right, n, p, q, c, c * t);
  return true;
}

function rotate(rows: Float64Array, length: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < length; i++) {
    const x = rows[p * length + i] as number;
    const y = rows[q * length + i] as number;
    rows[p * length + i] = c * x - s * y;
    rows[q * length + i] = s * x + c * y;
  }
}

function ordered(left: Float64Array, right: Float64Array, m: number, n: number) {
  const norms = Float64Array.from({ length: n }, (_, j) =>
    Math.sqrt(left.subarray(j * m, (j + 1) * m).reduce((sum, x) => sum + x * x, 0)),
  );
  const order = Array.from(norms.keys()).sort((i, j) => (norms[j] as number) - (norms[i] as number));
  const l = new Float64Array(n * m);
  const r = new Float64Array(n * n);
  for (const [k, j] of order.entries()) {
    const norm = norms[j] as number;
    for (let i = 0; i < m; i++) l[k * m + i] = norm > 0 ? (left[j * m + i] as number) / norm : 0;
    r.set(right.subarray(j * n, (j + 1) * n), k * n);
  }
  return { left: l, right: r, s: Float64Array.from(order, (j) => norms[j] as number) };
}

function transposed(a: ArrayLike<number>, m: number, n: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j] as number;
  return out;
}

function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}
