import type { Dtype } from "../../core/index.ts";
import {
  createGraph,
  encodeGraph,
  type GraphBuilder,
  type GraphSession,
  type GraphValue,
  openSession,
  type Tensors,
} from "../../graph/index.ts";

/** Rows of a block of a block tridiagonal matrix: as many columns are reflected together. */
export const blockSize = 32;

/** Runs one of {@link bandGraphs}. */
export type RunBand = (graph: BandGraph, feeds: Tensors, into?: Tensors) => Promise<Tensors>;

/** Graphs are made ready when they are first needed.
 * @param threads inside one product; they do not wait busily, which takes twice as long here (measured), as runs are short. */
export function openBandGraphs(threads: number): { runner(dtype: Dtype): RunBand; close(): Promise<void> } {
  const opened = new Map<string, Promise<GraphSession>>();
  return {
    runner: (dtype) => async (graph, feeds, into) => {
      const key = `${dtype} ${graph}`;
      const session =
        opened.get(key) ?? openSession(bandGraphs[graph](dtype), { where: "here", threads, spin: false });
      opened.set(key, session);
      return (await session).run(feeds, into);
    },
    async close() {
      for (const one of opened.values()) await (await one).close();
      opened.clear();
    },
  };
}

/** Graphs that take a symmetric matrix to a block tridiagonal one and back, for every size. */
const bandGraphs = {
  look: lookGraph,
  apply: applyGraph,
  grow: growGraph,
  enter: enterGraph,
  leave: leaveGraph,
  forward: forwardGraph,
  backward: backwardGraph,
} as const;

export type BandGraph = keyof typeof bandGraphs;

const end = 2 ** 31 - 1;

/** What the next reflectors I − V T Vᵀ do to a symmetric A from both sides, while A stands as it was before earlier ones: A − Sᵀ U − Vᵀ Z − Zᵀ V.
 * S has V and Z of those, panel after panel, U the same with Z before V; all are kept transposed, one reflector a row. Gives Z, and the
 * `panel` that is reflected next: what is to be taken from rows [from, to) of A.
 * @source Dongarra, Sorensen and Hammarling 1989 (Z); Bischof, Lang and Sun 2000 (bands). */
function lookGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band look");
  const a = g.input("a", dtype, ["size", "size"]);
  const [s, u] = [g.input("s", dtype, ["before", "size"]), g.input("u", dtype, ["before", "size"])];
  const [v, t] = [g.input("v", dtype, [blockSize, "size"]), g.input("t", dtype, [blockSize, blockSize])];
  const [from, to] = [g.input("from", "int64", [1]), g.input("to", "int64", [1])];
  const w = g.node("Gemm", [t, v], { transA: 1n });
  const seen = (x: GraphValue) => g.node("Gemm", [w, x], { transB: 1n });
  const less = (x: GraphValue, b: GraphValue, c: GraphValue) => g.node("Gemm", [b, c, x], { alpha: -1 });
  const y = less(seen(a), seen(u), s);
  const z = less(y, g.node("Gemm", [y, w], { transB: 1n, alpha: 0.5 }), v);
  const all = g.node("Concat", [s, v, z], { axis: 0n });
  const own = g.node("Slice", [g.node("Concat", [u, z, v], { axis: 0n }), from, to, whole(g, 1)]);
  g.output("z", z, dtype, [blockSize, "size"]);
  g.output("panel", g.node("Gemm", [own, all], { transA: 1n }), dtype, [blockSize, "size"]);
  return encodeGraph(g.build());
}

/** A − Sᵀ U without its first `from` rows and columns; and VᵀV. */
function applyGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band apply");
  const a = g.input("a", dtype, ["size", "size"]);
  const v = g.input("v", dtype, ["width", "size"]);
  const from = g.input("from", "int64", [1]);
  const both = g.node("Concat", [from, from], { axis: 0n });
  const left = g.node("Slice", [a, both, whole(g, end, end), whole(g, 0, 1)]);
  const [s, u] = ["s", "u"].map((name) =>
    g.node("Slice", [g.input(name, dtype, ["both", "size"]), from, whole(g, end), whole(g, 1)]),
  ) as [GraphValue, GraphValue];
  g.output("rest", g.node("Gemm", [s, u, left], { transA: 1n, alpha: -1 }), dtype, ["less", "less"]);
  g.output("inner", g.node("Gemm", [v, v], { transB: 1n }), dtype, ["width", "width"]);
  return encodeGraph(g.build());
}

