import { EncodingError } from "../core/index.ts";

/** Eigen-decomposition of a symmetric matrix in float64: Householder reduction to tridiagonal form, then implicit QL with shifts.
 *
 * Eigenvectors are kept as rows while working, so that every inner loop walks along memory.
 * @param a n × n, row-major, symmetric; not changed.
 * @returns values ascending, and `rows`: row k is the eigenvector of value k.
 * @throws EncodingError "numeric" if QL does not converge (NaN in, or a damaged matrix).
 * @source Golub and Van Loan, Matrix Computations, 8.3; Bowdler, Martin, Reinsch and Wilkinson 1968 (tql2). */
export function symmetricEigen(
  a: ArrayLike<number>,
  n: number,
): { values: Float64Array; rows: Float64Array } {
  const work = Float64Array.from(a);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const taus = tridiagonalise(work, n, diagonal, off);
  const rows = accumulate(work, taus, n); // row k is column k of Q
  implicitQl(diagonal, off, rows, n);
  return sorted(diagonal, rows, n);
}

/** Reduce the lower triangle; reflector k is left in column k below the diagonal. Returns the reflectors' factors. */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): Float64Array {
  const taus = new Float64Array(n);
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    let scale = 0;
    for (let i = k + 1; i < n; i++) scale = Math.max(scale, Math.abs(a[i * n + k] as number));
    let tail = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = scale > 0 ? (a[i * n + k] as number) / scale : 0;
      if (i > k + 1) tail += (v[i] as number) ** 2;
    }
    const head = v[k + 1] as number;
    if (tail === 0) {
      off[k] = head * scale;
      taus[k] = 0;
      for (let i = k + 1; i < n; i++) a[i * n + k] = 0;
      continue;
    }
    const norm = Math.sqrt(head * head + tail);
    const beta = head > 0 ? -norm : norm;
    const first = head - beta;
    for (let i = k + 2; i < n; i++) v[i] = (v[i] as number) / first;
    v[k + 1] = 1;
    const tau = (beta - head) / beta;
    off[k] = beta * scale;
    taus[k] = tau;
    applyToRest(a, n, k, v, w, tau);
    for (let i = k + 1; i < n; i++) a[i * n + k] = v[i] as number;
  }
  for (let k = 0; k < n; k++) diagonal[k] = a[k * n + k] as number;
  return taus;
}

/** A ← H A H on rows and columns below k; only the lower triangle is kept up. */
function applyToRest(
  a: Float64Array,
  n: number,
  k: number,
  v: Float64Array,
  w: Float64Array,
  tau: number,
): void {
  w.fill(0, k + 1);
  for (let i = k + 1; i < n; i++) {
    const row = i * n;
    const vi = v[i] as number;
    let sum = 0;
    for (let j = k + 1; j < i; j++) {
      const value = a[row + j] as number;
      sum += value * (v[j] as number);
      w[j] = (w[j] as number) + value * vi;
    }
    w[i] = (w[i] as number) + sum + (a[row + i] as number) * vi;
  }
  let dot = 0;
  for (let i = k + 1; i < n; i++) {
    w[i] = (w[i] as number) * tau;
    dot += (w[i] as number) * (v[i] as number);
  }
  const half = (tau * dot) / 2;
  for (let i = k + 1; i < n; i++) w[i] = (w[i] as number) - half * (v[i] as number);
  for (let i = k + 1; i < n; i++) {
    const row = i * n;
    const vi = v[i] as number;
    const wi = w[i] as number;
    for (let j = k + 1; j <= i; j++)
      a[row + j] = (a[row + j] as number) - vi * (w[j] as number) - wi * (v[j] as number);
  }
}

/** Qᵀ as rows: the product of the reflectors, applied from the last to the first. */
function accumulate(a: Float64Array, taus: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const v = new Float64Array(n);
  for (let k = n - 2; k >= 0; k--) {
    const tau = taus[k] as number;
    if (tau === 0) continue;
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k] as number;
    for (let row = k + 1; row < n; row++) {
      const start = row * n; // row of Qᵀ: right-multiplied by the symmetric H
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += (q[start + j] as number) * (v[j] as number);
      sum *= tau;
      for (let j = k + 1; j < n; j++) q[start + j] = (q[start + j] as number) - sum * (v[j] as number);
    }
  }
  return q;
}

function implicitQl(d: Float64Array, e: Float64Array, rows: Float64Array, n: number): void {
  let norm = 0;
  for (let k = 0; k < n; k++) norm = Math.max(norm, Math.abs(d[k] as number) + Math.abs(e[k] as number));
  const floor = (Number.EPSILON * norm) / 8; // below rounding of the whole: singular kernels have blocks of such noise
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
        if (Math.abs(e[m] as number) <= Math.max(floor, Number.EPSILON * size)) break;
      }
      if (m === l) break;
      if (sweep >= 60 || Number.isNaN(d[l]))
        throw new EncodingError(
          "numeric",
          `symmetricEigen: no convergence at value ${l} of ${n}; is the matrix finite?`,
        );
      qlSweep(d, e, rows, n, l, m);
    }
  }
}

function qlSweep(
  d: Float64Array,
  e: Float64Array,
  rows: Float64Array,
  n: number,
  l: number,
  m: number,
): void {
  let g = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number));
  let r = Math.hypot(g, 1);
  g = (d[m] as number) - (d[l] as number) + (e[l] as number) / (g + (g >= 0 ? r : -r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * (e[i] as number);
    const b = c * (e[i] as number);
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = (d[i + 1] as number) - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = (d[i + 1] as number) - p;
    r = ((d[i] as number) - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotateRows(rows, n, i, c, s);
  }
  d[l] = (d[l] as number) - p;
  e[l] = g;
  e[m] = 0;
}

function rotateRows(rows: Float64Array, n: number, i: number, c: number, s: number): void {
  const low = i * n;
  const high = low + n;
  for (let k = 0; k < n; k++) {
    const f = rows[high + k] as number;
    const g = rows[low + k] as number;
    rows[high + k] = s * g + c * f;
    rows[low + k] = c * g - s * f;
  }
}

function sorted(values: Float64Array, rows: Float64Array, n: number) {
  const order = Array.from(values.keys()).sort((i, j) => (values[i] as number) - (values[j] as number));
  const out = new Float64Array(n * n);
  for (const [k, from] of order.entries()) out.set(rows.subarray(from * n, (from + 1) * n), k * n);
  return { values: Float64Array.from(order, (k) => values[k] as number), rows: out };
}
