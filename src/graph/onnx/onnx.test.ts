import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEncodingError } from "../../core/index.ts";
import { createGraph, encodeGraph, openSession, type Tensor, type Tensors } from "../index.ts";
import { cutOnnx } from "./cut.ts";
import { decodeOnnx } from "./decode.ts";
import { listLayers } from "./layers.ts";

const folder = fileURLToPath(new URL("fixtures", import.meta.url));
const file = (name: string) => new Uint8Array(readFileSync(`${folder}/${name}`));

/** Run a model on float32 rows. */
async function run(
  bytes: Uint8Array,
  x: readonly number[],
  cols: number,
  weightsFolder?: string,
): Promise<Tensors> {
  const session = await openSession(bytes, { where: "here", ...(weightsFolder && { weightsFolder }) });
  try {
    return await session.run({
      x: { type: "float32", shape: [x.length / cols, cols], data: Float32Array.from(x) },
    });
  } finally {
    await session.close();
  }
}
const numbers = (tensors: Tensors, name: string) =>
  Array.from((tensors[name] as Tensor).data as Float32Array);

/** x (batch × 3) → product, sum, rectified, doubled, product with itself, summed up; and what plain arithmetic says of each. */
function smallNetwork(opset: number) {
  const w = [1, -2, 3, 0, 1, -1];
  const g = createGraph("small", { opset });
  const x = g.input("x", "float32", ["batch", 3]);
  const product = g.node("MatMul", [x, g.constant(Float32Array.from(w), [3, 2])]);
  const sum = g.node("Add", [product, g.constant(Float32Array.from([0.5, -0.25]), [2])]);
  const relu = g.node("Relu", [sum]);
  const scaled = g.node("Mul", [relu, g.constant(Float32Array.from([2]), [1])]);
  const lost = g.node("Neg", [x]);
  const joined = g.node("Concat", [scaled, sum], { axis: 1n });
  g.output("y", joined, "float32", ["batch", 4]);
  g.output("z", lost, "float32", ["batch", 3]);
  const evaluate = (row: readonly number[]) => {
    const p = [0, 1].map((j) => row.reduce((s, v, i) => s + v * (w[2 * i + j] as number), 0));
    const s = [(p[0] as number) + 0.5, (p[1] as number) - 0.25];
    const r = s.map((v) => Math.max(0, v));
    const d = r.map((v) => 2 * v);
    const n = row.map((v) => -v);
    const c = [...d, ...s];
    return new Map([
      [product.name, p],
      [sum.name, s],
      [relu.name, r],
      [scaled.name, d],
      [lost.name, n],
      [joined.name, c],
      ["y", c],
      ["z", n],
    ]);
  };
  return { bytes: encodeGraph(g.build()), evaluate };
}

