import {
  allocate,
  checkFinite,
  dtypeOf,
  EncodingError,
  type FloatArray,
  largestFinite,
  type Matrix,
  matrix,
  toDtype,
  transpose,
} from "../core/index.ts";
import { checkOperands, checkSquare, checkTall, notPositive } from "./checks.ts";
import type { Eigh, Qr, Svd } from "./linalg.ts";
import { flipped, type Machine, plain, rowMajor } from "./machine.ts";
import { eighResidual, type ThinProduct } from "./residual.ts";

/** Largest residual of a float32 eigen-decomposition that is believed; good ones are below 1e-5 up to n = 4,000. */
const believed = 5e-5;

/** Solve A X = B by Cholesky. See {@link Linalg}. */
export async function solve<R extends string, C extends string>(
  machine: Machine,
  a: Matrix<R, R>,
  b: Matrix<R, C>,
): Promise<Matrix<R, C>> {
  checkSquare("solveCholesky", a);
  checkOperands("solveCholesky", a, b, a.cols, b.rows);
  checkFinite("solveCholesky", a, "A");
  return transpose(await solveRows(machine, "solveCholesky", transpose(b), a, 0));
}

/** B (A + ridge I)⁻¹ by Cholesky. See {@link Linalg}. */
export async function solveRight<R extends string, C extends string>(
  machine: Machine,
  b: Matrix<R, C>,
  a: Matrix<C, C>,
  ridge: number,
): Promise<Matrix<R, C>> {
  checkSquare("solveRight", a);
  checkOperands("solveRight", b, a, b.cols, a.rows);
  return solveRows(machine, "solveRight", b, a, ridge);
}

/** Rows of B are columns to LAPACK, which reads the symmetric A by columns: nothing has to be turned round. */
async function solveRows<R extends string, C extends string>(
  { of, call, withSpace }: Machine,
  name: string,
  b: Matrix<R, C>,
  a: Matrix<C, C>,
  ridge: number,
): Promise<Matrix<R, C>> {
  const { potrf, potrs } = of(dtypeOf(a));
  const n = a.rows;
  if (n === 0 || b.rows === 0) return b;
  const size = Int32Array.of(n);
  const info = new Int32Array(1);
  const uplo = Buffer.from("L");
  return withSpace(dtypeOf(a), n * n, async (factor) => {
    copyTriangle(a, factor);
    for (let i = 0; i < n * n; i += n + 1) factor[i] = (factor[i] as number) + ridge;
    await call(potrf, uplo, size, factor, size, info);
    if (info[0] !== 0) throw notPositive(name, (info[0] as number) - 1, n);
    const x = b.data.slice() as FloatArray;
    await call(potrs, uplo, size, Int32Array.of(b.rows), factor, size, x, size, info);
    return matrix(b.axes, b.rows, b.cols, x);
  });
}

/** The part of a symmetric matrix that LAPACK reads as its lower triangle by columns: each row from the diagonal on. */
function copyTriangle({ rows: n, data }: Matrix, out: FloatArray): void {
  for (let i = 0; i < n; i++) out.set(data.subarray(i * n + i, (i + 1) * n), i * n + i);
}

/** Row-major A is column-major Aᵀ = L Q', so that A = Q'ᵀ Lᵀ: both come out row-major. See {@link Linalg}. */
export async function qr<R extends string, C extends string>(
  { of, call }: Machine,
  a: Matrix<R, C>,
): Promise<Qr<R, C>> {
  checkTall("qr", a);
  checkFinite("qr", a, "A");
  const dtype = dtypeOf(a);
  const { gelqf, orglq } = of(dtype);
  const [m, n] = [a.rows, a.cols];
  const q = a.data.slice() as FloatArray;
  const r = allocate(dtype, n * n);
  if (n > 0) {
    const [rows, cols, info] = [Int32Array.of(n), Int32Array.of(m), new Int32Array(1)];
    const [tau, length] = [allocate(dtype, n), 64 * n];
    const rest = [tau, allocate(dtype, length), Int32Array.of(length), info];
    await call(gelqf, rows, cols, q, rows, ...rest);
    for (let i = 0; i < n; i++) r.set(q.subarray(i * n + i, (i + 1) * n), i * n + i);
    await call(orglq, rows, cols, rows, q, rows, ...rest);
  }
  return {
    q: matrix([a.axes[0], "components"], m, n, q),
    r: matrix(["components", a.axes[1]], n, n, r),
  };
}

