import { blockSize } from "./graphs.ts";
import type { BandLoops } from "./loops.ts";

/** Householder's reflectors of a panel, joined to one block: P = (I − V T Vᵀ) [R; 0]. */
export interface Reflectors {
  /** T, upper triangular, row-major. */
  readonly t: Float64Array;
  /** R, upper triangular, row-major. */
  readonly r: Float64Array;
  /** Factor of each reflector: the diagonal of T. */
  readonly taus: Float64Array;
}

/** QR of the panel in `loops`. V is written over it: 0 above the diagonal, 1 on it. NaN in gives NaN out.
 * @param rows of the panel, no fewer than columns; where their number is odd, one row of zeros follows.
 * @source Golub and Van Loan, Matrix Computations, 5.2; Schreiber and Van Loan 1989 (V and T). */
export function reflectPanel(loops: BandLoops, rows: number): Reflectors {
  const { panel, stride, sums } = loops;
  const r = new Float64Array(blockSize * blockSize);
  const inner = new Float64Array(blockSize * blockSize);
  const taus = new Float64Array(blockSize);
  const to = rows + (rows % 2);
  for (let j = 0; j < blockSize; j++) {
    const own = panel.subarray(j * stride, j * stride + rows);
    for (let i = 0; i < j; i++) r[i * blockSize + j] = own[i] as number;
    const { tau, beta } = makeReflector(own, j);
    r[j * blockSize + j] = beta;
    taus[j] = tau;
    own.fill(0, 0, j);
    own[j] = 1;
    const from = j - (j % 2);
    loops.dots(j, from, to);
    for (let k = 0; k < j; k++) inner[k * blockSize + j] = sums[k] as number;
    for (let k = 0; k < blockSize; k++) sums[k] = k > j ? tau * (sums[k] as number) : 0;
    loops.takeAway(j, j + 1 - ((j + 1) % 4), from, to);
  }
  return { t: joinReflectors(inner, taus), r, taus };
}

/** T of reflectors, from the last row to the first: row i is tau_i (e_i − Σ_{k > i} v_iᵀv_k · row k).
 * @param inner VᵀV, row-major; what is right of its diagonal is read. @source Puglisi 1992. */
export function joinReflectors(inner: ArrayLike<number>, taus: Float64Array): Float64Array {
  const n = taus.length;
  const t = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i--) {
    const [own, tau] = [i * n, taus[i] as number];
    for (let k = i + 1; k < n; k++) {
      const [row, factor] = [k * n, tau * (inner[own + k] as number)];
      for (let j = k; j < n; j++) t[own + j] = (t[own + j] as number) - factor * (t[row + j] as number);
    }
    t[own + i] = tau;
  }
  return t;
}

/** What turns x, from number j on, to (beta, 0, …); it is left there, but for its first number, which is 1. */
function makeReflector(x: Float64Array, j: number): { tau: number; beta: number } {
  const head = x[j] as number;
  let tail = 0;
  for (let i = j + 1; i < x.length; i++) tail += (x[i] as number) ** 2;
  if (tail === 0) return { tau: 0, beta: head };
  const norm = Math.sqrt(head * head + tail);
  const beta = head > 0 ? -norm : norm;
  const first = 1 / (head - beta);
  for (let i = j + 1; i < x.length; i++) x[i] = (x[i] as number) * first;
  return { tau: (beta - head) / beta, beta };
}
