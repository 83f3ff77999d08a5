import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, type Features } from "../core/index.ts";
import {
  compileGraph,
  defineStep,
  encodeGraph,
  input,
  mean,
  openSession,
  openTraining,
  type Tensor,
  type Tensors,
} from "../graph/index.ts";
import { writeFileAtomic, writeSafetensors } from "../io/index.ts";
import {
  activations,
  type BrivlConfig,
  brivl,
  brivlConfigs,
  collectWeights,
  exportTower,
  readBrivlFolder,
  readTowerFolder,
  startWeights,
  streamActivations,
  type TowerModel,
  towerOf,
  type WeightTensors,
  writeBrivlFolder,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = { layers: 2, width: 16, heads: 2, inner: 32, epsilon: 1e-12 };
const config: BrivlConfig = {
  image: { ...blocks, size: [8, 12], patch: 4, channels: 3 },
  text: { ...blocks, vocabulary: 23, positions: 9, types: 1 },
  tokens: 7,
  project: 5,
  frozen: 0,
};

function start(one: BrivlConfig, seed: number, deviation = 0.3): WeightTensors {
  const { weights, made } = collectWeights("float32");
  brivl(inputsOf(one, 1), weights, one);
  return startWeights(made, createRandom(seed), deviation);
}

function inputsOf({ image, tokens }: BrivlConfig, batch: number) {
  return {
    images: input("images", "float32", [batch, image.channels, ...image.size]),
    tokens: input("tokens", "int64", [batch, tokens]),
    mask: input("mask", "float32", [batch, tokens]),
  };
}

/** Seeded pictures and texts of 2 … length tokens. */
function draw(
  { image, text, tokens: length }: BrivlConfig,
  samples: number,
): { image: Tensors; text: Tensors } {
  const random = createRandom(9);
  const shape = [samples, image.channels, ...image.size];
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const lengths = Array.from({ length: samples }, () => 2 + random.integer(length - 1));
  const of = <T>(make: (real: boolean) => T) =>
    lengths.flatMap((real) => Array.from({ length }, (_, k) => make(k < real)));
  const words = of((real) => (real ? BigInt(1 + random.integer(text.vocabulary - 1)) : 0n));
  const list = [samples, length];
  return {
    image: { images: { type: "float32", shape, data: pixels } },
    text: {
      tokens: { type: "int64", shape: list, data: BigInt64Array.from(words) },
      mask: { type: "float32", shape: list, data: Float32Array.from(of((real) => (real ? 1 : 0))) },
    },
  };
}

async function runBytes(bytes: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const session = await openSession(bytes, { where: "here" });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

const weights = start(config, 1);
const stimuli = draw(config, 6);
const numbers = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array);
const apart = (a: readonly number[], b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, x, k) => Math.max(most, Math.abs(x - (b[k] as number))), 0);
};

