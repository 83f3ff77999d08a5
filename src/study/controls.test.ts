import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix } from "../core/index.ts";
import type { Step } from "../engine/index.ts";
import { addControls } from "./controls/add-controls.ts";
import { lookAt, lookWidth } from "./controls/look.ts";
import { permuteRows } from "./controls/permute-rows.ts";
import { type LookRuns, planLook } from "./controls/plan-look.ts";
import type { ShownPicture, StudyData, StudyRun } from "./data.ts";
import { planModels, stretchesOf } from "./plan.ts";
import { parseSettings } from "./read-settings.ts";

const runs: StudyRun[] = [30, 24].map((samples, k) => ({ id: `r${k}`, role: "train", samples, repeats: 1 }));
const ones = (rows: number): Features =>
  matrix(["samples", "features"], rows, 1, new Float64Array(rows).fill(1));
const data = (groups: number[] | null = null): StudyData =>
  ({
    runs,
    spaces: [{ name: "x", description: "", control: false, joint: true, delays: [1, 2], pca: null }],
    stimuli: [{ spaces: [[runs.map(({ samples }) => ones(samples))]] }],
    groups: groups && Int32Array.from(groups),
    notes: [],
    warnings: [],
  }) as unknown as StudyData;
const settings = (more: string) =>
  parseSettings(`
title: t
question: q
participants: [p]
runs: [{ id: r, samples: 30 }]
responses: { file: y.npy }
regions: { names: [A] }
features: { x: { ready: { file: x.npy } } }
${more}`);
const series = "tr: 2\nouter: { folds: 2, gap: 4 }\n";

const add = (more: string, own = data(), look: LookRuns | null = null) =>
  addControls(own, settings(more), look, createRandom(1));

