import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { openTraining, type Tensor, type Tensors } from "../graph/index.ts";
import { type BrivlConfig, brivlConfigs } from "../models/index.ts";
import { captionTokenizer, vocabularyOf } from "./caption-tokens.ts";
import { feedBatch } from "./feed.ts";
import type { Negatives } from "./objectives/info-nce.ts";
import { objectives } from "./objectives.ts";
import { buildSteps, type StepSettings } from "./steps.ts";

const captions = ["a red cat", "a blue dog on a chair", "the tree", "two boats near a house"];
const vocabulary = vocabularyOf(captions, { size: 200, atLeast: 1 });
const tokenizer = captionTokenizer(vocabulary);
const { image, text } = brivlConfigs["brivl-tiny"];
const small = { layers: 1, width: 8, heads: 2, inner: 16 };
const config: BrivlConfig = {
  image: { ...image, ...small, size: [8, 8], patch: 4 },
  text: { ...text, ...small, vocabulary: vocabulary.length, positions: 10 },
  tokens: 10,
  project: 6,
  frozen: 0,
};
const settings: StepSettings = {
  config,
  batch: 4,
  accumulate: 1,
  queue: 6,
  temperature: 0.2,
  negatives: "batch and queue",
  learnTemperature: false,
  momentum: 0.9,
  clip: 1,
  weightDecay: 0.1,
  beta2: 0.98,
  deviation: 0.02,
  brain: { targets: 3, weight: 1 },
};
const random = createRandom(5);
const picture = () => Float32Array.from({ length: 4 * 3 * 64 }, () => random.normal());
const answers = random.stream("responses");
const responses = Float32Array.from({ length: 4 * 3 }, () => answers.normal());
const batch = { keys: ["a", "b", "c", "d"], captions, views: [picture(), picture()], responses };
const rate = (x: number): Tensor => ({ type: "float64", shape: [], data: Float64Array.of(x) });
const feedsOf = (name: keyof typeof objectives) =>
  feedBatch(batch, 0, { signal: objectives[name].signal, config, tokenizer, seed: 1 });
const numbers = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array, Number);

async function openSmall(name: keyof typeof objectives, changed: Partial<StepSettings> = {}) {
  const built = buildSteps(objectives[name], { ...settings, ...changed });
  const start = built.start(createRandom(1));
  return { built, start, training: await openTraining(built.steps, start, { where: "here" }) };
}

/** Rows of unit length from a state or an embedding. */
const rowsOf = (data: readonly number[], width: number) =>
  Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, k) => sum + x * (b[k] as number), 0);

