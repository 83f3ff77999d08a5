import { transpose } from "../core/index.ts";
import { checkBlocks, checkOperands } from "./checks.ts";
import { costsOf } from "./costs.ts";
import { ownEigh, ownQr, ownSolve, ownSolveRight, ownSvd } from "./decompose.ts";
import type { Linalg } from "./linalg.ts";
import { addPlainGrams, columnsOf, plainGram, plainProduct } from "./plain-products.ts";
import { solveAlone } from "./solve-alone.ts";

/** Plain TypeScript throughout, with float64 sums: the oracle of the tests, and good for small matrices anywhere. */
export function createReferenceLinalg(): Linalg {
  return {
    name: "reference",
    version: "plain TypeScript",
    parallel: 1,
    ...costsOf("reference"),
    async gemm(a, whole, _into, columns) {
      const b = columnsOf("gemm", whole, columns);
      checkOperands("gemm", a, b, a.cols, b.rows);
      return plainProduct(a, b);
    },
    async gemmTN(a, b) {
      checkOperands("gemmTN", a, b, a.rows, b.rows);
      return plainProduct(transpose(a), b);
    },
    async gemmNT(a, b) {
      checkOperands("gemmNT", a, b, a.cols, b.cols);
      return plainProduct(a, transpose(b));
    },
    async gemmTT(whole, b, _into, columns) {
      const a = columnsOf("gemmTT", whole, columns);
      checkOperands("gemmTT", a, b, a.rows, b.cols);
      return plainProduct(transpose(a), transpose(b));
    },
    syrkTN: async (a) => plainGram(transpose(a)),
    syrkNT: async (a, columns) => plainGram(columnsOf("syrkNT", a, columns)),
    solveCholesky: async (a, b) => ownSolve(a, b),
    solveRight: async (b, a, ridge = 0) => ownSolveRight(b, a, ridge),
    solveRights: (sides, a) => solveAlone(sides, a, async (b, m, ridge = 0) => ownSolveRight(b, m, ridge)),
    async addGrams(sums, a, b, last, factor) {
      const n = checkBlocks(sums, a, b, last);
      return addPlainGrams(sums, plainProduct(a, transpose(b)), last, n, factor);
    },
    qr: async (a) => ownQr(a),
    eigh: async (a) => ownEigh(a),
    svd: async (a) => ownSvd(a),
    close: async () => {},
  };
}