describe("addControls", () => {
  it("adds OASM, position and permuted pairs, each alone; with whole runs held out OASM is the model without any space", () => {
    const { spaces, notes } = add(series);
    expect(spaces.map(({ name, joint, control }) => [name, joint, control])).toEqual([
      ["x", true, false],
      ["OASM", false, true],
      ["position", false, true],
      ["permuted pairs", false, true],
    ]);
    expect(planModels(spaces)).toMatchObject({ joint: 0, alone: [0, -1, 1, 2] });
    expect(spaces[2]?.delays).toEqual([1, 2]);
    expect(notes.join("\n")).toMatch(/OASM: no run is both learned from and held out.*R² 0/);
  });
  it("fits OASM where folds cut runs, in widths up to the run", () => {
    const { spaces, stimuli } = add("tr: 2\nouter: { folds: 3, gap: 4 }\n");
    expect(spaces[1]?.predictsMean).toBeUndefined();
    const oasm = stimuli[0]?.spaces[1] ?? [];
    expect(oasm).toHaveLength(6); // .5 to 16 samples
    expect(oasm[0]?.map(({ rows }) => rows)).toEqual([30, 24]);
  });
  it("adds nothing where controls are off, and warns", () => {
    const { spaces, warnings } = add(`${series}controls: false`);
    expect(spaces.map(({ name }) => name)).toEqual(["x"]);
    expect(warnings).toEqual([
      "Controls that run by themselves are off by the settings: OASM, position, permuted pairs. Nothing here says whether a model without content would do as well.",
    ]);
  });
  it("switches off one by one, with a warning, and refuses a study's own space of the same name", () => {
    const some = add(`${series}controls: { position: false }`);
    expect(some.spaces.map(({ name }) => name)).toEqual(["x", "OASM", "permuted pairs"]);
    expect(some.warnings.join()).toMatch(/off by the settings: position\./);
    const own = data();
    const named = { ...own, spaces: own.spaces.map((space) => ({ ...space, name: "OASM" })) };
    expect(() => add(series, named)).toThrow(/"OASM" is the name of a control that runs by itself/);
  });
  it("counts words and letters where sentences are known, and place in the group", () => {
    const groups = Array.from({ length: 54 }, (_, i) => Math.floor(i / 3));
    const list = { names: groups.map((_, i) => (i % 2 ? "two words" : "one")), hashes: [], texts: true };
    const own = { ...data(groups), stimulusList: list };
    const { stimuli, spaces } = add("design: stimulus-rows\nouter: { folds: 2 }\n", own);
    const X = stimuli[0]?.spaces[2]?.[0]?.[0] as Features;
    // "one" and "two words" in turn: each word 27 times, so that all are equally frequent
    expect([...X.data.slice(0, 12)]).toEqual([-1, -1, 1, 1, 3, 0, -27 / 29, 0, -0.5, 2, 4, 0]);
    expect(spaces[2]?.description).toBe(
      "place in the run, place in the group (to the second degree), words, letters a word, log frequency of the words in this study's own text",
    );
  });
  it("counts words, letters and frequencies of a TextGrid's words in the sample in which they begin", () => {
    const word = (text: string, onset: number) => ({ text, onset, duration: 0.3 });
    const words = [[word("the", 0.1), word("The,", 1.2), word("cat", 2.5)], [word("the", 3)]];
    const own: StudyData = { ...data(), words };
    const { stimuli, spaces } = add(series, own);
    expect(spaces[2]?.description).toMatch(/words a sample, their letters, log frequency/);
    const rows = (run: number) => {
      const X = stimuli[0]?.spaces[2]?.[0]?.[run] as Features;
      return Array.from({ length: 3 }, (_, i) => [...X.data.slice(i * 7 + 4, i * 7 + 7)]);
    };
    const mean = (3 * Math.log(3)) / 4; // three of "the", one "cat"
    const [the, cat] = [Math.log(3) - mean, -mean];
    expect(rows(0).map((row) => row.map((x) => x.toFixed(6)))).toEqual(
      [
        [2, 6, 2 * the],
        [1, 3, cat],
        [0, 0, 0],
      ].map((row) => row.map((x) => x.toFixed(6))),
    );
    expect(rows(1)[1]?.slice(0, 2)).toEqual([1, 3]);
  });
  it("says that nothing names the stimuli, where no control space was declared, and that no twin can be made of ready-made layers", () => {
    expect(add(series).warnings.join()).toMatch(/Nothing names the stimuli.*motion energy/);
    const own = data();
    const declared = { ...own, spaces: own.spaces.map((space) => ({ ...space, control: true })) };
    expect(add(series, declared).warnings).toEqual([]);
    const ready = settings(series.concat("layers: { from: 1, to: 3 }"));
    const layered = {
      ...ready,
      features: { net: { ...ready.features?.x, ready: { file: "l{layer}.npy", drop: 0 } } },
    } as typeof ready;
    const { warnings } = addControls(declared, layered, null, createRandom(1));
    expect(warnings.join()).toMatch(/No untrained twin was fitted of net: activations come ready-made/);
  });
});

