import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { compileGraph, encodeGraph, input, openSession, type Tensor, type Value } from "../graph/index.ts";
import { type NdArray, parseSafetensors } from "../io/index.ts";
import { bert } from "./bert.ts";
import { poolFirst, type TowerOutput } from "./block.ts";
import { interpolatePositions } from "./positions.ts";
import { type ReadTower, readTowerFolder } from "./tower-folder.ts";
import { vit } from "./vit.ts";
import { collectWeights } from "./weights.ts";

/** Answers of PyTorch in float64 (fixtures/make.py). */
const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const reference = (name: "vit" | "bert") =>
  parseSafetensors(readFileSync(join(fixtures, name, "reference.safetensors"))).tensors;

type FloatType = "float32" | "float64";
const floats = (type: FloatType, { shape, data }: NdArray): Tensor => ({
  type,
  shape,
  data: type === "float32" ? Float32Array.from(data) : Float64Array.from(data),
});
const whole = ({ shape, data }: NdArray): Tensor => ({
  type: "int64",
  shape,
  data: BigInt64Array.from(data, BigInt),
});

/** Every layer, the last hidden states and the pooled [CLS] of a tower whose batch is open. */
async function runTower(
  tower: ReadTower,
  type: FloatType,
  build: (weights: ReturnType<typeof collectWeights>["weights"]) => TowerOutput,
  feeds: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const { weights } = collectWeights(type);
  const { layers, last } = build(weights);
  const outputs: Record<string, Value> = { last, pooled: poolFirst(last, weights) };
  for (const [i, layer] of layers.entries()) outputs[`layer.${i}`] = layer;
  const session = await openSession(encodeGraph(compileGraph(outputs, { weights: tower.weights })), {
    where: "here",
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

/** Largest difference, in units of the reference's largest number. */
function apart(ours: Tensor | undefined, wanted: NdArray | undefined): number {
  expect(ours?.shape).toEqual(wanted?.shape);
  const data = wanted?.data as Float64Array;
  const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return data.reduce((a, b, k) => Math.max(a, Math.abs(b - Number(ours?.data[k]))), 0) / most;
}

function bertOn(tower: ReadTower, type: FloatType, tokens: Tensor, mask: Tensor, types?: Tensor) {
  if (tower.kind !== "bert") throw new Error("not a text model");
  const shape = ["batch", Number(tokens.shape[1])];
  const feeds = { tokens, mask, ...(types && { types }) };
  const build = (w: ReturnType<typeof collectWeights>["weights"]) =>
    bert(
      input("tokens", "int64", shape),
      input("mask", mask.type, shape),
      w,
      tower.config,
      types && input("types", "int64", shape),
    );
  return runTower(tower, type, build, feeds);
}

function vitOn(tower: ReadTower, type: FloatType, images: NdArray) {
  if (tower.kind !== "vit") throw new Error("not an image model");
  const shape = ["batch", ...images.shape.slice(1)];
  return runTower(tower, type, (w) => vit(input("images", type, shape), w, tower.config), {
    images: floats(type, images),
  });
}

/** float64: rounding through three blocks; but ONNX Runtime fuses the scale of attention into a product whose factor is float32, so that
 * 1/sqrt(8) of the image model is good to 2e-8 only (.5 of the text model is exact). float32: three blocks of 1e-7 each. */
const tolerance = {
  float64: { vit: 3e-8, bert: 1e-13 },
  float32: { vit: 2e-6, bert: 2e-6 },
} as const;
const outputs = ["layer.0", "layer.1", "layer.2", "layer.3", "last", "pooled"];

describe.each(["float64", "float32"] as const)("in %s", (type) => {
  it("vit gives the hidden states of PyTorch's ViTModel at every layer", async () => {
    const wanted = reference("vit");
    const tower = await readTowerFolder(join(fixtures, "vit"), { type, pooler: true });
    const found = await vitOn(tower, type, wanted.images as NdArray);
    for (const name of outputs) expect(apart(found[name], wanted[name])).toBeLessThan(tolerance[type].vit);
    expect(apart(found["layer.0"], wanted["layer.0"])).toBeLessThan(type === "float64" ? 1e-15 : 1e-6);
  });

  it("bert gives the hidden states of PyTorch's BertModel at every layer, with padding and two sentences", async () => {
    const { tokens, mask, types, ...wanted } = reference("bert");
    const tower = await readTowerFolder(join(fixtures, "bert"), { type, pooler: true });
    const given = [whole(tokens as NdArray), floats(type, mask as NdArray), whole(types as NdArray)] as const;
    const found = await bertOn(tower, type, ...given);
    for (const name of outputs) expect(apart(found[name], wanted[name])).toBeLessThan(tolerance[type].bert);
  });
});

describe("vit", () => {
  it("gives PyTorch's answers at another resolution, with position embeddings interpolated", async () => {
    const wanted = reference("vit");
    const folder = join(fixtures, "vit");
    const tower = await readTowerFolder(folder, { type: "float64", size: [20, 12], pooler: true });
    const positions = tower.weights["embeddings.position_embeddings"];
    expect(apart(positions, wanted["wide.positions"])).toBeLessThan(4e-15);
    const found = await vitOn(tower, "float64", wanted.wide as NdArray);
    expect(apart(found.last, wanted["wide.last"])).toBeLessThan(tolerance.float64.vit);
    const small = await readTowerFolder(folder, { type: "float64", size: [8, 4] });
    expect(apart(small.weights["embeddings.position_embeddings"], wanted["small.positions"])).toBeLessThan(
      4e-15,
    );
    await expect(vitOn(await readTowerFolder(folder), "float32", wanted.wide as NdArray)).rejects.toThrow(
      "vit: pictures must be [batch, 3, 12, 12]; got [batch, 3, 20, 12]. Resize them",
    );
  });

  it("refuses impossible sizes", async () => {
    const images = input("images", "float32", [1, 3, 12, 12]);
    const config = {
      layers: 1,
      width: 8,
      heads: 3,
      inner: 8,
      epsilon: 1e-12,
      size: [12, 12],
      patch: 4,
      channels: 3,
    } as const;
    const { weights } = collectWeights("float32");
    expect(() => vit(images, weights, config)).toThrow(
      "vit: heads must divide width; got 3 heads × width 8.",
    );
    expect(() => vit(images, weights, { ...config, heads: 2, patch: 5 })).toThrow("got 12 × 12 at patch 5");
    expect(() => vit(images, weights, { ...config, heads: 2, layers: 0 })).toThrow(
      "layers must be a whole number ≥ 1; got 0",
    );
  });
});

describe("interpolatePositions", () => {
  it("keeps the row of [CLS], and spreads one position by the kernel", () => {
    const out = interpolatePositions(Float64Array.of(9, 0, 0, 1, 0, 0, 0), 1, { from: [1, 6], to: [1, 12] });
    const [a, b, c, d] = [-0.03515625, -0.10546875, 0.26171875, 0.87890625]; // Keys 1981, A = -.75, at 1.75, 1.25, .75, .25
    const wanted = [9, 0, a, b, c, d, d, c, b, a, 0, 0, 0];
    for (const [k, x] of wanted.entries()) expect(out[k]).toBeCloseTo(x, 14);
  });

  it("changes nothing where the grid is the same", () => {
    const data = Float64Array.from({ length: 14 }, (_, k) => Math.sin(k));
    expect(interpolatePositions(data, 2, { from: [2, 3], to: [2, 3] })).toEqual(data);
  });
});

describe("bert", () => {
  it("gives real tokens the same hidden states, to the bit, whatever stands in the padding", async () => {
    const tower = await readTowerFolder(join(fixtures, "bert"), { pooler: true });
    const random = createRandom(8);
    const mask: Tensor = {
      type: "float32",
      shape: [1, 9],
      data: Float32Array.from({ length: 9 }, (_, k) => (k < 5 ? 1 : 0)),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 36 }), { minLength: 4, maxLength: 4 }),
        async (padding) => {
          const real = Array.from({ length: 5 }, () => random.integer(37));
          const run = async (rest: readonly number[]) =>
            bertOn(
              tower,
              "float32",
              whole({ shape: [1, 9], data: Int32Array.from([...real, ...rest]) }),
              mask,
            );
          const [a, b] = [await run([0, 0, 0, 0]), await run(padding)];
          const realPart = ({ data }: Tensor) => (data as Float32Array).slice(0, 5 * 16);
          for (const name of ["layer.1", "layer.3", "last"])
            expect(realPart(b[name] as Tensor)).toEqual(realPart(a[name] as Tensor));
          expect(b.pooled).toEqual(a.pooled);
        },
      ),
      { seed: 3, numRuns: 5 },
    );
  });

  it("gives a padded text the hidden states of the text alone, and takes a mask of whole numbers", async () => {
    const tower = await readTowerFolder(join(fixtures, "bert"), { type: "float64", pooler: true });
    const ids = [3, 14, 15, 9, 2];
    const row = (n: number, of: (k: number) => number) => ({
      shape: [1, n],
      data: Int32Array.from({ length: n }, (_, k) => of(k)),
    });
    const alone = await bertOn(
      tower,
      "float64",
      whole(row(5, (k) => ids[k] as number)),
      whole(row(5, () => 1)),
    );
    const padded = await bertOn(
      tower,
      "float64",
      whole(row(12, (k) => ids[k] ?? 0)),
      whole(row(12, (k) => (k < 5 ? 1 : 0))),
    );
    const data = (padded.last as Tensor).data as Float64Array;
    expect(
      apart(
        { type: "float64", shape: [1, 5, 16], data: data.slice(0, 80) },
        alone.last as unknown as NdArray,
      ),
    ).toBeLessThan(1e-14);
  });

  it("refuses texts that are too long, and a mask of another shape", () => {
    const config = {
      layers: 1,
      width: 8,
      heads: 2,
      inner: 8,
      epsilon: 1e-12,
      vocabulary: 5,
      positions: 4,
      types: 1,
    };
    const tokens = (length: number) => input("tokens", "int64", [2, length]);
    const { weights } = collectWeights("float32");
    expect(() => bert(tokens(5), tokens(5), weights, config)).toThrow(
      "bert: tokens must be [batch, length] with length ≤ 4; got [2, 5]. Truncate the texts.",
    );
    expect(() => bert(tokens(4), tokens(3), weights, config)).toThrow(
      "bert: tokens and mask must have the same shape; got [2, 4] and [2, 3].",
    );
  });
});
