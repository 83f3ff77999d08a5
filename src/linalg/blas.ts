import {
  allocate,
  checkFinite,
  type Dtype,
  dtypeOf,
  EncodingError,
  type FloatArray,
  type Matrix,
  matrix,
  toDtype,
  transpose,
} from "../core/index.ts";
import { type BlasLibrary, loadBlas, type Routines } from "./blas-library.ts";
import { checkOperands, checkSquare } from "./checks.ts";
import type { Eigh, Linalg, Svd } from "./linalg.ts";
import { symmetrise } from "./plain-products.ts";
import { eighResidual } from "./residual.ts";

const rowMajor = 101;
const plain = 111;
const flipped = 112;
const lower = 122;

/** Largest residual of a float32 eigen-decomposition that is believed; good ones are below 1e-5 up to n = 4,000. */
const believed = 5e-5;

/** The machine's own BLAS and LAPACK. Works in the calling thread.
 * @throws EncodingError "backend" if there is none. */
export function createBlasLinalg({ threads }: { threads: number }): Linalg {
  const library = loadBlas();
  library.setThreads(threads);
  return {
    name: library.name,
    version: library.version,
    gemm: async (a, b) => product(library, "gemm", a, b, false, false, [a.axes[0], b.axes[1]]),
    gemmTN: async (a, b) => product(library, "gemmTN", a, b, true, false, [a.axes[1], b.axes[1]]),
    gemmNT: async (a, b) => product(library, "gemmNT", a, b, false, true, [a.axes[0], b.axes[0]]),
    syrkTN: async (a) => gram(library, a, true, a.axes[1]),
    syrkNT: async (a) => gram(library, a, false, a.axes[0]),
    solveCholesky: async (a, b) => solve(library, a, b),
    eigh: async (a) => eigh(library, a),
    svd: async (a) => svd(library, a),
    close: async () => {},
  };
}

function of(library: BlasLibrary, dtype: Dtype): Routines {
  return dtype === "float32" ? library.single : library.double;
}

function product<R extends string, C extends string>(
  library: BlasLibrary,
  name: string,
  a: Matrix,
  b: Matrix,
  flipA: boolean,
  flipB: boolean,
  axes: readonly [R, C],
): Matrix<R, C> {
  const [m, k] = flipA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner, n] = flipB ? [b.cols, b.rows] : [b.rows, b.cols];
  checkOperands(name, a, b, k, inner);
  const out = allocate(dtypeOf(a), m * n);
  if (m * n * k > 0)
    of(library, dtypeOf(a)).gemm(
      rowMajor,
      flipA ? flipped : plain,
      flipB ? flipped : plain,
      m,
      n,
      k,
      1,
      a.data,
      a.cols,
      b.data,
      b.cols,
      0,
      out,
      n,
    );
  return matrix(axes, m, n, out);
}

function gram<R extends string>(library: BlasLibrary, a: Matrix, flip: boolean, axis: R): Matrix<R, R> {
  const [n, k] = flip ? [a.cols, a.rows] : [a.rows, a.cols];
  const out = allocate(dtypeOf(a), n * n);
  if (n * k > 0)
    of(library, dtypeOf(a)).syrk(rowMajor, lower, flip ? flipped : plain, n, k, 1, a.data, a.cols, 0, out, n);
  return symmetrise(matrix([axis, axis], n, n, out));
}

function solve<R extends string, C extends string>(
  library: BlasLibrary,
  a: Matrix<R, R>,
  b: Matrix<R, C>,
): Matrix<R, C> {
  checkSquare("solveCholesky", a);
  checkOperands("solveCholesky", a, b, a.cols, b.rows);
  checkFinite("solveCholesky", a, "A");
  const { potrf, potrs } = of(library, dtypeOf(a));
  const n = a.rows;
  if (n === 0) return b;
  const factor = a.data.slice() as FloatArray;
  const info = new Int32Array(1);
  const uplo = Buffer.from("U"); // the lower triangle, read by columns
  potrf(uplo, Int32Array.of(n), factor, Int32Array.of(n), info);
  if (info[0] !== 0)
    throw new EncodingError(
      "numeric",
      `solveCholesky: the matrix is not positive definite; pivot ${(info[0] as number) - 1} of ${n} fails. Add a ridge to the diagonal.`,
      { pivot: (info[0] as number) - 1 },
    );
  const x = transpose(b); // columns of B one after the other
  potrs(
    uplo,
    Int32Array.of(n),
    Int32Array.of(b.cols),
    factor,
    Int32Array.of(n),
    x.data,
    Int32Array.of(n),
    info,
  );
  return transpose(x);
}