describe("the control of low-level vision", () => {
  const picture = (name: string, value: (x: number, y: number) => number) => ({
    name,
    sha256: name,
    picture: {
      width: 96,
      height: 96,
      data: Uint8Array.from({ length: 3 * 96 * 96 }, (_, k) => {
        const pixel = Math.floor(k / 3);
        return value(pixel % 96, Math.floor(pixel / 96));
      }),
    },
  });
  const stripes = picture("stripes", (x) => 128 + 60 * Math.cos((2 * Math.PI * 8 * x) / 96));
  const payloadOf = (steps: readonly Step[]) => (steps[0] as Step).payload?.() as ShownPicture[];
  const grey = picture("grey", () => 128);
  const bright = picture("bright", () => 255);
  it("knows luminance, contrast and where the energy lies, and nothing of an even picture but its luminance", async () => {
    const { X, broken } = await lookAt([grey, bright, stripes]);
    expect(broken).toEqual([]);
    const row = (k: number) => [...X.data.slice(k * lookWidth, (k + 1) * lookWidth)];
    expect(row(0)[0]).toBeCloseTo(((128 / 255 + 0.055) / 1.055) ** 2.4, 4);
    expect(row(1)[0]).toBeCloseTo(1, 4);
    for (const k of [0, 1]) for (const value of row(k).slice(1)) expect(Math.abs(value)).toBeLessThan(1e-4);
    expect(row(2)[1]).toBeGreaterThan(0.1);
    // columns after the first two: 2, 4, 8 … cycles, then 0°, 45°, 90° (upright stripes), 135°, then four places
    const energy = row(2).slice(2);
    const most = energy.indexOf(Math.max(...energy));
    expect([Math.floor(most / 16), Math.floor(most / 4) % 4]).toEqual([2, 2]);
  });
  it("stands on the grid of samples while a picture is on, from stimuli or from a list of files, and takes the joint model's delays", async () => {
    const events = [
      [
        { sense: "pictures" as const, index: 1, onset: 2, duration: 2 },
        { sense: "sentences" as const, index: 0, onset: 4, duration: 2 },
      ],
      [],
    ];
    const own: StudyData = {
      ...data(),
      shown: { pictures: [grey, bright], sentences: ["a b"], events },
    };
    const { steps, collect } = planLook(
      own,
      settings("tr: 2\nouter: { folds: 2, gap: 4 }\nstimuli: { pictures: { file: x.csv } }"),
    );
    const look = collect([await lookAt(payloadOf(steps))]) as LookRuns;
    if (!("runs" in look)) throw new Error("the pictures can be read");
    expect([...(look.runs[0]?.data.slice(0, 3 * lookWidth) ?? [])].filter((x) => x > 1e-4)).toHaveLength(1);
    expect(look.runs[0]?.data[lookWidth]).toBeCloseTo(1, 4);
    const { spaces } = add(series, own, look);
    expect(spaces[3]).toMatchObject({
      name: "low-level vision",
      control: true,
      joint: false,
      delays: [1, 2],
    });
    const names = Array.from({ length: 54 }, (_, i) => (i % 3 === 0 ? "a.png" : "b.png"));
    const list = { names, hashes: names, paths: names, texts: false };
    const rows = planLook(
      { ...data(), stimulusList: list },
      settings("design: stimulus-rows\nouter: { folds: 2 }"),
    );
    expect(payloadOf(rows.steps).map(({ name }) => name)).toEqual(["a.png", "b.png"]);
    const listed = rows.collect([await lookAt([bright, grey])]) as LookRuns;
    const light =
      "runs" in listed ? [0, 1, 2, 3].map((i) => listed.runs[0]?.data[i * lookWidth]?.toFixed(2)) : [];
    expect(light).toEqual(["1.00", "0.22", "0.22", "1.00"]);
  });
  it("is left out with a warning where a picture cannot be read, and where it is switched off", async () => {
    const missing = { name: "gone.png", sha256: "gone", path: join(tmpdir(), "gone.png") };
    const own: StudyData = {
      ...data(),
      shown: { pictures: [grey, missing], sentences: [], events: [[], []] },
    };
    const { collect, steps } = planLook(own, settings(series));
    const look = collect([await lookAt(payloadOf(steps))]);
    const { spaces, warnings } = add(series, own, look);
    expect(spaces.map(({ name }) => name)).not.toContain("low-level vision");
    expect(warnings.join()).toMatch(
      /low-level vision is left out: 1 of 2 pictures could not be read \(.*gone\.png/,
    );
    const off = `${series}controls: { pictures: false }`;
    expect(planLook(own, settings(off)).steps).toEqual([]);
    expect(add(off, own).warnings.join()).toMatch(/off by the settings: low-level vision\./);
  });
});

describe("permuteRows", () => {
  it("moves every block of a run, within the run, in one cycle, and keeps the order inside blocks", () => {
    const blockOf = stretchesOf(data(Array.from({ length: 54 }, (_, i) => Math.floor(i / 7))));
    for (const given of [null, blockOf])
      for (let seed = 0; seed < 30; seed++) {
        const orders = permuteRows(runs, given, 10, createRandom(seed));
        let start = 0;
        for (const [r, order] of (orders ?? []).entries()) {
          const samples = runs[r]?.samples as number;
          const block = (i: number) =>
            given ? given[start + i] : Math.min(Math.floor(i / 10), Math.floor(samples / 10) - 1);
          expect(order).toHaveLength(samples);
          for (const [i, from] of order.entries()) {
            expect(block(from)).not.toBe(block(i));
            if (i > 0 && block(i) === block(i - 1))
              expect(from).toBeGreaterThanOrEqual(order[i - 1] as number);
          }
          start += samples;
        }
        expect(orders).toHaveLength(2);
      }
  });
  it("has none where no run has two blocks", () => {
    expect(permuteRows(runs, null, 20, createRandom(1))).toBeNull();
  });
});
