import { createRequire } from "node:module";
import { allFinite, allocate, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { openTogether } from "./band/together.ts";
import { solveRightInBlocks } from "./blocked-cholesky.ts";
import { checkBlocks, checkOperands, checkSquare } from "./checks.ts";
import { costsOf } from "./costs.ts";
import { ownEigh, ownQr, ownSolve, ownSvd } from "./decompose.ts";
import type { Linalg } from "./linalg.ts";
import { packedIndex } from "./packed.ts";
import { columnsOf, symmetrise } from "./plain-products.ts";
import { openProducts, type Transposed } from "./products.ts";
import { solveAlone } from "./solve-alone.ts";

/** Systems up to this size are solved by plain loops and a few products, and so are fewer systems of one matrix than this: a reduction to a
 * band takes as long as three Cholesky factors (measured, n 100 to 1,600). */
const [small, few] = [64, 4];

/** The default that is always there: products by ONNX Runtime, decompositions our own in float64. Works in the calling thread. */
export function createOnnxLinalg({ threads }: { threads: number }): Linalg {
  const products = openProducts(threads);
  const together = openTogether(threads);
  const run = async <R extends string, C extends string>(
    name: string,
    a: Matrix,
    b: Matrix,
    transposed: Transposed,
    axes: readonly [R, C],
    into?: FloatArray,
  ): Promise<Matrix<R, C>> => {
    const [flipA, flipB] = [transposed === "first", transposed === "second"].map(
      (one) => one || transposed === "both",
    );
    const [rows, innerA] = flipA ? [a.cols, a.rows] : [a.rows, a.cols];
    const [innerB, cols] = flipB ? [b.cols, b.rows] : [b.rows, b.cols];
    checkOperands(name, a, b, innerA, innerB);
    const length = rows * cols;
    const data = into?.length === length && innerA > 0 ? into : allocate(dtypeOf(a), length);
    const product = matrix(axes, rows, cols, data);
    if (length * innerA > 0) await products.product(a, b, transposed, product);
    return product;
  };
  const solveInBlocks = <R extends string, C extends string>(b: Matrix<R, C>, a: Matrix<C, C>, ridge = 0) =>
    solveRightInBlocks(b, a, ridge, (x, y, transposed) =>
      run("solveRight", x, y, transposed, ["rows", "columns"]),
    );
  return {
    name: "onnx",
    version: `ONNX Runtime ${onnxVersion()}`,
    parallel: 1,
    ...costsOf("onnx"),
    async gemm(a, b, into, columns) {
      return run("gemm", a, columnsOf("gemm", b, columns), "none", [a.axes[0], b.axes[1]], into);
    },
    gemmTN: (a, b) => run("gemmTN", a, b, "first", [a.axes[1], b.axes[1]]),
    gemmNT: (a, b, into) => run("gemmNT", a, b, "second", [a.axes[0], b.axes[0]], into),
    async gemmTT(a, b, into, columns) {
      return run("gemmTT", columnsOf("gemmTT", a, columns), b, "both", [a.axes[1], b.axes[0]], into);
    },
    syrkTN: async (a) => symmetrise(await run("syrkTN", a, a, "first", [a.axes[1], a.axes[1]])),
    async syrkNT(a, columns) {
      const own = columnsOf("syrkNT", a, columns);
      return symmetrise(await run("syrkNT", own, own, "second", [a.axes[0], a.axes[0]]));
    },
    solveCholesky: async (a, b) => ownSolve(a, b),
    solveRight: async (b, a, ridge = 0) => {
      checkSides([b], a);
      return solveInBlocks(b, a, ridge);
    },
    async solveRights(sides, a) {
      checkSides(
        sides.map(({ b }) => b),
        a,
      );
      const alone = a.rows <= small || sides.length < few || sides.every(({ b }) => b.rows === 0);
      if (alone) return solveAlone(sides, a, solveInBlocks);
      const solved = await together.solve(sides, a);
      return solved.map((x) => (allFinite(x.data) ? x : null));
    },
    async addGrams(sums, a, b, last, factor) {
      const n = checkBlocks(sums, a, b, last);
      if (sums.rows * last.cols === 0) return sums;
      return pack(sums, await products.grams(a, b, last), n, factor);
    },
    qr: async (a) => ownQr(a),
    eigh: async (a) => ownEigh(a),
    svd: async (a) => ownSvd(a),
    async close() {
      await products.close();
      await together.close();
    },
  };
}

function checkSides(sides: readonly Matrix[], a: Matrix): void {
  checkSquare("solveRight", a);
  for (const b of sides) checkOperands("solveRight", b, a, b.cols, a.rows);
}

/** Add whole Gram matrices, n² numbers each, to packed ones. */
function pack<R extends string>(
  sums: Matrix<R, "sums">,
  grams: FloatArray,
  n: number,
  factor: number,
): Matrix<R, "sums"> {
  const places = Int32Array.from({ length: sums.cols });
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) places[packedIndex(n, i, j)] = i * n + j;
  const { data, cols } = sums;
  for (let t = 0; t < sums.rows; t++)
    for (let k = 0; k < cols; k++)
      data[t * cols + k] =
        (data[t * cols + k] as number) + factor * (grams[t * n * n + (places[k] as number)] as number);
  return sums;
}

function onnxVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}
