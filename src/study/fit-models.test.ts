import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Responses, takeRows } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { correlate } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import { type FitInput, fitModel } from "./fit-model.ts";
import { type Fits, planFits } from "./fit-models.ts";
import { planFolds, planModels } from "./plan.ts";
import { parseSettings } from "./read-settings.ts";

const [layers, samples, targets, count] = [12, 40, 60, 4];
const random = createRandom(21).stream("layers");
const noise = <C extends string>(axis: C, cols: number) =>
  matrix(
    ["samples", axis] as const,
    samples,
    cols,
    Float64Array.from({ length: samples * cols }, () => random.normal()),
  );
const X = Array.from({ length: layers }, () =>
  Array.from({ length: count }, (): Features => noise("features", 3)),
);
const Y = Array.from({ length: count }, (): Responses => noise("targets", targets));
const settings = parseSettings(`
title: t
question: q
tr: 2
participants: [p]
runs: [{ id: r, samples: ${samples}, count: ${count} }]
responses: { file: y.npy }
regions: { names: [A] }
features: { layered: { ready: { file: "x-{layer}.npy" } } }
layers: { from: 1, to: ${layers} }
outer: { folds: ${count} }
fit: { alphas: { from: 0.01, to: 1, count: 2 }, inner: { folds: 3 }, dtype: float64 }`);

/** Layers of noise, and responses that are noise: whatever is chosen, nothing can be predicted. */
const data = {
  runs: Y.map((_, r) => ({ id: `r${r}`, role: "train", samples, repeats: 1 })),
  spaces: [{ name: "layered", description: "", control: false, joint: true, delays: [0], pca: null }],
  layers: X.map((_, k) => String(k)),
  regions: ["A"],
  stimuli: [{ spaces: [X] }],
  people: [
    {
      id: "p",
      stimuli: 0,
      responses: Y.map((own) => [own]),
      regionOf: new Int32Array(targets),
      constant: [],
    },
  ],
  groups: null,
} as unknown as StudyData;
const folds = planFolds(data, settings);
let inputs: FitInput[] = [];
let fits: Fits;
beforeAll(async () => {
  const { steps, collect } = planFits(data, settings, planModels(data.spaces), folds, {
    random,
    backend: "reference",
  });
  inputs = steps.map((step) => (step.payload as () => FitInput)());
  const linalg = createReferenceLinalg();
  const out = [];
  for (const input of inputs) out.push(await fitModel(input, linalg));
  fits = collect(out);
});

describe("the layer of a model", () => {
  it("is chosen on training rows: the best of 12 layers of noise predicts nothing on held-out rows", () => {
    const rs = folds.flatMap(({ test }, f) => {
      const whole = takeRows(
        Y[f] as Responses,
        Int32Array.from({ length: samples }, (_, i) => i),
      );
      expect([...test]).toEqual(Array.from({ length: samples }, (_, i) => f * samples + i));
      return [...correlate(whole, fits.of(0, f, 0).predicted)];
    });
    const mean = rs.reduce((a, b) => a + b, 0) / rs.length;
    // 240 r of 40 samples: standard error .010; the best of 12 layers on the held-out rows would reach .26
    expect(Math.abs(mean)).toBeLessThan(0.035);
    const chosen = new Set(folds.flatMap((_, f) => [...fits.of(0, f, 0).layer]));
    expect(chosen.size).toBeGreaterThan(8);
  });
  it("could not be chosen otherwise: a fit is handed no response of a held-out row", () => {
    for (const [f, { Y: own, train, test, inner }] of inputs.entries()) {
      expect(own.rows).toBe(train.length);
      expect([...train].filter((row) => test.includes(row))).toEqual([]);
      const held = new Set([...(Y[f] as Responses).data]);
      expect([...own.data].some((value) => held.has(value))).toBe(false);
      for (const fold of inner) {
        for (const row of [...fold.train, ...fold.test]) expect(row).toBeLessThan(train.length);
        expect([...fold.train].filter((row) => fold.test.includes(row))).toEqual([]);
      }
    }
  });
});