/** In float32 the result is checked by its residual and computed again in float64 where that fails. */
function eigh<R extends string>(library: BlasLibrary, a: Matrix<R, R>): Eigh<R> {
  checkSquare("eigh", a);
  checkFinite("eigh", a, "A");
  const first = eighOnce(library, a);
  if (dtypeOf(a) === "float64" || (first !== undefined && first.residual <= believed))
    return first ?? fail(a.rows);
  const again = eighOnce(library, toDtype(a, "float64")) ?? fail(a.rows);
  const vectors = toDtype(again.vectors, "float32");
  const values = new Float32Array(again.values);
  return { values, vectors, residual: eighResidual(a, values, vectors), computedIn: "float64" };
}

function eighOnce<R extends string>(library: BlasLibrary, a: Matrix<R, R>): Eigh<R> | undefined {
  const dtype = dtypeOf(a);
  const n = a.rows;
  const rows = a.data.slice() as FloatArray; // overwritten by the eigenvectors, one a row
  const values = allocate(dtype, n);
  const lwork = 1 + 6 * n + 2 * n * n; // closed form: float32 queries round down
  const liwork = 3 + 5 * n;
  const info = new Int32Array(1);
  if (n > 0)
    of(library, dtype).syevd(
      Buffer.from("V"),
      Buffer.from("L"),
      Int32Array.of(n),
      rows,
      Int32Array.of(n),
      values,
      allocate(dtype, lwork),
      Int32Array.of(lwork),
      new Int32Array(liwork),
      Int32Array.of(liwork),
      info,
    );
  if (info[0] !== 0) return undefined;
  const vectors = transpose(matrix(["components", a.axes[0]] as const, n, n, rows));
  return { values, vectors, residual: eighResidual(a, values, vectors), computedIn: dtype };
}

function fail(n: number): never {
  throw new EncodingError("numeric", `eigh: LAPACK's syevd did not converge for n = ${n}.`);
}

/** Row-major A is column-major Aᵀ = U' S V'ᵀ, so that A = V' S U'ᵀ. */
function svd<R extends string, C extends string>(library: BlasLibrary, a: Matrix<R, C>): Svd<R, C> {
  checkFinite("svd", a, "A");
  const dtype = dtypeOf(a);
  const [m, n] = [a.cols, a.rows];
  const k = Math.min(m, n);
  const s = allocate(dtype, k);
  const left = allocate(dtype, m * k); // column-major m × k: component by row
  const right = allocate(dtype, k * n); // column-major k × n: rows of A's left vectors
  const lwork = Math.max(4 * k * k + 7 * k, 3 * k + Math.max(m, n, 4 * k * k + 4 * k)) + Math.max(m, n);
  const info = new Int32Array(1);
  if (k > 0)
    of(library, dtype).gesdd(
      Buffer.from("S"),
      Int32Array.of(m),
      Int32Array.of(n),
      a.data.slice(),
      Int32Array.of(m),
      s,
      left,
      Int32Array.of(m),
      right,
      Int32Array.of(k),
      allocate(dtype, lwork),
      Int32Array.of(lwork),
      new Int32Array(8 * k),
      info,
    );
  if (info[0] !== 0) throw new EncodingError("numeric", `svd: LAPACK's gesdd failed with info ${info[0]}.`);
  return {
    u: matrix([a.axes[0], "components"], n, k, right),
    s,
    v: transpose(matrix(["components", a.axes[1]] as const, k, m, left)),
  };
}
