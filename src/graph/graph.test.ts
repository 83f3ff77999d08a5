import { describe, expect, it } from "vitest";
import { createGraph, encodeGraph, openSession, type Tensor } from "./index.ts";

/** y = (A B) * 2 + 1 with open sizes. */
function affineProduct() {
  const g = createGraph("affine");
  const a = g.input("a", "float64", ["m", "k"]);
  const b = g.input("b", "float64", ["k", "n"]);
  const two = g.constant(Float64Array.of(2), []);
  const one = g.constant(Float64Array.of(1), [1]);
  g.output("y", g.node("Add", [g.node("Mul", [g.node("MatMul", [a, b]), two]), one]), "float64", ["m", "n"]);
  return g.build();
}
const feeds = {
  a: { type: "float64", shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) },
  b: { type: "float64", shape: [3, 1], data: Float64Array.of(1, 0, -1) },
} as const;

describe("openSession", () => {
  it.each(["here", "worker"] as const)("runs a graph %s", async (where) => {
    const session = await openSession(encodeGraph(affineProduct()), { where });
    const { y } = await session.run(feeds);
    expect(y?.shape).toEqual([2, 1]);
    expect([...((y as Tensor).data as Float64Array)]).toEqual([2 * (1 - 3) + 1, 2 * (4 - 6) + 1]);
    expect(feeds.a.data.length).toBe(6); // the caller keeps his array
    const again = await Promise.all([session.run(feeds), session.run(feeds)]);
    expect(again[0]).toEqual(again[1]);
    await session.close();
  });
  it("keeps the event loop free while a worker computes", async () => {
    const g = createGraph("square");
    const x = g.input("x", "float32", ["n", "n"]);
    g.output("y", g.node("MatMul", [x, x]), "float32", ["n", "n"]);
    const session = await openSession(encodeGraph(g.build()));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await session.run({ x: { type: "float32", shape: [1200, 1200], data: new Float32Array(1200 ** 2) } });
    clearInterval(timer);
    await session.close();
    expect(ticks).toBeGreaterThan(2);
  });
  it("passes attributes on", async () => {
    const g = createGraph("gemm");
    const a = g.input("a", "float32", [2, 2]);
    const y = g.node("Gemm", [a, a], { transA: 1n, alpha: 0.5 });
    g.output("y", g.node("Transpose", [y], { perm: [1n, 0n] }), "float32", [2, 2]);
    const session = await openSession(encodeGraph(g.build()), { where: "here" });
    const { y: out } = await session.run({
      a: { type: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    });
    expect([...((out as Tensor).data as Float32Array)]).toEqual([5, 7, 7, 10]); // ½ AᵀA is symmetric
    await session.close();
  });
  it("says what ONNX Runtime says of a bad model or a wrong shape", async () => {
    await expect(openSession(new Uint8Array(50), { where: "here" })).rejects.toThrow(
      /ONNX Runtime refuses the model/,
    );
    const session = await openSession(encodeGraph(affineProduct()));
    await expect(session.run({ a: feeds.a, b: feeds.a })).rejects.toThrow(/ONNX Runtime failed/);
    await session.close();
    await expect(session.run(feeds)).rejects.toThrow(/worker has ended/);
  });
});

describe("createGraph", () => {
  it("gives the same bytes for the same calls", () => {
    expect(encodeGraph(affineProduct())).toEqual(encodeGraph(affineProduct()));
  });
  it("refuses strangers, doubles, wrong constants and graphs without output", () => {
    const g = createGraph("bad");
    const a = g.input("a", "float32", [1]);
    expect(() => g.input("a", "float32", [1])).toThrow(/"a" is used twice/);
    expect(() => g.node("Relu", [{ name: "b" }])).toThrow(/"b" is no value/);
    expect(() => g.constant(Float32Array.of(1, 2), [3])).toThrow(/2 numbers do not fill \[3\]/);
    g.node("Relu", [a]);
    expect(() => g.build()).toThrow(/no output/);
  });
});
