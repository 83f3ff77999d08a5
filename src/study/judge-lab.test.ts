import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { spaceAlphas } from "../encoding/index.ts";
import { type Linalg, openLinalg } from "../linalg/index.ts";
import {
  applyPipeline,
  type Brain,
  type FittedBrain,
  fitBrain,
  openBrain,
  packBrain,
  predict,
} from "../simulator/index.ts";
import type { Caption, Scene } from "../stimuli/index.ts";
import { attributeModel, pictureAttributes, sentenceAttributes } from "./attribute-model.ts";
import { judgeLab, type PredictLab } from "./judge-lab.ts";
import { makeLabBrain } from "./lab-brain.ts";
import { parseSettings } from "./read-settings.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;

/** A laboratory long enough for every region to be predicted, fitted with the planted attributes: what is left to judge is the simulator. */
describe.runIf(slow)("experiments in the virtual laboratory", () => {
  const settings = parseSettings(
    "title: t\nquestion: q\nseed: 1\ntr: 2\nvirtual: { people: 4, runs: 8, samples: 160, repeats: 6, targets: 10 }\nfit: { alphas: { from: 1, to: 10, count: 2 }, inner: { folds: 2 } }\n",
    "test",
  );
  let linalg: Linalg;
  let fitted: FittedBrain;
  let brain: Brain;
  const seconds = { picture: 2, sentence: 3 } as const;

  beforeAll(async () => {
    linalg = await openLinalg();
    const { data, stimuli } = makeLabBrain(settings);
    fitted = await fitBrain(data, [attributeModel(stimuli)], {
      linalg,
      random: createRandom(1),
      alphas: spaceAlphas(1, 1e5, 11),
      delays: [1, 2, 3, 4],
      components: 26,
      folds: 4,
      seconds,
      window: [4, 8],
      coverage: 0.9,
      level: 0.05,
      draws: 1000,
    });
    const encoder = {
      bytes: new Uint8Array(1),
      inputs: {},
      layers: [0],
      layer: "attributes",
      sentence: "attributes",
    };
    const files = await packBrain(fitted, {
      title: "t",
      question: "q",
      card: { license: "CC0-1.0", attribution: "", provenance: {}, limits: [] },
      library: { pictures: [], sentences: [] },
      encoders: { attributes: { picture: encoder, sentence: encoder } },
      surface: null,
      files: {},
      unit: "SD of a run",
      random: createRandom(2),
    });
    brain = await openBrain(async (file) => files.get(file) as Uint8Array);
  }, 300_000);
  afterAll(() => linalg.close());

  const predictWith =
    (person: string): PredictLab =>
    async (sense, list) => {
      const X =
        sense === "picture"
          ? pictureAttributes(list as readonly Scene[])
          : sentenceAttributes(list as readonly Caption[]);
      const { pipeline } = fitted.models[0]?.senses.find((one) => one.sense === sense) ?? {};
      if (pipeline === undefined) throw new Error("no such sense");
      const { features, distance } = await applyPipeline(X, pipeline, linalg);
      const encoded = {
        sense,
        count: list.length,
        features: Float32Array.from(features.data),
        distance: Float32Array.from(distance),
        truncated: [],
      };
      return predict(brain, encoded, { model: "attributes", person });
    };

  it("intervals hold 88 to 92 % of single responses in runs that nothing was fitted to", () => {
    for (const { measured, responses } of brain.manifest.intervals.coverage) {
      expect(responses).toBeGreaterThan(50_000);
      expect(measured).toBeGreaterThanOrEqual(0.88);
      expect(measured).toBeLessThanOrEqual(0.92);
    }
  });

  it("the mask keeps no target of the silent region and most of all others", () => {
    const { data, models } = fitted;
    const silent = data.regions.findIndex(({ name }) => name === "silent");
    const kept = [...(models[0]?.mask ?? [])].map(
      (one, k) => [one, data.regionOf[k % data.regionOf.length] === silent] as const,
    );
    expect(kept.filter(([one, isSilent]) => one === 1 && isSilent)).toHaveLength(0);
    const others = kept.filter(([, isSilent]) => !isSilent);
    expect(others.filter(([one]) => one === 1).length / others.length).toBeGreaterThan(0.7);
  });

  it("the localiser of each planted region finds it (Dice at least .7), and predictions follow the truth", async () => {
    const judged = await judgeLab(settings, predictWith("mean"), {
      regionOf: fitted.data.regionOf,
      regions: fitted.data.regions.map(({ name }) => name),
      presentation: { window: [4, 8], seconds },
    });
    for (const { region, dice, r, driving } of judged.filter((one) => one.region !== "silent")) {
      expect.soft(dice, region).toBeGreaterThanOrEqual(0.7);
      for (const value of r) if (Number.isFinite(value)) expect.soft(value, region).toBeGreaterThan(0.85);
      for (const value of driving) if (Number.isFinite(value)) expect.soft(value, region).toBeGreaterThan(80);
    }
    expect(judged.filter(({ localised }) => localised > 0)).toHaveLength(7);
  }, 120_000);
});
