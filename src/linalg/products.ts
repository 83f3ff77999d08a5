import { type Dtype, dtypeOf, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import { createGraph, encodeGraph, type GraphSession, openSession } from "../graph/index.ts";

/** Which operand is taken transposed. */
export type Transposed = "none" | "first" | "second";

/** Matrix products as ONNX graphs, one session a dtype and kind, opened when first needed. */
export interface OnnxProducts {
  product(a: Matrix, b: Matrix, transposed: Transposed, rows: number, cols: number): Promise<Matrix>;
  close(): Promise<void>;
}

/** Open the products in this thread. @param threads inside one product. */
export function openProducts(threads: number): OnnxProducts {
  const sessions = new Map<string, Promise<GraphSession>>();
  const session = (dtype: Dtype, transposed: Transposed) => {
    const key = `${dtype} ${transposed}`;
    const known =
      sessions.get(key) ?? openSession(productGraph(dtype, transposed), { where: "here", threads });
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
      : g.node("Gemm", [a, b], transposed === "first" ? { transA: 1n } : { transB: 1n });
  g.output("c", product, dtype, ["m", "n"]);
  return encodeGraph(g.build());
}
