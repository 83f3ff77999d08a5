import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Responses } from "../core/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { openBrain } from "./brain.ts";
import { compareOnStimuli } from "./controversial.ts";
import { fitBrain } from "./fit-brain.ts";
import { packBrain } from "./pack-brain.ts";
import { approximateWeights, weightsError } from "./pack-weights.ts";
import { applyPipeline } from "./pipeline.ts";
import { percentileOf, predict } from "./predict.ts";
import { type BrainData, type Presentation, presentOnce, windowOf } from "./study-data.ts";
import { driveOf, rankOf, tuneTags } from "./tuning.ts";

const options = { delays: [1, 2, 3], tr: 2, seconds: 2, window: [4, 8] as const };

describe("presentOnce", () => {
  it("by hand: 2 s at TR 2 s cover one volume, so the window's volumes 2 and 3 see delays 2 and 3", () => {
    const delayed = { data: [1, 10, 100], cols: 1, columns: 1 };
    expect([...presentOnce(delayed, options)]).toEqual([55]);
    expect([...presentOnce(delayed, { ...options, seconds: 3 })]).toEqual([55 + 0.5 * 5.5]); // half of volume 1 too: delays 1 and 2
  });
  it("windowOf takes volumes that begin in the window, and none where the run ends before", () => {
    expect(windowOf({ onset: 1 }, { samples: 10 }, 2, [4, 8])).toEqual([3, 5]);
    expect(windowOf({ onset: 1 }, { samples: 4 }, 2, [4, 8])).toBeNull();
  });
});

/** Two senses of three numbers each; region "seen" answers to pictures, "read" to sentences, "silent" to nothing. */
function makeStudy() {
  const random = createRandom(11);
  const [runs, tr, samples, each] = [6, 2, 90, 22];
  const stimuli = runs * each;
  const X = (): Features =>
    matrix(
      ["samples", "features"],
      stimuli,
      3,
      Float64Array.from({ length: stimuli * 3 }, () => random.normal()),
    );
  const layers = { picture: X(), sentence: X() };
  const presentations = Array.from(
    { length: stimuli },
    (_, k): Presentation => ({
      run: Math.floor(k / each),
      sense: [0, 1, 4].includes(Math.floor(k / each)) ? "picture" : "sentence", // runs 2, 3 and 5: sentences
      onset: 4 + 7.5 * (k % each),
      duration: 2,
      stimulus: k,
    }),
  );
  const weights = Array.from({ length: 9 }, () => [1 + random.normal(), random.normal(), random.normal()]);
  const list = Array.from({ length: runs }, (_, r) => ({
    id: `run-${r}`,
    role: r < 4 ? ("train" as const) : ("test" as const),
    samples,
    repeats: r < 4 ? 1 : 4,
  }));
  const respond = (r: number): Responses => {
    const data = Float64Array.from({ length: samples * 9 }, () => 0.7 * random.normal());
    for (const { run, sense, onset, stimulus } of presentations)
      for (let t = 0; t < 9; t++) {
        if (run !== r || t % 3 !== (sense === "picture" ? 0 : 1)) continue;
        const drive = [0, 1, 2].reduce(
          (sum, c) => sum + (weights[t]?.[c] ?? 0) * (layers[sense].data[stimulus * 3 + c] ?? 0),
          1,
        );
        for (const [lag, height] of [
          [2, 0.6],
          [3, 1],
        ] as const) {
          const at = Math.floor(onset / tr) + lag;
          if (at < samples) data[at * 9 + t] = (data[at * 9 + t] ?? 0) + height * drive;
        }
      }
    return matrix(["samples", "targets"], samples, 9, data);
  };
  const data: BrainData = {
    tr,
    runs: list,
    presentations,
    regions: ["seen", "read", "silent"].map((name) => ({ name, description: "" })),
    regionOf: Int32Array.from({ length: 9 }, (_, t) => t % 3),
    people: ["A", "B"].map((id) => ({
      id,
      responses: list.map((run, r) => Array.from({ length: run.repeats }, () => respond(r))),
    })),
  };
  return { data, layers };
}

