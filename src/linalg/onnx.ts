import { createRequire } from "node:module";
import { allocate, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { solveRightInBlocks } from "./blocked-cholesky.ts";
import { checkBlocks, checkOperands, checkSquare } from "./checks.ts";
import { ownEigh, ownQr, ownSolve, ownSvd } from "./decompose.ts";
import type { Linalg } from "./linalg.ts";
import { packedIndex } from "./packed.ts";
import { symmetrise } from "./plain-products.ts";
import { openProducts, type Transposed } from "./products.ts";

/** The default that is always there: products by ONNX Runtime, decompositions our own in float64. Works in the calling thread. */
export function createOnnxLinalg({ threads }: { threads: number }): Linalg {
  const products = openProducts(threads);
  const run = async <R extends string, C extends string>(
    name: string,
    a: Matrix,
    b: Matrix,
    transposed: Transposed,
    axes: readonly [R, C],
  ): Promise<Matrix<R, C>> => {
    const [rows, innerA] = transposed === "first" ? [a.cols, a.rows] : [a.rows, a.cols];
    const [innerB, cols] = transposed === "second" ? [b.cols, b.rows] : [b.rows, b.cols];
    checkOperands(name, a, b, innerA, innerB);
    if (rows * cols * innerA === 0) return matrix(axes, rows, cols, allocate(dtypeOf(a), rows * cols));
    const product = await products.product(a, b, transposed, rows, cols);
    return matrix(axes, rows, cols, product.data);
  };
  return {
    name: "onnx",
    version: `ONNX Runtime ${onnxVersion()}`,
    parallel: 1,
    gemm: (a, b) => run("gemm", a, b, "none", [a.axes[0], b.axes[1]]),
    gemmTN: (a, b) => run("gemmTN", a, b, "first", [a.axes[1], b.axes[1]]),
    gemmNT: (a, b) => run("gemmNT", a, b, "second", [a.axes[0], b.axes[0]]),
    syrkTN: async (a) => symmetrise(await run("syrkTN", a, a, "first", [a.axes[1], a.axes[1]])),
    syrkNT: async (a) => symmetrise(await run("syrkNT", a, a, "second", [a.axes[0], a.axes[0]])),
    solveCholesky: async (a, b) => ownSolve(a, b),
    async solveRight(b, a, ridge = 0) {
      checkSquare("solveRight", a);
      checkOperands("solveRight", b, a, b.cols, a.rows);
      return solveRightInBlocks(b, a, ridge, (x, y, transposed) =>
        run("solveRight", x, y, transposed, ["rows", "columns"]),
      );
    },
    async addGrams(sums, a, b, last, factor) {
      const n = checkBlocks(sums, a, b, last);
      if (sums.rows * last.cols === 0) return sums;
      const predictions = await run("addGrams", a, b, "second", [a.axes[0], "predictions"]);
      return pack(sums, await products.grams(predictions, n - 1, last), n, factor);
    },
    qr: async (a) => ownQr(a),
    eigh: async (a) => ownEigh(a),
    svd: async (a) => ownSvd(a),
    close: () => products.close(),
  };
}

/** Add whole Gram matrices, n² numbers each, to packed ones. */
function pack<R extends string>(
  sums: Matrix<R, "sums">,
  grams: FloatArray,
  n: number,
  factor: number,
): Matrix<R, "sums"> {
  const out = sums.data.slice() as FloatArray;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const place = packedIndex(n, i, j);
      for (let t = 0; t < sums.rows; t++) {
        const at = t * sums.cols + place;
        out[at] = (out[at] as number) + factor * (grams[t * n * n + i * n + j] as number);
      }
    }
  return matrix(sums.axes, sums.rows, sums.cols, out);
}

function onnxVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}
