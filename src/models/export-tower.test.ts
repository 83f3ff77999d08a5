import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph, defineStep, encodeGraph, mean, openTraining, type Tensor } from "../graph/index.ts";
import { writeFileAtomic, writeSafetensors } from "../io/index.ts";
import {
  apart,
  config,
  draw,
  inputsOf,
  numbers,
  runBytes,
  start,
  stimuli,
  weights,
} from "./export.fixture.ts";
import {
  type BrivlConfig,
  brivl,
  brivlConfigs,
  collectWeights,
  exportTower,
  readTowerFolder,
  type TowerModel,
  towerOf,
  type WeightTensors,
} from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it("projects the mean over real tokens where the model says so, in export and training alike", async () => {
    const averaged: BrivlConfig = { ...config, pooling: "mean" };
    const model = towerOf(averaged, "text");
    const found = await runBytes(exportTower(model, weights, { outputs: ["mean"] }), stimuli.text);
    const { data } = weights["text.projection.weight"] as { data: Float32Array };
    const means = numbers(found["mean.2"]);
    const wanted = Array.from({ length: 6 }, (_, s) => {
      const raw = Array.from({ length: 5 }, (_, j) =>
        Array.from({ length: 16 }, (_, k) => (data[16 * j + k] as number) * (means[16 * s + k] as number)),
      ).map((terms) => terms.reduce((a, b) => a + b, 0)); // biases start at 0
      return raw.map((x) => x / Math.hypot(...raw));
    }).flat();
    expect(apart(numbers(found.embedding), wanted)).toBeLessThan(1e-5);
    const { weights: collected, made } = collectWeights("float32");
    const { text } = brivl(inputsOf(averaged, 6), collected, averaged);
    const updates = [...made.values()].map((state) => ({ state, next: state }));
    const step = defineStep({ outputs: { text: text.embedding }, updates });
    const training = await openTraining({ step }, weights);
    const trained = await training.run("step", { ...stimuli.image, ...stimuli.text });
    await training.close();
    expect(apart(numbers(trained.text), numbers(found.embedding))).toBeLessThan(1e-5);
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