describe("exportTower", () => {
  it("gives the values of the training graph", async () => {
    const { weights: collected, made } = collectWeights("float32");
    const towers = brivl(inputsOf(config, 6), collected, config);
    const outputs = {
      image: towers.image.embedding,
      text: towers.text.embedding,
      middle: towers.text.layers[1] as Tensor & (typeof towers.text.layers)[number],
    };
    const training = await openTraining(
      { step: defineStep({ outputs, updates: [...made.values()].map((state) => ({ state, next: state })) }) },
      weights,
    );
    const wanted = await training.run("step", { ...stimuli.image, ...stimuli.text });
    await training.close();
    const image = await runBytes(exportTower(towerOf(config, "image"), weights), stimuli.image);
    const text = await runBytes(exportTower(towerOf(config, "text"), weights), stimuli.text);
    expect(apart(numbers(image.embedding), numbers(wanted.image))).toBeLessThan(1e-6); // float32, other fusions
    expect(apart(numbers(text.embedding), numbers(wanted.text))).toBeLessThan(1e-6);
    expect(apart(numbers(text["hidden.1"]), numbers(wanted.middle))).toBeLessThan(4e-6);
    expect(text.embedding?.shape).toEqual([6, 5]);
  });

  it("gives of every layer its hidden states, their first token, and their mean over patches or real tokens", async () => {
    const outputs = ["hidden", "cls", "mean"] as const;
    for (const which of ["image", "text"] as const) {
      const found = await runBytes(exportTower(towerOf(config, which), weights, { outputs }), stimuli[which]);
      expect(Object.keys(found).sort()).toEqual(
        ["embedding", ...outputs.flatMap((name) => [0, 1, 2].map((i) => `${name}.${i}`))].sort(),
      );
      for (const i of [0, 1, 2]) {
        const hidden = found[`hidden.${i}`] as Tensor;
        const [samples, tokens, width] = hidden.shape as [number, number, number];
        const at = (s: number, t: number, k: number) => Number(hidden.data[(s * tokens + t) * width + k]);
        const used = (s: number, t: number) =>
          which === "image" ? t > 0 : stimuli.text.mask?.data[s * tokens + t] === 1;
        const each = (of: (s: number, k: number) => number) =>
          Array.from({ length: samples * width }, (_, n) => of(Math.floor(n / width), n % width));
        expect(numbers(found[`cls.${i}`])).toEqual(each((s, k) => at(s, 0, k)));
        const means = each((s, k) => {
          const list = Array.from({ length: tokens }, (_, t) => t).filter((t) => used(s, t));
          return list.reduce((sum, t) => sum + at(s, t, k), 0) / list.length;
        });
        expect(apart(numbers(found[`mean.${i}`]), means)).toBeLessThan(1e-6);
      }
    }
  });

  it("gives the same bytes for the same model, whatever order the weights come in, and others for others", () => {
    const model = towerOf(config, "text");
    const bytes = exportTower(model, weights);
    const turned = Object.fromEntries(Object.entries(start(config, 1)).reverse());
    expect(exportTower(model, turned)).toEqual(bytes);
    expect(exportTower(model, start(config, 2))).not.toEqual(bytes);
  });

  it("refuses missing and misshapen weights, mixed types, and models beyond 2 GiB", () => {
    const model = towerOf(config, "image");
    const { "image.projection.bias": _, ...fewer } = weights;
    expect(() => exportTower(model, fewer)).toThrow(
      'exportTower: 1 of 40 weights are missing, the first: "image.projection.bias". Is the prefix right?',
    );
    const bias = { type: "float32", shape: [6], data: new Float32Array(6) } as const;
    expect(() => exportTower(model, { ...weights, "image.projection.bias": bias })).toThrow(
      'compileGraph: the weight "image.projection.bias" must be [5]; got [6].',
    );
    const wide = { type: "float64", shape: [5], data: new Float64Array(5) } as const;
    expect(() => exportTower(model, { ...weights, "image.projection.bias": wide })).toThrow(
      "weights must be all float32 or all float64; got float32, float64",
    );
    const data = { byteLength: 2.5 * 2 ** 30 } as Float32Array<ArrayBuffer>; // nobody reads it
    const huge = { ...weights, "image.projection.bias": { type: "float32", shape: [5], data } } as const;
    expect(() => exportTower(model, huge)).toThrow("the weights have 2.50 GiB; one ONNX file holds 2 GiB");
  });
});

