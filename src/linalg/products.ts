import { type Dtype, dtypeOf, type FloatArray, type Matrix } from "../core/index.ts";
import { createGraph, encodeGraph, type GraphSession, openSession } from "../graph/index.ts";

/** Which operands are taken transposed. */
export type Transposed = "none" | "first" | "second" | "both";

/** Matrix products as ONNX graphs, one session a dtype and kind, opened when first needed. */
export interface OnnxProducts {
  /** @param into the result is written there. */
  product(a: Matrix, b: Matrix, transposed: Transposed, into: Matrix): Promise<void>;
  /** Gram matrices of the blocks in each row of A Bᵀ, as long as a row of `last` and with that row under them: one more than blocks, squared,
   * numbers each. */
  grams(a: Matrix, b: Matrix, last: Matrix): Promise<FloatArray>;
  close(): Promise<void>;
}

/** Open the products in this thread. @param threads inside one product. */
export function openProducts(threads: number): OnnxProducts {
  const sessions = new Map<string, Promise<GraphSession>>();
  const session = (dtype: Dtype, kind: Transposed | "grams") => {
    const key = `${dtype} ${kind}`;
    const graph = () => (kind === "grams" ? gramsGraph(dtype) : productGraph(dtype, kind));
    const known = sessions.get(key) ?? openSession(graph(), { where: "here", threads, spin: false });
    sessions.set(key, known);
    return known;
  };
  return {
    async product(a, b, transposed, into) {
      const type = dtypeOf(a);
      const feeds = {
        a: { type, shape: [a.rows, a.cols], data: a.data },
        b: { type, shape: [b.rows, b.cols], data: b.data },
      };
      const c = { type, shape: [into.rows, into.cols], data: into.data };
      await (await session(type, transposed)).run(feeds, { c });
    },
    async grams(a, b, last) {
      const type = dtypeOf(a);
      const blocks = [a.rows, last.cols === 0 ? 0 : b.rows / last.cols, last.cols];
      const { c } = await (await session(type, "grams")).run({
        a: { type, shape: [a.rows, a.cols], data: a.data },
        b: { type, shape: [b.rows, b.cols], data: b.data },
        last: { type, shape: [a.rows, 1, last.cols], data: last.data },
        shape: { type: "int64", shape: [3], data: BigInt64Array.from(blocks, BigInt) },
      });
      return c?.data as FloatArray;
    },
    async close() {
      await Promise.all([...sessions.values()].map(async (one) => (await one).close()));
      sessions.clear();
    },
  };
}

function productGraph(dtype: Dtype, transposed: Transposed): Uint8Array {
  const g = createGraph(`product ${transposed}`);
  const a = g.input("a", dtype, ["i", "j"]);
  const b = g.input("b", dtype, ["k", "l"]);
  const product =
    transposed === "none"
      ? g.node("MatMul", [a, b])
      : g.node("Gemm", [a, b], {
          transA: transposed === "second" ? 0n : 1n,
          transB: transposed === "first" ? 0n : 1n,
        });
  g.output("c", product, dtype, ["m", "n"]);
  return encodeGraph(g.build());
}

function gramsGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("grams");
  const [a, b] = [g.input("a", dtype, ["t", "k"]), g.input("b", dtype, ["i", "k"])];
  const last = g.input("last", dtype, ["t", 1, "width"]);
  const blocks = g.node("Reshape", [g.node("Gemm", [a, b], { transB: 1n }), g.input("shape", "int64", [3])]);
  const joined = g.node("Concat", [blocks, last], { axis: 1n });
  const flipped = g.node("Transpose", [joined], { perm: [0n, 2n, 1n] });
  g.output("c", g.node("MatMul", [joined, flipped]), dtype, ["t", "m", "n"]);
  return encodeGraph(g.build());
}
