import { allocate, type Dtype, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { loadBlas, type Routines } from "./blas-library.ts";
import { checkBlocks, checkColumns, checkOperands } from "./checks.ts";
import { costsOf } from "./costs.ts";
import { eigh, qr, solve, solveRight, svd } from "./lapack.ts";
import type { Columns, Linalg } from "./linalg.ts";
import { flipped, type Machine, machineOf, plain, rowMajor } from "./machine.ts";
import { symmetrise } from "./plain-products.ts";
import { solveAlone } from "./solve-alone.ts";

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
    ...costsOf(library.name),
    gemm: (a, b, into) => product(machine, "gemm", a, b, false, false, [a.axes[0], b.axes[1]], into),
    gemmTN: (a, b) => product(machine, "gemmTN", a, b, true, false, [a.axes[1], b.axes[1]]),
    gemmNT: (a, b, into) => product(machine, "gemmNT", a, b, false, true, [a.axes[0], b.axes[0]], into),
    syrkTN: (a) => gram(machine, a, [a.cols, a.rows], flipped, a.axes[1]),
    syrkNT: (a, columns) => gramOfColumns(machine, a, columns),
    solveCholesky: (a, b) => solve(machine, a, b),
    solveRight: (b, a, ridge = 0) => solveRight(machine, b, a, ridge),
    solveRights: (sides, a) => solveAlone(sides, a, (b, m, ridge = 0) => solveRight(machine, b, m, ridge)),
    addGrams: (sums, a, b, last, factor) => addGrams(machine, sums, a, b, last, factor),
    qr: (a) => qr(machine, a),
    eigh: (a, into) => eigh(machine, a, into),
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
  [n, k]: readonly [number, number],
  op: number,
  axis: R,
): Promise<Matrix<R, R>> {
  const out = allocate(dtypeOf(a), n * n);
  const { syrk } = of(dtypeOf(a));
  if (n * k > 0) await call(syrk, rowMajor, lower, op, n, k, 1, a.data, a.cols, 0, out, n);
  return symmetrise(matrix([axis, axis], n, n, out));
}

/** A Aᵀ over some columns, read where they are. */
function gramOfColumns<R extends string>(
  machine: Machine,
  a: Matrix<R, string>,
  columns: Columns = { from: 0, to: a.cols },
): Promise<Matrix<R, R>> {
  const { from, to } = checkColumns("syrkNT", a, columns);
  const data = a.data.subarray(from) as FloatArray;
  return gram(machine, { ...a, data }, [a.rows, to - from], plain, a.axes[0]);
}

/** Predictions of some targets at once, in work space where each row has room for the block that is put under them. Their inner
 * products are thousands of small calls: each is over before a thread of the pool would have begun. */
async function addGrams<R extends string>(
  { of, call, withSpace }: Machine,
  sums: Matrix<R, "sums">,
  a: Matrix,
  b: Matrix,
  last: Matrix,
  factor: number,
): Promise<Matrix<R, "sums">> {
  const n = checkBlocks(sums, a, b, last);
  const dtype = dtypeOf(a);
  const [width, stride] = [last.cols, n * last.cols];
  if (sums.rows * width === 0) return sums;
  return withSpace(dtype, sums.rows * stride, async (blocks) => {
    const given = [a.data, a.cols, b.data, b.cols, 0, blocks, stride];
    if (b.rows * b.cols > 0)
      await call(of(dtype).gemm, rowMajor, plain, flipped, a.rows, b.rows, b.cols, 1, ...given);
    else blocks.fill(0);
    const add = innerProducts(of(dtype), dtype, n, width, factor);
    for (let t = 0; t < sums.rows; t++) {
      blocks.set(last.data.subarray(t * width, (t + 1) * width), t * stride + b.rows);
      add(
        blocks.subarray(t * stride, (t + 1) * stride),
        sums.data.subarray(t * sums.cols, (t + 1) * sums.cols),
      );
    }
    return sums;
  });
}

/** Adds inner products of n blocks of `width` numbers to packed sums; arguments that stay are made once. */
function innerProducts({ sfrk }: Routines, dtype: Dtype, n: number, width: number, factor: number) {
  const int = (value: number) => Int32Array.of(value);
  const real = (value: number) => allocate(dtype, 1).fill(value);
  const flags = [Buffer.from("N"), Buffer.from("L"), Buffer.from("T"), int(n), int(width), real(factor)];
  const [lda, one] = [int(width), real(1)];
  return (blocks: ArrayBufferView, sums: ArrayBufferView) => sfrk.now(...flags, blocks, lda, one, sums);
}