/** Symmetric eigen-decomposition; in float32 the result is checked by its residual and computed again in float64 where that fails. */
export async function eigh<R extends string>(
  machine: Machine,
  a: Matrix<R, R>,
  into?: FloatArray,
): Promise<Eigh<R>> {
  checkSquare("eigh", a);
  const largest = largestNumber(machine, "eigh", a, "A");
  const first = await eighOnce(machine, a, largest, into);
  if (dtypeOf(a) === "float64" || (first !== undefined && first.residual <= believed))
    return first ?? fail(a.rows);
  const again = (await eighOnce(machine, toDtype(a, "float64"), largest)) ?? fail(a.rows);
  const vectors = toDtype(again.vectors, "float32");
  const values = new Float32Array(again.values);
  const residual = await eighResidual(a, values, vectors, largest, thinProduct(machine));
  return { values, vectors, residual, computedIn: "float64" };
}

/** {@link largestFinite}, where all is well at the speed of memory. */
function largestNumber({ of }: Machine, name: string, a: Matrix, what: string): number {
  const { data } = a;
  const { asum, iamax } = of(dtypeOf(a));
  if (data.length === 0 || !Number.isFinite(asum(data.length, data, 1))) return largestFinite(name, a, what);
  return Math.abs(data[iamax(data.length, data, 1)] as number);
}

async function eighOnce<R extends string>(
  machine: Machine,
  a: Matrix<R, R>,
  largest: number,
  into?: FloatArray,
): Promise<Eigh<R> | undefined> {
  const { of, call, withSpace } = machine;
  const dtype = dtypeOf(a);
  const n = a.rows;
  const size = Int32Array.of(n);
  const rows = into?.length === n * n ? into : allocate(dtype, n * n); // eigenvectors, one a row
  copyTriangle(a, rows);
  const values = allocate(dtype, n);
  const lwork = 1 + 6 * n + 2 * n * n; // closed form: float32 queries round down
  const liwork = 3 + 5 * n;
  const info = new Int32Array(1);
  const flags = [Buffer.from("V"), Buffer.from("L")];
  const { syevd } = of(dtype);
  if (n > 0)
    await withSpace(dtype, lwork, async (space) => {
      const work = [space, Int32Array.of(lwork), new Int32Array(liwork), Int32Array.of(liwork)];
      await call(syevd, ...flags, size, rows, size, values, ...work, info);
    });
  if (info[0] !== 0) return undefined;
  const vectors = matrix(["components", a.axes[0]] as const, n, n, rows);
  const residual = await eighResidual(a, values, vectors, largest, thinProduct(machine));
  return { values, vectors, residual, computedIn: dtype };
}

/** M X or Mᵀ X for a few columns X. */
function thinProduct({ of, call }: Machine): ThinProduct {
  return async (m, x, transposed) => {
    const dtype = dtypeOf(m);
    const rows = transposed ? m.cols : m.rows;
    const out = allocate(dtype, rows * x.cols);
    const [op, given] = [transposed ? flipped : plain, [m.data, m.cols, x.data, x.cols, 0, out, x.cols]];
    await call(of(dtype).gemm, rowMajor, op, plain, rows, x.cols, x.rows, 1, ...given);
    return matrix(["components", "probes"], rows, x.cols, out);
  };
}

function fail(n: number): never {
  throw new EncodingError("numeric", `eigh: LAPACK's syevd did not converge for n = ${n}.`);
}

/** Thin singular value decomposition: row-major A is column-major Aᵀ = U' S V'ᵀ, so that A = V' S U'ᵀ. */
export async function svd<R extends string, C extends string>(
  { of, call }: Machine,
  a: Matrix<R, C>,
): Promise<Svd<R, C>> {
  checkFinite("svd", a, "A");
  const dtype = dtypeOf(a);
  const [m, n] = [a.cols, a.rows];
  const k = Math.min(m, n);
  const s = allocate(dtype, k);
  const left = allocate(dtype, m * k); // column-major m × k: component by row
  const right = allocate(dtype, k * n); // column-major k × n: rows of A's left vectors
  const lwork = Math.max(4 * k * k + 7 * k, 3 * k + Math.max(m, n, 4 * k * k + 4 * k)) + Math.max(m, n);
  const info = new Int32Array(1);
  const int = (value: number) => Int32Array.of(value);
  const work = [allocate(dtype, lwork), int(lwork), new Int32Array(8 * k)];
  const sides = [left, int(m), right, int(k)];
  if (k > 0)
    await call(
      of(dtype).gesdd,
      Buffer.from("S"),
      int(m),
      int(n),
      a.data.slice(),
      int(m),
      s,
      ...sides,
      ...work,
      info,
    );
  if (info[0] !== 0) throw new EncodingError("numeric", `svd: LAPACK's gesdd failed with info ${info[0]}.`);
  return {
    u: matrix([a.axes[0], "components"], n, k, right),
    s,
    v: transpose(matrix(["components", a.axes[1]] as const, k, m, left)),
  };
}
