import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features } from "../core/index.ts";
import { config, start } from "../models/export.fixture.ts";
import { towerOf, writeBrivlFolder } from "../models/index.ts";
import { objectives } from "../pretrain/objectives.ts";
import { buildSteps } from "../pretrain/steps.ts";
import { unmatchedBetween } from "./compare.ts";
import { openTower } from "./open-tower.ts";
import { planActivations } from "./plan-activations.ts";
import { readModels, type StudyModel } from "./read-model.ts";
import { parseSettings } from "./read-settings.ts";
import { drawTower } from "./untrained-twin.ts";

let folder = "";
/** `a` and `b` have the same sizes, `wide` has others, `none` was never trained. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-untrained-"));
  const wide = { ...config, text: { ...config.text, inner: 48 } };
  for (const [name, sizes, signal] of [
    ["a", config, "image-text"],
    ["b", config, "text-only"],
    ["wide", wide, "image-text"],
    ["none", config, "untrained"],
  ] as const) {
    const metadata = { signal, seed: "1", steps: signal === "untrained" ? "0" : "9", data: "world 1" };
    await writeBrivlFolder(join(folder, name), { config: sizes, weights: start(sizes, 1) }, { metadata });
    writeFileSync(join(folder, name, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncat\ndog\n");
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings = (models: string, more = "") =>
  parseSettings(`
title: t
question: q
seed: 4
design: stimulus-rows
participants: [p]
runs: [{ id: s, samples: 2 }]
responses: { file: y.npy }
regions: { names: [A] }
features: { x: { ready: { file: x.npy } } }
stimuli: { sentences: { file: read.csv } }
outer: { folds: 2 }
models: ${models}
${more}`);
const read = (models: string, more = "") => readModels(settings(models, more), folder);

describe("the untrained twin that a study makes", () => {
  it("has the weights that simcortex pretrain starts from with the same seed", () => {
    const trained = buildSteps(objectives["image-text"], {
      config,
      batch: 2,
      accumulate: 1,
      queue: 2,
      temperature: 0.2,
      negatives: "batch",
      learnTemperature: false,
      momentum: 0.9,
      clip: 1,
      weightDecay: 0,
      beta2: 0.98,
      deviation: 0.02,
    }).start(createRandom(4));
    for (const tower of ["image", "text"] as const)
      for (const [name, { data }] of Object.entries(drawTower(towerOf(config, tower), 4)))
        expect(trained[name]?.data, name).toEqual(data);
  });
  it("is made once for models of the same sizes, as a control, and is not where one is brought or the settings say no", async () => {
    const names = async (models: string, more = "") =>
      (await read(models, more)).map(({ name, control }) => `${name}${control ? "*" : ""}`);
    const pair = "a: { folder: a }, b: { folder: b }";
    expect(await names(`{ ${pair} }`)).toEqual(["a", "b", "untrained*"]);
    expect(await names(`{ ${pair}, wide: { folder: wide } }`)).toEqual([
      "a",
      "b",
      "wide",
      "untrained a*",
      "untrained wide*",
    ]);
    expect(await names(`{ ${pair}, start: { folder: none, control: true } }`)).toEqual(["a", "b", "start*"]);
    expect(await names(`{ ${pair} }`, "controls: { untrained: false }")).toEqual(["a", "b"]);
    expect(await names(`{ ${pair} }`, "controls: false")).toEqual(["a", "b"]);
  });
  it("answers the same stimuli with other numbers than its twin, has a key of its own, and tells that its start is another", async () => {
    const [a, twin] = (await read("{ a: { folder: a } }")) as [StudyModel, StudyModel];
    const [own] = twin.towers;
    expect(twin.description).toBe("made for this study: sizes of a, weights drawn from seed 4");
    expect(unmatchedBetween(a, twin)).toEqual(["seed"]);
    const shown = { pictures: [], sentences: ["cat", "dog cat"], events: [] };
    const { steps } = planActivations([a, twin], shown, settings("{ a: { folder: a } }"));
    expect(steps).toHaveLength(2);
    expect(steps[1]?.payload?.()).toMatchObject({ drawn: 4 });
    const show = async (place: Parameters<typeof openTower>[0]) =>
      (await (await openTower(place)).show(shown.sentences, { pooling: "mean", layers: [2] }))
        .layers[0] as Features;
    const [before, after] = [await show(a.towers[0] as never), await show(own as never)];
    expect([after.rows, after.cols]).toEqual([before.rows, before.cols]);
    expect([...after.data]).not.toEqual([...before.data]);
    expect([...(await show(own as never)).data]).toEqual([...after.data]);
  });
});