describe("cutOnnx", () => {
  it.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])(
    "taps every tensor of a network of opset %i as plain evaluation says, one by one and all at once",
    async (opset) => {
      const { bytes, evaluate } = smallNetwork(opset);
      const model = decodeOnnx(bytes);
      expect(model.opset).toBe(opset);
      const rows = [
        [1, 2, 3],
        [-1, 0.5, 0.25],
      ];
      const names = listLayers(model).map(({ name }) => name);
      expect(names).toHaveLength(8);
      const all = await run(cutOnnx(model, names).bytes, rows.flat(), 3);
      for (const name of names) {
        const wanted = rows.flatMap((row) => evaluate(row).get(name) as number[]);
        const alone = await run(cutOnnx(model, [name]).bytes, rows.flat(), 3);
        expect(Object.keys(alone)).toEqual([name]);
        expect(numbers(alone, name)).toEqual(wanted); // small binary fractions: exact
        expect(numbers(all, name)).toEqual(wanted);
      }
    },
  );

  it("keeps only what the outputs need, and every other byte", () => {
    const model = decodeOnnx(file("branch.onnx"));
    const cut = cutOnnx(model, ["a", "total"]);
    const again = decodeOnnx(cut.bytes);
    expect(cut.inputs).toEqual(["x"]);
    expect(again.nodes.map(({ op }) => op)).toEqual(["Split", "ReduceSum"]);
    expect([...again.constants]).toEqual(["sizes"]);
    expect(again.outputs.map(({ name }) => name)).toEqual(["a", "total"]);
    expect(new TextDecoder().decode(cut.bytes)).toContain("kept"); // metadata
    expect(cutOnnx(again, ["a", "total"]).bytes).toEqual(cut.bytes);
  });

  it("keeps nodes with bodies whole, with what the bodies read at any depth", async () => {
    const model = decodeOnnx(file("branch.onnx"));
    const choice = model.nodes.find(({ op }) => op === "If");
    expect([...(choice?.captures ?? [])].sort()).toEqual(["a", "b", "flag", "shift"]);
    const { bytes, inputs } = cutOnnx(model, ["chosen", "looped"]);
    expect(inputs).toEqual(["x"]); // shift has a value in the file
    const yes = await run(bytes, [1, 2, 3, 4], 4);
    expect(numbers(yes, "chosen")).toEqual([11, 22]); // a + shift
    expect(numbers(yes, "looped")).toEqual([88, 176]); // doubled three times
    const no = await run(bytes, [-1, -2, -3, -4], 4);
    expect(numbers(no, "chosen")).toEqual([-3, -4]); // b, through the inner If
  });

  it("leaves weights in their file", async () => {
    const model = decodeOnnx(file("external.onnx"));
    expect(model.externalFiles).toEqual(["external.bin"]);
    const { bytes } = cutOnnx(model, ["hidden"]);
    expect(bytes.length).toBeLessThan(300);
    const weights = new Float32Array(file("external.bin").buffer, 0, 15);
    const wanted = [0, 1, 2, 3, 4].map((j) =>
      Math.fround((weights[j] as number) + 2 * (weights[5 + j] as number) - (weights[10 + j] as number)),
    );
    const got = numbers(await run(bytes, [1, 2, -1], 3, folder), "hidden");
    for (const [j, value] of wanted.entries()) expect(got[j]).toBeCloseTo(value, 6);
  });

  it("refuses names that no node makes", () => {
    const model = decodeOnnx(smallNetwork(17).bytes);
    expect(() => cutOnnx(model, ["x"])).toThrow('cutOnnx: no node of the model makes a tensor "x".');
    expect(() => cutOnnx(model, [])).toThrow("needs at least one tensor; got none");
  });
});

describe("listLayers", () => {
  it("gives order, depth, operator, type and sizes as the file says", () => {
    const layers = listLayers(decodeOnnx(file("branch.onnx")));
    expect(layers.map(({ name, depth }) => [name, depth])).toEqual([
      ["a", 1],
      ["b", 1],
      ["total", 1],
      ["flag", 2],
      ["chosen", 3],
      ["looped", 4],
      ["rooted", 1],
      ["y", 5],
    ]);
    expect(layers.at(-1)).toEqual({
      name: "y",
      node: "last",
      op: "Relu",
      order: 8,
      depth: 5,
      type: "float32",
      shape: ["rows", 2],
    });
  });

  it("leaves out what no input reaches", () => {
    const g = createGraph("constant");
    const x = g.input("x", "float32", [1]);
    const two = g.node("Neg", [g.constant(Float32Array.from([2]), [1])]);
    g.output("y", g.node("Mul", [x, two]), "float32", [1]);
    const layers = listLayers(decodeOnnx(encodeGraph(g.build())));
    expect(layers.map(({ op }) => op)).toEqual(["Mul", "Identity"]);
  });
});

describe("decodeOnnx", () => {
  it("says what is no model, and never crashes on a damaged one", () => {
    expect(() => decodeOnnx(new Uint8Array(0), "a.onnx")).toThrow(
      "decodeOnnx: a.onnx is no ONNX model: it holds no graph. Is it cut off?",
    );
    expect(() => decodeOnnx(new TextEncoder().encode("no model at all"))).toThrow(/model is no ONNX model/);
    const whole = file("branch.onnx");
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.nat(255), (cut, at, byte) => {
        const bad = whole.slice(0, whole.length - (cut % 40));
        bad[at % bad.length] = byte;
        try {
          cutOnnx(decodeOnnx(bad), ["y"]);
        } catch (error) {
          expect(isEncodingError(error), String(error)).toBe(true);
        }
      }),
      { seed: 5, numRuns: 400 },
    );
  });
});
