import { describe, expect, it } from "vitest";
import { contrastiveStep } from "./fixtures/towers.fixture.ts";
import type { Tensor, Value } from "./index.ts";
import * as g from "./index.ts";

const ops = (outputs: Record<string, Value>) => g.compileGraph(outputs).nodes.map(({ op }) => op);
const x = g.input("x", "float32", [2, 3]);
const numbersOf = (t: Tensor | undefined) => Array.from((t as Tensor).data as Float32Array);
async function run(graph: g.Graph, feeds: g.Tensors) {
  const session = await g.openSession(g.encodeGraph(graph), { where: "here" });
  const results = await session.run(feeds);
  await session.close();
  return results;
}

describe("compileGraph", () => {
  it("gives the same bytes for the same values, built twice", () => {
    const sizes = {
      type: "float32",
      batch: 2,
      edge: 4,
      patch: 2,
      length: 3,
      vocabulary: 5,
      queue: 4,
      clip: 1,
    } as const;
    const bytes = () =>
      g.encodeGraph(
        contrastiveStep({ ...sizes, tower: { layers: 1, width: 4, heads: 2, project: 2 } }).graph,
      );
    expect(bytes()).toEqual(bytes());
  });
  it("writes equal operations once, and nothing that no output needs", () => {
    g.exp(x);
    expect(ops({ y: g.add(g.tanh(x), g.tanh(x)) })).toEqual(["Tanh", "Add"]);
    expect(g.compileGraph({ y: g.mul(g.add(x, 2), 2) }).initializers).toHaveLength(1);
  });
  it("leaves out expansions under broadcasting, double transpositions and reshapes, and factors of 1", () => {
    expect(ops({ y: g.mul(x, g.expand(g.sum(x), [2, 3])) })).not.toContain("Expand");
    expect(ops({ y: g.transpose(g.transpose(x, [1, 0]), [1, 0]) })).toEqual(["Identity"]);
    expect(ops({ y: g.reshape(g.reshape(x, [6]), [3, 2]) })).toEqual(["Reshape"]);
    expect(ops({ y: g.mul(g.div(x, 1), 1) })).toEqual(["Identity"]);
  });
  it("joins the gradients of the parts of a split without adding zeros", () => {
    const [a, b] = g.split(x, 1, [1, 2]) as [Value, Value];
    const gradient = g.gradients(g.add(g.sum(g.exp(a)), g.sum(g.tanh(b))), [x])[0] as Value;
    expect(ops({ gradient })).toContain("Concat");
    expect(ops({ gradient })).not.toContain("Pad");
  });
  it("copies an output that is an input, or goes out twice", async () => {
    const y = g.neg(x);
    const results = await run(g.compileGraph({ same: x, y, again: y }), {
      x: { type: "float32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    });
    expect(numbersOf(results.same)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbersOf(results.again)).toEqual(numbersOf(results.y));
  });
  it("exports any part with its weights inside and the batch left open", async () => {
    const images = g.input("images", "float32", ["batch", 1, 4, 4]);
    const w = g.state("w", "float32", [2, 4]);
    const patches = g.linear(g.patchify(images, 2), w);
    const pooled = g.softmax(g.mean(patches, [1]));
    const weights = { w: { shape: [2, 4], data: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 4) } };
    const graph = g.compileGraph({ patches, pooled }, { name: "part", weights });
    expect(graph.inputs).toEqual([{ name: "images", type: "float32", shape: ["batch", 1, 4, 4] }]);
    expect(graph.outputs[0]).toEqual({ name: "patches", type: "float32", shape: ["batch", 4, 2] });
    const data = Float32Array.from({ length: 48 }, (_, k) => k % 16);
    const { patches: got } = await run(graph, { images: { type: "float32", shape: [3, 1, 4, 4], data } });
    expect(got?.shape).toEqual([3, 4, 2]);
    expect(numbersOf(got).slice(0, 4)).toEqual([0 + 1 + 4 + 5, 20, 2 + 3 + 6 + 7, 28]);
  });
  it("refuses names that are used for two things, and weights that do not fit", () => {
    expect(() => g.compileGraph({ y: g.add(x, g.input("x", "float32", [3])) })).toThrow(
      /two inputs are called "x": float32 \[2, 3\] and float32 \[3\]/,
    );
    expect(() => g.compileGraph({ x: g.neg(x) })).toThrow(/both called "x"/);
    const weights = { x: { shape: [3], data: new Float32Array(3) } };
    expect(() => g.compileGraph({ y: g.neg(x) }, { weights })).toThrow(/"x" must be \[2, 3\]; got \[3\]/);
  });
});

describe("gradients", () => {
  const w = g.state("w", "float32", [3]);
  it("are zero for what the loss does not use, and for a loss without parameters there are none", async () => {
    const [unused, beyond] = g.gradients(g.sum(x), [w, g.exp(x)]) as [Value, Value];
    expect([unused.shape, beyond.shape]).toEqual([[3], [2, 3]]);
    const results = await run(g.compileGraph({ unused, beyond }), {});
    expect(numbersOf(results.unused)).toEqual([0, 0, 0]);
    expect(g.gradients(g.sum(x), [])).toEqual([]);
  });
  it("sum over every use of a value, and go once through what is shared", async () => {
    const shared = g.exp(w);
    const loss = g.sum(g.add(g.mul(shared, shared), g.mul(w, 3)));
    const [gradient] = g.gradients(loss, [w]) as [Value];
    const { gradient: got } = await run(g.compileGraph({ gradient }), {
      w: { type: "float32", shape: [3], data: new Float32Array(3) },
    });
    expect(numbersOf(got)).toEqual([5, 5, 5]); // 2 e²ʷ + 3 at 0
    expect(ops({ gradient }).filter((op) => op === "Exp")).toHaveLength(1);
  });
  it("are zero through what does not change smoothly, and where they are stopped", async () => {
    const through = [g.sign, g.stopGradient, (v: Value) => g.cast(g.greater(v, 0), "float32")];
    const found = through.map(
      (f, i) => [`g${i}`, g.gradients(g.sum(g.mul(f(w), 2)), [w])[0] as Value] as const,
    );
    const results = await run(g.compileGraph(Object.fromEntries(found)), {});
    for (const [name] of found) expect(numbersOf(results[name])).toEqual([0, 0, 0]);
  });
  it("reach inner activations and inputs as well as weights", () => {
    const inner = g.tanh(x);
    expect(g.gradients(g.sum(g.mul(inner, inner)), [inner])[0]?.shape).toEqual([2, 3]);
  });
  it("refuse a loss that is not one real number, and values without real numbers", () => {
    expect(() => g.gradients(x, [x])).toThrow(
      /one float32 or float64 number; got float32 \[2, 3\] from outer/,
    );
    expect(() => g.gradients(g.sum(x), [g.range(3)])).toThrow(
      /only float32 and float64 .* int64 \[3\] from constant/,
    );
  });
});

describe("scatterAdd", () => {
  it("loses nothing when many threads add to few rows", async () => {
    const [count, width, rows] = [4096, 64, 100];
    const values = Float32Array.from({ length: count * width }, (_, k) => ((k * 31) % 17) - 8);
    const indices = BigInt64Array.from({ length: count }, (_, k) => BigInt((k * 7919) % 7));
    const wanted = new Float32Array(rows * width);
    for (let k = 0; k < values.length; k++)
      wanted[Number(indices[Math.floor(k / width)]) * width + (k % width)]! += values[k]!;
    const [v, i] = [g.input("v", "float32", [count, width]), g.input("i", "int64", [count])];
    const bytes = g.encodeGraph(g.compileGraph({ y: g.scatterAdd(v, i, rows) }));
    const session = await g.openSession(bytes, { where: "here", threads: 4 });
    for (let round = 0; round < 5; round++) {
      const { y } = await session.run({
        v: { type: "float32", shape: [count, width], data: values },
        i: { type: "int64", shape: [count], data: indices },
      });
      expect(y?.data).toEqual(wanted); // whole numbers: exact in any order
    }
    await session.close();
  });
});

describe("errors of operators", () => {
  const y = g.input("y", "float32", [4]);
  const open = g.input("open", "float32", ["batch", 4]);
  it.each([
    [
      () => g.add(x, y),
      /^add: shapes must match from the end, or be 1; got float32 \[2, 3\] and float32 \[4\]\. Is an axis/,
    ],
    [() => g.mul(x, g.range(3)), /^mul: both sides .* got float32 \[2, 3\] and int64 \[3\]\. Use cast/],
    [
      () => g.matmul(x, x),
      /^matmul: the inner sizes must be equal; got float32 \[2, 3\] and float32 \[2, 3\]/,
    ],
    [
      () => g.matmul(x, x, { transposeA: true, transposeB: true }),
      /equal \(first side transposed\) \(second/,
    ],
    [
      () => g.linear(x, g.transpose(x, [1, 0])),
      /^linear: .* same inner size; got float32 \[2, 3\] and float32 \[3, 2\]/,
    ],
    [() => g.reshape(x, [4]), /^reshape: as many numbers must fill \[4\]; got float32 \[2, 3\]/],
    [
      () => g.reshape(open, ["batch", 3]),
      /^reshape: as many numbers must fill \[batch, 3\]; got float32 \[batch, 4\]/,
    ],
    [() => g.expand(g.sum(x), ["batch"]), /^expand: sizes must be known here; got \[batch\]/],
    [
      () => g.concat([x, y], 0),
      /^concat: all must agree but for axis 0; got float32 \[2, 3\] and float32 \[4\]/,
    ],
    [() => g.slice(x, 1, 2, 5), /^slice: \[2, 5\) must lie within axis 1/],
    [() => g.split(x, 1, [1, 1]), /^split: the parts \[1, 1\] must fill axis 1/],
    [() => g.transpose(x, [0, 0]), /^transpose: the order \[0, 0\] must name every axis once/],
    [() => g.sum(x, [2]), /^sum: axis must be a whole number in \[-2, 1\] for shape \[2, 3\]; got 2/],
    [() => g.max(g.input("none", "float32", [0])), /^max: an empty axis has no largest number/],
    [
      () => g.gather(x, y),
      /^gather: .* int64 row numbers are needed; got float32 \[2, 3\] and float32 \[4\]/,
    ],
    [() => g.pick(x, g.range(3)), /^pick: .* got float32 \[2, 3\] and int64 \[3\]/],
    [() => g.layerNorm(x, y, y), /^layerNorm: scale and bias must have the size of the last axis/],
    [() => g.where(x, x, x), /^where: the condition must be bool/],
    [() => g.patchify(x, 2), /^patchify: pictures .* patches of 2/],
    [() => g.constant(Float32Array.of(1), [2]), /^constant: 1 numbers do not fill \[2\]/],
  ])("name the operator, the rule and what came (%#)", (build, text) => {
    expect(build).toThrow(text);
  });
});