/** (I − V T Vᵀ) [0 0; 0 Q], and −V T (the first rows of V)ᵀ in the first columns: what is left to do is to add 1 to their diagonal.
 * `pads`: rows and columns of zeros that Q gets before it. */
function growGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band grow");
  const q = g.input("q", dtype, ["less", "columns"]);
  const v = g.input("v", dtype, ["width", "size"]);
  const t = g.input("t", dtype, ["width", "width"]);
  const pads = g.input("pads", "int64", [4]);
  const rows = g.node("Slice", [pads, whole(g, 0), whole(g, 1), whole(g, 0)]);
  const first = g.node("Slice", [v, whole(g, 0), rows, whole(g, 1)]);
  const others = g.node("MatMul", [g.node("Slice", [v, rows, whole(g, end), whole(g, 1)]), q]);
  const seen = g.node("Concat", [first, others], { axis: 1n });
  const w = g.node("Gemm", [t, v], { transA: 1n });
  const all = g.node("Gemm", [w, seen, g.node("Pad", [q, pads])], { transA: 1n, alpha: -1 });
  g.output("all", all, dtype, ["size", "all"]);
  return encodeGraph(g.build());
}

/** X Q, block after block of its columns: (blocks × rows × block). */
function enterGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band enter");
  const x = g.input("x", dtype, ["rows", "n"]);
  const q = g.input("q", dtype, ["n", "columns"]);
  const split = g.node("Reshape", [g.node("MatMul", [x, q]), whole(g, 0, -1, blockSize)]);
  const blocks = g.node("Transpose", [split], { perm: [1n, 0n, 2n] });
  g.output("blocks", blocks, dtype, ["blocks", "rows", blockSize]);
  return encodeGraph(g.build());
}

/** X Qᵀ, X given block after block of its columns. */
function leaveGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band leave");
  const blocks = g.input("blocks", dtype, ["blocks", "rows", blockSize]);
  const q = g.input("q", dtype, ["n", "columns"]);
  const rows = g.node("Transpose", [blocks], { perm: [1n, 0n, 2n] });
  const x = g.node("Reshape", [rows, whole(g, 0, -1)]);
  g.output("x", g.node("Gemm", [x, q], { transB: 1n }), dtype, ["rows", "n"]);
  return encodeGraph(g.build());
}

/** One block down the factor of every system, W being the inverse of its last diagonal block: y = (c − before Fᵀ) Wᵀ, the factor's block
 * below G = E Wᵀ, and D − G Gᵀ, which is factorised next. */
function forwardGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band forward");
  const c = g.input("c", dtype, ["shared", "rows", blockSize]);
  const before = g.input("before", dtype, ["systems", "rows", blockSize]);
  const f = g.input("f", dtype, ["systems", blockSize, blockSize]);
  const w = flip(g, g.input("w", dtype, ["systems", blockSize, blockSize]));
  const [e, d] = [
    g.input("e", dtype, [1, blockSize, blockSize]),
    g.input("d", dtype, [1, blockSize, blockSize]),
  ];
  const y = g.node("MatMul", [g.node("Sub", [c, g.node("MatMul", [before, flip(g, f)])]), w]);
  const below = g.node("MatMul", [e, w]);
  const next = g.node("Sub", [d, g.node("MatMul", [below, flip(g, below)])]);
  g.output("y", y, dtype, ["systems", "rows", blockSize]);
  g.output("below", below, dtype, ["systems", blockSize, blockSize]);
  g.output("next", next, dtype, ["systems", blockSize, blockSize]);
  return encodeGraph(g.build());
}

/** One block back up: x = (y − after F) W. */
function backwardGraph(dtype: Dtype): Uint8Array {
  const g = createGraph("band backward");
  const y = g.input("y", dtype, ["systems", "rows", blockSize]);
  const after = g.input("after", dtype, ["systems", "rows", blockSize]);
  const f = g.input("f", dtype, ["systems", blockSize, blockSize]);
  const w = g.input("w", dtype, ["systems", blockSize, blockSize]);
  const x = g.node("MatMul", [g.node("Sub", [y, g.node("MatMul", [after, f])]), w]);
  g.output("x", x, dtype, ["systems", "rows", blockSize]);
  return encodeGraph(g.build());
}

function whole(g: GraphBuilder, ...numbers: number[]): GraphValue {
  return g.constant(BigInt64Array.from(numbers, BigInt), [numbers.length]);
}

function flip(g: GraphBuilder, x: GraphValue): GraphValue {
  return g.node("Transpose", [x], { perm: [0n, 2n, 1n] });
}