describe("fitBrain, packBrain and predict", async () => {
  const { data, layers } = makeStudy();
  const linalg = await openLinalg({ where: "here" });
  const sense = (X: Features) => ({ layers: [{ name: "truth", X }], use: [0] });
  const model = {
    id: "knows",
    label: "knows",
    description: "",
    role: "multimodal" as const,
    senses: { picture: sense(layers.picture), sentence: sense(layers.sentence) },
  };
  const how = {
    linalg,
    random: createRandom(1),
    alphas: [1, 10, 100],
    delays: [1, 2, 3, 4],
    components: 3,
    folds: 2,
    seconds: { picture: 2, sentence: 2 },
    window: [4, 8] as const,
    coverage: 0.9,
    level: 0.05,
    draws: 300,
  };
  const fitted = await fitBrain(data, [model], how);
  const encoder = {
    bytes: Uint8Array.of(1),
    inputs: { images: "images" },
    layers: [0],
    layer: "truth",
    sentence: "",
  };
  const pack = (lowRank?: Parameters<typeof packBrain>[1]["lowRank"]) =>
    packBrain(fitted, {
      title: "t",
      question: "q",
      card: { license: "CC0-1.0", attribution: "", provenance: {}, limits: [] },
      library: { pictures: [], sentences: [] },
      encoders: { knows: { picture: encoder, sentence: encoder } },
      surface: null,
      files: {},
      unit: "SD of a run",
      random: createRandom(2),
      ...(lowRank && { lowRank }),
    });
  const [own] = fitted.models;
  if (own === undefined) throw new Error("no model");
  const encoded = async (kind: "picture" | "sentence") => {
    const place = own.senses.findIndex((one) => one.sense === kind);
    const { features, distance } = await applyPipeline(
      layers[kind],
      own.senses[place]?.pipeline as (typeof own.senses)[number]["pipeline"],
      linalg,
    );
    return {
      sense: kind,
      count: features.rows,
      features: Float32Array.from(features.data),
      distance: Float32Array.from(distance),
      truncated: [],
    };
  };

  it("keeps what is predicted and nothing of the silent region; unique variance stands where a sense drives", () => {
    const kept = [0, 1, 2].map(
      (region) => [...own.mask].filter((one, k) => one === 1 && k % 3 === region).length,
    );
    expect(kept[0]).toBeGreaterThanOrEqual(8); // of 9: 3 people × 3 targets
    expect(kept[1]).toBeGreaterThanOrEqual(8);
    expect(kept[2]).toBe(0);
    const picture = own.senses.find((one) => one.sense === "picture");
    expect(picture?.unique[0]).toBeGreaterThan(0.2);
    expect(Math.abs(picture?.unique[1] ?? 1)).toBeLessThan(0.05);
  });
  it("intervals hold about 90 % of single responses of runs that nothing was fitted to", () => {
    for (const { measured } of own.senses) {
      expect(measured.share).toBeGreaterThan(0.86); // 22 presentations × 27 targets and people, 4 repeats each, correlated
      expect(measured.share).toBeLessThan(0.94);
    }
  });
  it("predict is [1, features] times the stored weights, within the error that the manifest states", async () => {
    const files = await pack();
    const brain = await openBrain(async (file) => files.get(file) as Uint8Array);
    const stimuli = await encoded("picture");
    const { responses, mask, percentile, warnings } = await predict(brain, stimuli, {
      model: "knows",
      person: "A",
    });
    const [from] = own.senses.find((one) => one.sense === "picture")?.columns ?? [0];
    const error = brain.manifest.models[0]?.weightsError?.largest ?? 0;
    for (const i of [0, 7]) {
      const t = 3;
      const at = (9 + t) * own.columns + from;
      const x = [1, ...stimuli.features.subarray(3 * i, 3 * i + 3)];
      const expected = x.reduce((sum, value, c) => sum + value * (own.weights[at + c] ?? 0), 0);
      expect(Math.abs((responses[i * 9 + t] ?? 0) - expected)).toBeLessThanOrEqual(1.2 * error + 1e-6);
    }
    expect([...mask]).toEqual([...own.mask.subarray(9, 18)]);
    expect(percentile).toHaveLength(stimuli.count);
    expect(warnings.join(" ")).toMatch(/^$|unlike anything/);
    const far = {
      ...stimuli,
      count: 1,
      features: stimuli.features.slice(0, 3),
      distance: Float32Array.of(99),
    };
    expect((await predict(brain, far, { model: "knows" })).warnings[0]).toMatch(
      /unlike anything this brain was fitted on/,
    );
  });
  it("low-rank weights of full rank are the weights; of a smaller rank the error is told", async () => {
    const low = await approximateWeights(own, 3, 2, linalg);
    const files = await pack({ knows: low });
    const brain = await openBrain(async (file) => files.get(file) as Uint8Array);
    const stated = brain.manifest.models[0]?.weightsError?.largest ?? 0;
    expect(stated).toBeGreaterThan(weightsError(own, null));
    const { data: joined, columns } = await brain.weights("knows");
    expect(columns).toBe(own.columns);
    const full = await approximateWeights(own, 3, 99, linalg);
    expect(weightsError(own, full)).toBeLessThan(0.01);
    expect(joined).toHaveLength(own.weights.length);
  });
  it("refuses models, people and senses that are not there, and features of another encoder", async () => {
    const files = await pack();
    const brain = await openBrain(async (file) => files.get(file) as Uint8Array);
    const stimuli = await encoded("sentence");
    await expect(predict(brain, stimuli, { model: "other" })).rejects.toThrow(
      /no model "other"; the brain has knows/,
    );
    await expect(predict(brain, stimuli, { model: "knows", person: "Z" })).rejects.toThrow(/has mean, A, B/);
    await expect(
      predict(brain, { ...stimuli, features: new Float32Array(5) }, { model: "knows" }),
    ).rejects.toThrow(/has 3 features of this sense; got 5/);
  });
  it("driveOf averages trusted targets only, and refuses a region without any", async () => {
    const files = await pack();
    const brain = await openBrain(async (file) => files.get(file) as Uint8Array);
    const prediction = await predict(brain, await encoded("picture"), { model: "knows" });
    const region = (place: number) => Uint8Array.from({ length: 9 }, (_, t) => (t % 3 === place ? 1 : 0));
    const { values } = driveOf(prediction, region(0));
    const best = rankOf(values)[0] ?? -1;
    expect(values[best]).toBe(Math.max(...values));
    expect(() => driveOf(prediction, region(2))).toThrow(
      /none of these targets is predicted better than chance/,
    );
    const tags = Array.from(values, (value) => [value > 1 ? "strong" : "weak"]);
    const [first] = tuneTags(driveOf(prediction, region(0)), tags, { random: createRandom(3), draws: 100 });
    expect(first?.tag).toBe("strong");
    const { disagreement } = compareOnStimuli(prediction, prediction, region(0));
    expect(Math.max(...disagreement)).toBe(0);
  });
  it("the same brain gives the same bytes", async () => {
    const [a, b] = [await pack(), await pack()];
    expect([...a.keys()]).toEqual([...b.keys()]);
    for (const [file, bytes] of a) expect(Buffer.compare(bytes, b.get(file) as Uint8Array), file).toBe(0);
  });
  it("refuses folds that leave no training run of a sense", async () => {
    const swapped = data.presentations.map((one) => ({
      ...one,
      sense: one.run % 2 === 0 ? ("picture" as const) : ("sentence" as const),
    }));
    await expect(fitBrain({ ...data, presentations: swapped }, [model], how)).rejects.toThrow(
      /fold 1 of 2 has no training run with pictures/,
    );
  });
  it("needs training and test runs", async () => {
    const none = { ...data, runs: data.runs.map((run) => ({ ...run, role: "train" as const })) };
    await expect(fitBrain(none, [model], how)).rejects.toThrow(
      /at least two training runs and a test run; got 6 and 0/,
    );
  });
});

it("percentileOf interpolates, 0 below and 100 above all", () => {
  const distances = Array.from({ length: 101 }, (_, k) => 2 * k);
  expect([-1, 0, 3, 200, 999].map((d) => percentileOf(distances, d))).toEqual([0, 0, 1.5, 100, 100]);
});
