import { allocate, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { type BlasLibrary, loadBlas } from "./blas-library.ts";
import { checkBlocks, checkOperands } from "./checks.ts";
import { eigh, solve, solveRight, svd } from "./lapack.ts";
import type { Linalg } from "./linalg.ts";
import { type Machine, machineOf } from "./machine.ts";
import { symmetrise } from "./plain-products.ts";

const rowMajor = 101;
const plain = 111;
const flipped = 112;
const lower = 122;

/** The machine's own BLAS and LAPACK.
 *
 * With one thread, calls run in the calling thread. With more, each call takes one thread of Node's pool, so that the event loop stays
 * free and calls run side by side: decompositions gain little from threads of their own.
 * @throws EncodingError "backend" if there is none. */
export function createBlasLinalg({ threads }: { threads: number }): Linalg {
  const library = loadBlas();
  library.setThreads(1);
  const machine = machineOf(library, threads > 1);
  return {
    name: library.name,
    version: library.version,
    parallel: threads,
    gemm: (a, b) => product(machine, "gemm", a, b, false, false, [a.axes[0], b.axes[1]]),
    gemmTN: (a, b) => product(machine, "gemmTN", a, b, true, false, [a.axes[1], b.axes[1]]),
    gemmNT: (a, b, into) => product(machine, "gemmNT", a, b, false, true, [a.axes[0], b.axes[0]], into),
    syrkTN: (a) => gram(machine, a, true, a.axes[1]),
    syrkNT: (a) => gram(machine, a, false, a.axes[0]),
    solveCholesky: (a, b) => solve(machine, a, b),
    solveRight: (b, a, ridge = 0) => solveRight(machine, b, a, ridge),
    grams: async (a, height, last) => grams(library, a, height, last),
    eigh: (a) => eigh(machine, a),
    svd: (a) => svd(machine, a),
    close: async () => {},
  };
}

async function product<R extends string, C extends string>(
  { of, call }: Machine,
  name: string,
  a: Matrix,
  b: Matrix,
  flipA: boolean,
  flipB: boolean,
  axes: readonly [R, C],
  into?: FloatArray,
): Promise<Matrix<R, C>> {
  const [m, k] = flipA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner, n] = flipB ? [b.cols, b.rows] : [b.rows, b.cols];
  checkOperands(name, a, b, k, inner);
  const out = into?.length === m * n && k > 0 ? into : allocate(dtypeOf(a), m * n);
  const [opA, opB] = [flipA ? flipped : plain, flipB ? flipped : plain];
  const { gemm } = of(dtypeOf(a));
  if (m * n * k > 0)
    await call(gemm, rowMajor, opA, opB, m, n, k, 1, a.data, a.cols, b.data, b.cols, 0, out, n);
  return matrix(axes, m, n, out);
}

async function gram<R extends string>(
  { of, call }: Machine,
  a: Matrix,
  flip: boolean,
  axis: R,
): Promise<Matrix<R, R>> {
  const [n, k] = flip ? [a.cols, a.rows] : [a.rows, a.cols];
  const out = allocate(dtypeOf(a), n * n);
  const { syrk } = of(dtypeOf(a));
  if (n * k > 0)
    await call(syrk, rowMajor, lower, flip ? flipped : plain, n, k, 1, a.data, a.cols, 0, out, n);
  return symmetrise(matrix([axis, axis], n, n, out));
}

/** Thousands of small products: each is over before a thread of the pool would have begun. */
function grams<R extends string>(
  library: BlasLibrary,
  a: Matrix<R, string>,
  height: number,
  last: Matrix<R, string>,
): Matrix<R, "pairs"> {
  checkBlocks(a, height, last);
  const { syrk } = library.double;
  const n = height + 1;
  const width = last.cols;
  const out = new Float64Array(a.rows * n * n);
  const block = new Float64Array(n * width);
  for (let t = 0; t < a.rows && width > 0; t++) {
    block.set(a.data.subarray(t * a.cols, (t + 1) * a.cols));
    block.set(last.data.subarray(t * width, (t + 1) * width), height * width);
    const to = out.subarray(t * n * n, (t + 1) * n * n);
    syrk.now(rowMajor, lower, plain, n, width, 1, block, width, 0, to, n);
  }
  return matrix([a.axes[0], "pairs"], a.rows, n * n, out);
}
