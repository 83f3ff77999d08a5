import { describe, expect, it } from "vitest";
import { parsePretrainSettings } from "./read-settings.ts";
import { learningRateAt } from "./schedule.ts";

describe("parsePretrainSettings", () => {
  it("fills in defaults", () => {
    const settings = parsePretrainSettings("data: { world: {} }");
    expect(settings).toMatchObject({ seed: 1, twins: ["image-text"], model: { preset: "brivl-tiny" } });
    expect(settings.data).toEqual({
      world: { scenes: 6000, seed: 1, alone: 0, close: 0, names: 0 },
      test: 0.2,
    });
    expect(settings.training.negatives).toBe("batch and queue");
  });
  it.each([
    [
      "seed: 1\ndata: { world: {}, shards: [a.tar] }",
      /x.yaml, line 2: data: exactly one of world, shards, captions/,
    ],
    ["data: {}", /exactly one of/],
    ["data: { world: {} }\ntwins: [image-txt]", /line 2: twins.0: .*image-text/],
    ["data: { world: {} }\ntraining:\n  stepps: 5", /line 3?.*training.*stepps/s],
    ["data: { world: {} }\ntraining: { batch: 64, queue: 32 }", /line 2: training.queue: must hold a batch/],
    [
      "data: { world: {} }\naugmentation: { crop: [1, 0.5] }",
      /line 2: augmentation.crop: \[smallest, largest\]/,
    ],
    ["data: { world: {} }\ntwins: [clip, brain]", /line 2: twins.1: brain needs a brain/],
    [
      "data: { world: {} }\nbrain: { responses: a.npy }",
      /line 2: brain.responses: rows stand for the pictures of data.captions/,
    ],
    ["data: { shards: [a.tar] }\nbrain: {}", /line 2: brain: a virtual brain sees data.world alone/],
    ["data: { world: {} }\nmodel: { twin: a, text: b }", /line 2: model.twin: brings both towers/],
    ["data: [", /line 1: not valid YAML/],
  ])("refuses %j with the line and the rule", (text, message) => {
    expect(() => parsePretrainSettings(text, "x.yaml")).toThrow(message);
  });
});

describe("learningRateAt", () => {
  const plan = { peak: 2, warmup: 4, total: 12 } as const;
  it("rises by equal steps, then falls as half a cosine", () => {
    expect([0, 1, 2, 3].map((step) => learningRateAt(step, plan))).toEqual([0.5, 1, 1.5, 2]);
    expect(learningRateAt(4, plan)).toBe(2);
    expect(learningRateAt(8, plan)).toBeCloseTo(1, 12);
    expect(learningRateAt(12, plan)).toBeCloseTo(0, 12);
    expect(learningRateAt(12, { ...plan, floor: 0.1 })).toBeCloseTo(0.2, 12);
  });
});