describe("activations", () => {
  const rows = ({ rows: n, cols, data }: Features) => [n, cols, ...data];

  it("are the pooled layers of the exported tower, batch after batch", async () => {
    const model = towerOf(config, "text");
    const exported = await runBytes(exportTower(model, weights, { outputs: ["cls", "mean"] }), stimuli.text);
    for (const pooling of ["cls", "mean"] as const) {
      const { layers, embedding } = await activations(model, weights, stimuli.text, { pooling, batch: 4 });
      expect(layers.map(({ rows: n, cols, axes }) => [n, cols, ...axes])).toEqual(
        Array(3).fill([6, 16, "samples", "features"]),
      );
      layers.forEach((layer, i) => {
        expect(apart([...layer.data], numbers(exported[`${pooling}.${i}`]))).toBeLessThan(1e-6);
      });
      expect(apart([...(embedding as Features).data], numbers(exported.embedding))).toBeLessThan(1e-6);
    }
  });

  it("are the same each time, and hardly depend on how stimuli come", async () => {
    const model = towerOf(config, "image");
    const once = await activations(model, weights, stimuli.image, { batch: 2 });
    const again = await activations(model, weights, stimuli.image, { batch: 2 });
    expect(again).toEqual(once);
    async function* pieces() {
      const { shape, data } = stimuli.image.images as Tensor;
      const size = data.length / 6;
      for (let i = 0; i < 6; i += 3)
        yield {
          images: {
            type: "float32",
            shape: [3, ...shape.slice(1)],
            data: data.slice(i * size, (i + 3) * size),
          },
        } as const;
    }
    const streamed = await activations(model, weights, pieces());
    streamed.layers.forEach((layer, i) => {
      expect(apart(rows(layer), rows(once.layers[i] as Features))).toBeLessThan(1e-6);
    });
  });

  it("come batch by batch, with progress, and stop when they are told to", async () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      seen.push(done, total);
      if (done === 4) controller.abort();
    };
    const stream = streamActivations(towerOf(config, "text"), weights, stimuli.text, {
      batch: 2,
      onProgress,
      signal: controller.signal,
    });
    const sizes: number[] = [];
    const reading = (async () => {
      for await (const { layers } of stream) sizes.push(layers[0]?.rows ?? 0);
    })();
    await expect(reading).rejects.toThrow("Stopped by the user");
    expect([seen, sizes]).toEqual([
      [2, 6, 4, 6],
      [2, 2],
    ]);
  });

  it("of no stimuli have no rows and all columns; inputs of different lengths are refused", async () => {
    const none = await activations(towerOf(config, "text"), weights, []);
    expect(none.layers.map(({ rows: n, cols }) => [n, cols])).toEqual(Array(3).fill([0, 16]));
    const { tokens, mask } = stimuli.text as Record<"tokens" | "mask", Tensor>;
    const short = { ...mask, shape: [5, 7], data: mask.data.slice(0, 35) };
    await expect(activations(towerOf(config, "text"), weights, { tokens, mask: short })).rejects.toThrow(
      "activations: all inputs must have the same samples; got tokens [6, 7] and mask [5, 7].",
    );
  });
});

describe("writeBrivlFolder", () => {
  it("keeps configuration, weights and notes; the same model gives the same bytes", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const extra = {
      ...weights,
      "momentum.image.projection.bias": weights["image.projection.bias"] as WeightTensors[string],
    };
    await writeBrivlFolder(a, { config, weights: extra }, { metadata: { seed: "1" } });
    await writeBrivlFolder(
      b,
      { config, weights: Object.fromEntries(Object.entries(weights).reverse()) },
      { metadata: { seed: "1" } },
    );
    for (const name of ["config.json", "model.safetensors"])
      expect(readFileSync(join(b, name)).equals(readFileSync(join(a, name)))).toBe(true);
    expect(await readBrivlFolder(a)).toEqual({
      config,
      towers: ["image", "text"],
      weights,
      metadata: { seed: "1" },
    });
  });

  it("keeps one tower, as float16", async () => {
    const path = join(folder, "half");
    await writeBrivlFolder(path, { config, weights }, { towers: ["text"], floats: "F16" });
    const { towers, weights: read } = await readBrivlFolder(path);
    expect(towers).toEqual(["text"]);
    expect(Object.keys(read).filter((name) => !name.startsWith("text."))).toEqual([]);
    for (const [name, { data }] of Object.entries(read)) {
      const wanted = weights[name]?.data as Float32Array;
      expect(Math.max(...data.map((x, k) => Math.abs(x - (wanted[k] as number))))).toBeLessThan(2 ** -11); // |x| < 1
    }
  });

  it("refuses missing weights and damaged configurations", async () => {
    const { "text.projection.bias": _, ...fewer } = weights;
    await expect(writeBrivlFolder(join(folder, "c"), { config, weights: fewer })).rejects.toThrow(
      'writeBrivlFolder: 1 of 79 weights are missing, the first: "text.projection.bias".',
    );
    expect(existsSync(join(folder, "c"))).toBe(false);
    const path = join(folder, "d");
    const narrow = { ...config, image: { ...config.image, width: 0 } };
    await writeBrivlFolder(path, { config, weights });
    writeFileSync(
      join(path, "config.json"),
      JSON.stringify({ model_type: "brivl", towers: ["text"], ...narrow }),
    );
    await expect(readBrivlFolder(path)).rejects.toThrow("config.json: image.width:");
  });
});

