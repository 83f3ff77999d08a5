import { type Dtype, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { createGraph, encodeGraph, type GraphSession, openSession } from "../graph/index.ts";

/** Which operands are taken transposed. */
export type Transposed = "none" | "first" | "second" | "both";

/** Matrix products as ONNX graphs, one session a dtype and kind, opened when first needed. */
export interface OnnxProducts {
  product(a: Matrix, b: Matrix, transposed: Transposed, rows: number, cols: number): Promise<Matrix>;
  /** Gram matrices of the `height` blocks in each row of A with the row of `last` under them, (height + 1)² numbers each. */
  grams(a: Matrix, height: number, last: Matrix): Promise<FloatArray>;
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
    async product(a, b, transposed, rows, cols) {
      const type = dtypeOf(a);
      const { c } = await (await session(type, transposed)).run({
        a: { type, shape: [a.rows, a.cols], data: a.data },
        b: { type, shape: [b.rows, b.cols], data: b.data },
      });
      return matrix([a.axes[0], b.axes[1]], rows, cols, c?.data as FloatArray);
    },
    async grams(a, height, last) {
      const type = dtypeOf(a);
      const { c } = await (await session(type, "grams")).run({
        a: { type, shape: [a.rows, height, last.cols], data: a.data },
        last: { type, shape: [a.rows, 1, last.cols], data: last.data },
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
  const a = g.input("a", dtype, ["t", "i", "k"]);
  const last = g.input("last", dtype, ["t", "one", "k"]);
  const joined = g.node("Concat", [a, last], { axis: 1n });
  const flipped = g.node("Transpose", [joined], { perm: [0n, 2n, 1n] });
  g.output("c", g.node("MatMul", [joined, flipped]), dtype, ["t", "m", "n"]);
  return encodeGraph(g.build());
}
