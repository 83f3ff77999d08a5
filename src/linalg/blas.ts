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
    gemm: async (a, b, into, columns) => product(machine, "gemm", asIs(a), asIs(b, "gemm", columns), into),
    gemmTN: (a, b) => product(machine, "gemmTN", turned(a), asIs(b)),
    gemmNT: (a, b, into) => product(machine, "gemmNT", asIs(a), turned(b), into),
    gemmTT: async (a, b, into, columns) =>
      product(machine, "gemmTT", turned(a, "gemmTT", columns), turned(b), into),
    syrkTN: (a) => gram(machine, turned(a)),
    syrkNT: async (a, columns) => gram(machine, asIs(a, "syrkNT", columns)),
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

/** An operand, whole or some of its columns, read where it is. */
interface Operand {
  readonly op: number;
  readonly matrix: Matrix;
  /** After the operation. */
  readonly rows: number;
  readonly cols: number;
  readonly data: FloatArray;
}

function asIs(m: Matrix, name = "gemm", columns: Columns = allColumns(m)): Operand {
  const { from, to } = checkColumns(name, m, columns);
  return { op: plain, matrix: m, rows: m.rows, cols: to - from, data: m.data.subarray(from) as FloatArray };
}

function turned(m: Matrix, name = "gemm", columns: Columns = allColumns(m)): Operand {
  const { rows, cols, data } = asIs(m, name, columns);
  return { op: flipped, matrix: m, rows: cols, cols: rows, data };
}

function allColumns(m: Matrix): Columns {
  return { from: 0, to: m.cols };
}

async function product<R extends string, C extends string>(
  { of, call }: Machine,
  name: string,
  a: Operand,
  b: Operand,
  into?: FloatArray,
): Promise<Matrix<R, C>> {
  const [m, k, n] = [a.rows, a.cols, b.cols];
  checkOperands(name, a.matrix, b.matrix, k, b.rows);
  const dtype = dtypeOf(a.matrix);
  const out = into?.length === m * n && k > 0 ? into : allocate(dtype, m * n);
  const given = [a.data, a.matrix.cols, b.data, b.matrix.cols, 0, out, n];
  if (m * n * k > 0) await call(of(dtype).gemm, rowMajor, a.op, b.op, m, n, k, 1, ...given);
  const axis = ({ op, matrix }: Operand, place: 0 | 1) => matrix.axes[op === plain ? place : 1 - place];
  return matrix([axis(a, 0) as R, axis(b, 1) as C], m, n, out);
}

async function gram<R extends string>(
  { of, call }: Machine,
  { op, matrix: a, rows: n, cols: k, data }: Operand,
): Promise<Matrix<R, R>> {
  const dtype = dtypeOf(a);
  const out = allocate(dtype, n * n);
  if (n * k > 0) await call(of(dtype).syrk, rowMajor, lower, op, n, k, 1, data, a.cols, 0, out, n);
  const axis = a.axes[op === plain ? 0 : 1] as R;
  return symmetrise(matrix([axis, axis], n, n, out));
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