/** One tower's weights as a folder of Hugging Face. */
async function writeHuggingFace(
  base: BrivlConfig,
  which: "image" | "text",
  all: WeightTensors,
): Promise<void> {
  const own = Object.entries(all).filter(
    ([name]) => name.startsWith(`${which}.`) && !name.startsWith(`${which}.projection`),
  );
  const tensors = Object.fromEntries(own.map(([name, x]) => [name.slice(which.length + 1), x]));
  await writeSafetensors(join(folder, which, "model.safetensors"), tensors, { metadata: { format: "pt" } });
  const config =
    which === "image" ? { model_type: "vit", image_size: base.image.size[0] } : { model_type: "bert" };
  await writeFileAtomic(join(folder, which, "config.json"), JSON.stringify(config));
}

describe.skipIf(!process.env.SIMCORTEX_SLOW)("brivl-base", () => {
  const base = brivlConfigs["brivl-base"];

  it("loads from folders of Hugging Face, and is exported as towers and as one file of 782 MB that runs", async () => {
    const marks: string[] = [];
    let began = performance.now();
    const mark = (name: string) => {
      const { rss } = process.memoryUsage();
      marks.push(
        `${name} ${((performance.now() - began) / 1000).toFixed(1)} s, resident ${(rss / 2 ** 30).toFixed(2)} GiB`,
      );
      began = performance.now();
    };
    const seeded = start(base, 1, 0.02);
    for (const which of ["image", "text"] as const) await writeHuggingFace(base, which, seeded);
    mark("seeded and written in Hugging Face's layout");
    const projections = Object.entries(seeded).filter(([name]) => name.includes(".projection."));
    const read: WeightTensors = {
      ...(await readTowerFolder(join(folder, "image"), { prefix: "image." })).weights,
      ...(await readTowerFolder(join(folder, "text"), { prefix: "text." })).weights,
      ...Object.fromEntries(projections.filter(([name]) => !name.includes("patch_embeddings"))),
    };
    expect(Object.keys(read)).toHaveLength(Object.keys(seeded).length);
    mark("read");
    const pair = draw(base, 2);
    for (const which of ["image", "text"] as const) {
      const model: TowerModel = towerOf(base, which);
      const bytes = exportTower(model, read, { outputs: ["cls"] });
      mark(`${which} tower exported, ${(bytes.length / 1e6).toFixed(0)} MB,`);
      const found = await runBytes(bytes, pair[which]);
      mark(`${which} tower run on 2 samples`);
      expect(found["cls.12"]?.shape).toEqual([2, 768]);
      const lengths = [0, 1].map((i) =>
        Math.hypot(...numbers(found.embedding).slice(256 * i, 256 * (i + 1))),
      );
      for (const length of lengths) expect(length).toBeCloseTo(1, 5);
    }
    const { weights: collected } = collectWeights("float32");
    const { image, text } = brivl(inputsOf(base, 2), collected, base);
    const whole = encodeGraph(
      compileGraph({ image: image.embedding, text: mean(text.embedding) }, { weights: read }),
    );
    mark(`both towers in one file, ${(whole.length / 1e6).toFixed(0)} MB,`);
    expect(whole.length).toBeGreaterThan(780e6);
    const found = await runBytes(whole, { ...pair.image, ...pair.text });
    expect(found.image?.shape).toEqual([2, 256]);
    mark("both run");
    process.stdout.write(`${marks.join("\n")}\n`);
  }, 600_000);
});