/** InfoNCE by its definition, in plain numbers. */
function infoNce(queries: number[][], keys: number[][], queue: number[][], negatives: Negatives): number {
  const each = queries.map((query, i) => {
    const own = dot(query, keys[i] as number[]) / settings.temperature;
    const others = [...queue, ...(negatives === "queue" ? [] : keys.filter((_, j) => j !== i))];
    const all = [own, ...others.map((key) => dot(query, key) / settings.temperature)];
    return Math.log(all.reduce((sum, x) => sum + Math.exp(x), 0)) - own;
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}

describe("image-text", () => {
  it.each(["queue", "batch and queue"] as const)(
    "is InfoNCE both ways, as its definition says, against the %s",
    async (negatives) => {
      const { start, training } = await openSmall("image-text", { negatives });
      // the momentum towers start as the trained ones, so that the pushed keys are the queries
      const { loss } = await training.run("train", { ...feedsOf("image-text"), learningRate: rate(0) });
      const after = await training.read(["queue.image", "queue.text"]);
      const [images, texts] = ["queue.image", "queue.text"].map((name) =>
        rowsOf(numbers(after[name]).slice(0, 4 * 6), 6),
      ) as [number[][], number[][]];
      const [oldImages, oldTexts] = ["queue.image", "queue.text"].map((name) =>
        rowsOf(numbers(start[name]), 6),
      ) as [number[][], number[][]];
      const wanted =
        infoNce(images, texts, oldTexts, negatives) + infoNce(texts, images, oldImages, negatives);
      expect(numbers(loss)[0]).toBeCloseTo(wanted, 4);
      expect(rowsOf(numbers(after["queue.text"]), 6).slice(4)).toEqual(oldTexts.slice(0, 2)); // the oldest leave
      await training.close();
    },
  );
  it("lets the momentum towers follow the renewed weights", async () => {
    const { start, training } = await openSmall("image-text");
    await training.run("train", { ...feedsOf("image-text"), learningRate: rate(0.1) });
    const name = "image.projection.weight";
    const now = await training.read([name, `momentum.${name}`]);
    const wanted = numbers(start[name]).map((old, k) => 0.9 * old + 0.1 * (numbers(now[name])[k] as number));
    numbers(now[`momentum.${name}`]).forEach((x, k) => void expect(x).toBeCloseTo(wanted[k] as number, 6));
    expect(numbers(now[name])).not.toEqual(numbers(start[name]));
    await training.close();
  });
});

describe("clip", () => {
  it("holds its learned temperature at a factor of 100 and starts it at the setting", async () => {
    const { start, training } = await openSmall("clip", { learnTemperature: true });
    expect(numbers(start["temperature.log"])[0]).toBeCloseTo(Math.log(5), 6);
    const { scale } = await training.run("evaluate", feedsOf("clip"));
    expect(numbers(scale)[0]).toBeCloseTo(5, 4);
    await training.write({ "temperature.log": { type: "float32", shape: [], data: Float32Array.of(9) } });
    expect(numbers((await training.run("evaluate", feedsOf("clip"))).scale)).toEqual([100]);
    await training.close();
  });
});

describe("negatives of the batch alone", () => {
  it("make image-text CLIP's loss, and leave neither momentum towers nor queues", async () => {
    const plain = await openSmall("clip");
    const { loss: wanted } = await plain.training.run("evaluate", feedsOf("clip"));
    await plain.training.close();
    for (const name of ["image-text", "image-only"] as const) {
      const { start, training } = await openSmall(name, { negatives: "batch" });
      expect(Object.keys(start).filter((key) => /^(momentum|queue)\./.test(key))).toEqual([]);
      const { loss } = await training.run("evaluate", feedsOf(name));
      if (name === "image-text") expect(loss).toEqual(wanted);
      await training.close();
    }
  });
  it("hold two views of a picture against those of the others", async () => {
    const { training } = await openSmall("image-only", { negatives: "batch" });
    const same = { ...batch, views: [batch.views[0], batch.views[0]] } as typeof batch;
    const feeds = feedBatch(same, 0, { signal: objectives["image-only"].signal, config, tokenizer, seed: 1 });
    const { viewToView } = await training.run("evaluate", feeds);
    expect(numbers(viewToView)).toEqual([1]);
    await training.close();
  });
});

describe("brain", () => {
  it("adds the squared error of the readout to CLIP's loss, as much as it is weighted", async () => {
    const of = async (name: "clip" | "brain", weight: number) => {
      const { training } = await openSmall(name, { brain: { targets: 3, weight } });
      const told = await training.run("evaluate", feedsOf(name));
      const weights = await training.read();
      await training.close();
      return {
        loss: numbers(told.loss)[0] as number,
        error: told.brainError ? (numbers(told.brainError)[0] as number) : 0,
        weights,
      };
    };
    const [clip, light, heavy] = [await of("clip", 1), await of("brain", 0.5), await of("brain", 3)];
    expect(light.loss).toBeCloseTo(clip.loss + 0.5 * light.error, 5);
    expect(heavy.loss).toBeCloseTo(clip.loss + 3 * light.error, 5);
    // the readout starts near 0, so that the error is about the responses' own squares
    const squares = responses.reduce((sum, x) => sum + x * x, 0) / responses.length;
    expect(Math.abs(light.error / squares - 1)).toBeLessThan(0.1);
    expect(light.weights["readout.weight"]?.shape).toEqual([3, 8]);
  });
  it("asks for a brain", () => {
    const { brain: _, ...without } = settings;
    expect(() => buildSteps(objectives.brain, without)).toThrow(/needs a brain/);
  });
});

describe("every signal", () => {
  const all = Object.keys(objectives) as (keyof typeof objectives)[];
  const names = process.env.SIMCORTEX_SLOW ? all : (["image-text", "text-only"] as const);
  it.each(names)("%s learns a batch by heart", async (name) => {
    const { start, training } = await openSmall(name);
    const queues = Object.fromEntries(Object.entries(start).filter(([key]) => key.startsWith("queue.")));
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      await training.write(queues); // else the batch's own older keys would stand in it
      const { loss } = await training.run("train", { ...feedsOf(name), learningRate: rate(0.02) });
      losses.push(numbers(loss)[0] as number);
    }
    expect(losses.at(-1)).toBeLessThan(0.85 * (losses[0] as number));
    await training.close();
  });
  it("starts with the same weights, byte for byte", () => {
    const starts = names.map((name) => buildSteps(objectives[name], settings).start(createRandom(1)));
    const [first] = starts as [Tensors];
    const towers = Object.keys(first).filter((name) => /^(image|text)\./.test(name));
    expect(towers.length).toBeGreaterThan(30);
    for (const start of starts) for (const name of towers) expect(start[name]).toEqual(first[name]);
  });
});

describe("accumulated gradients", () => {
  it("of the same batch twice make the step of that batch once", async () => {
    const [whole, parts] = [await openSmall("clip"), await openSmall("clip", { accumulate: 2 })];
    const feeds = feedsOf("clip");
    const { norm } = await whole.training.run("train", { ...feeds, learningRate: rate(0.01) });
    for (let k = 0; k < 2; k++) await parts.training.run("gather", feeds);
    const applied = await parts.training.run("apply", { learningRate: rate(0.01) });
    expect(numbers(applied.norm)[0]).toBeCloseTo(numbers(norm)[0] as number, 5);
    const [a, b] = [await whole.training.read(), await parts.training.read()];
    for (const name of whole.built.weights.keys())
      numbers(a[name]).forEach((x, k) => void expect(numbers(b[name])[k]).toBeCloseTo(x, 4));
    expect(Math.hypot(...numbers(b["sum.image.projection.bias"]))).toBe(0);
    await whole.training.close();
    await parts.training.close();
  });
});

describe("frozen blocks", () => {
  it("stay as they are, without moments and momentum copies", async () => {
    const { start, training } = await openSmall("image-text", { config: { ...config, frozen: 1 } });
    await training.run("train", { ...feedsOf("image-text"), learningRate: rate(0.1) });
    const after = await training.read();
    const frozen = "text.encoder.layer.0.attention.self.query.weight";
    expect(numbers(after[frozen])).toEqual(numbers(start[frozen]));
    expect(Object.keys(after).filter((name) => name.includes(frozen))).toEqual([frozen]);
    expect(numbers(after["text.projection.weight"])).not.toEqual(numbers(start["text.projection.weight"]));
    await training.close();
  });
});
