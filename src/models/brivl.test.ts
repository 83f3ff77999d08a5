import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { gradients, input, mean, mul, type Value } from "../graph/index.ts";
import {
  type BrivlConfig,
  brivl,
  brivlConfigs,
  collectWeights,
  isDecayed,
  reuseWeights,
  startWeights,
  trainableWeights,
} from "./index.ts";

function build(config: BrivlConfig, batch: number | string = 2) {
  const { image, tokens } = config;
  const inputs = {
    images: input("images", "float32", [batch, image.channels, ...image.size]),
    tokens: input("tokens", "int64", [batch, tokens]),
    mask: input("mask", "float32", [batch, tokens]),
  };
  const { weights, made } = collectWeights("float32");
  return { inputs, made, towers: brivl(inputs, weights, config) };
}

const countOf = (values: Iterable<Value>) =>
  Array.from(values).reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * Number(b), 1), 0);
const base = build(brivlConfigs["brivl-base"], "batch");
const tiny = build(brivlConfigs["brivl-tiny"]);

describe("brivl", () => {
  it("has at base the sizes of ViT-B/16 at 384 px and BERT-base without pooler, and two projections", () => {
    const part = (prefix: string) =>
      countOf(Array.from(base.made).flatMap(([name, v]) => (name.startsWith(prefix) ? [v] : [])));
    const projection = 768 * 256 + 256;
    expect(part("image.")).toBe(86_090_496 + projection); // timm: vit_base_patch16_384 86,859,496 less its head 769,000
    expect(part("text.")).toBe(109_482_240 - (768 * 768 + 768) + projection); // Hugging Face: BertModel 109,482,240 with pooler
    expect(base.towers.image.layers.map(({ shape }) => shape)).toEqual(Array(13).fill(["batch", 577, 768]));
    expect(base.towers.text.last.shape).toEqual(["batch", 80, 768]);
    expect(base.towers.text.embedding.shape).toEqual(["batch", 256]);
  });

  it("leaves at base the upper six blocks of both towers, the final norm and the projections to be trained", () => {
    const names = trainableWeights(base.made, brivlConfigs["brivl-base"]).map(
      ({ attributes }) => (attributes as { name: string }).name,
    );
    const block = 12 * 768 ** 2 + 13 * 768;
    const trained = trainableWeights(base.made, brivlConfigs["brivl-base"]);
    expect(countOf(trained)).toBe(12 * block + 2 * 768 + 2 * (768 * 256 + 256));
    expect(names.filter((name) => /embeddings|layer\.[0-5]\./.test(name))).toEqual([]);
    expect(names).toContain("image.encoder.layer.6.layernorm_before.weight");
  });

  it("is small enough at tiny that four models of the twins family, three times both towers, fill 8 MB at most as float16", () => {
    expect(3 * 2 * countOf(tiny.made.values())).toBeLessThan(8e6);
    expect(trainableWeights(tiny.made, brivlConfigs["brivl-tiny"])).toHaveLength(tiny.made.size);
  });

  it("can be differentiated in every weight", () => {
    const { image, text } = tiny.towers;
    const all = [...tiny.made.values()];
    const found = gradients(mean(mul(image.embedding, text.embedding)), all);
    expect(found.map(({ shape }) => shape)).toEqual(all.map(({ shape }) => shape));
    expect(found.filter((gradient) => gradient.operator.name === "constant")).toEqual([]);
  });

  it("takes the same weights again, and refuses others", () => {
    const again = brivl(tiny.inputs, reuseWeights(tiny.made), brivlConfigs["brivl-tiny"]);
    expect(again.image.last.inputs[1]).toBe(tiny.towers.image.last.inputs[1]);
    const wider = { ...brivlConfigs["brivl-tiny"], project: 32 };
    expect(() => brivl(tiny.inputs, reuseWeights(tiny.made), wider)).toThrow(
      'weights: "image.projection.weight" is [96, 96]; it was asked for as [32, 96].',
    );
    expect(() => brivl(tiny.inputs, reuseWeights(new Map()), wider)).toThrow(
      'reuseWeights: there is no weight "image.embeddings.patch_embeddings.projection.weight".',
    );
  });
});

describe("startWeights", () => {
  const start = startWeights(tiny.made, createRandom(4));

  it("draws matrices and embeddings from a normal distribution of .02 cut at .04", () => {
    const { data } = start["text.embeddings.word_embeddings.weight"] as { data: Float32Array };
    const square = data.reduce((sum, x) => sum + x * x, 0) / data.length;
    expect(Math.sqrt(square)).toBeCloseTo(0.02 * 0.8796, 3); // deviation of the normal cut at 2: √(1 − 4 φ(2) / (2Φ(2) − 1))
    expect(data.every((x) => Math.abs(x) <= 0.04)).toBe(true);
  });

  it("sets scales of norms to 1 and biases to 0, which AdamW does not decay", () => {
    const plain = Object.keys(start).filter((name) => !isDecayed(name));
    expect(plain).toHaveLength(2 * 4 * (6 + 4) + 7);
    for (const name of plain)
      expect(new Set(start[name]?.data)).toEqual(new Set([name.endsWith("bias") ? 0 : 1]));
  });

  it("gives a weight the same numbers whatever else is made", () => {
    const only = new Map([...tiny.made].filter(([name]) => name.startsWith("text.")));
    expect(startWeights(only, createRandom(4))["text.projection.weight"]).toEqual(
      start["text.projection.weight"],
    );
    expect(startWeights(only, createRandom(5))["text.projection.weight"]).not.toEqual(
      start["text.projection.weight"],
    );
  });
});
