import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features, matrix } from "../core/index.ts";
import { answerStudy, type StudyResult } from "../report/index.ts";
import { parseSettings, runStudy } from "../study.ts";
import { addControls } from "./controls/add-controls.ts";
import { permuteRows } from "./controls/permute-rows.ts";
import type { StudyData, StudyRun } from "./data.ts";
import { drawSentences, writeDriftStudy } from "./drift-study.fixture.ts";
import { planModels, stretchesOf } from "./plan.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
let folder = "";
let yaml: ReturnType<typeof writeDriftStudy>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-controls-"));
  yaml = writeDriftStudy(folder, {
    sentences: drawSentences(40),
    people: 6,
    targets: 4,
    folds: 4,
    columns: 24,
    alphas: 7,
    seed: 2,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (text: string) =>
  runStudy(parseSettings(`${text}\ntests: { bootstrap: 100 }`), {
    folder,
    out: join(folder, "results"),
    store: join(folder, "store"),
    workers: 1,
  });
const rOf = ({ cells }: StudyResult, space: string) =>
  cells.filter((cell) => cell.space === space).map(({ aloneR }) => aloneR.mean);

describe("a study whose responses hold no content, only a drift of each passage", () => {
  it("is refused by name where passages are torn, and says that there is no win where that is overridden", async () => {
    await expect(run(yaml.refused)).rejects.toThrow(/^guard: split-groups: \d+ of 40 groups/);
    const torn = await run(yaml.torn);
    for (const r of rOf(torn, "OASM")) expect(r).toBeGreaterThan(0.3);
    for (const r of rOf(torn, "content")) expect(r).toBeGreaterThan(0.05);
    expect(torn.regionScores.map(({ significant }) => significant)).toEqual([true, true]);
    const { lead, predicted } = answerStudy(torn);
    expect(lead).toMatch(/^No win: .*not shown to .* than the controls? OASM/);
    expect(predicted).toMatch(
      /Of the controls .* these predict too, .*: OASM in A and B.* In A and B all feature spaces together are not shown to do better/,
    );
    expect(torn.warnings.join("\n")).toMatch(/The rule "split-groups" was overridden/);
  });
  it.runIf(slow)(
    "finds nothing where passages are kept whole: OASM predicts the mean, so that its R² is 0 and its r undefined",
    async () => {
      const whole = await run(yaml.whole);
      expect(rOf(whole, "OASM")).toEqual([Number.NaN, Number.NaN]);
      expect(whole.cells.filter(({ space }) => space === "OASM").map(({ alone }) => alone.mean)).toEqual([
        0, 0,
      ]);
      for (const r of rOf(whole, "content")) expect(Math.abs(r)).toBeLessThan(0.1);
      expect(whole.cells.some(({ significant }) => significant)).toBe(false);
      expect(whole.controls.some(({ significant }) => significant)).toBe(false);
      const { lead, predicted } = answerStudy(whole);
      expect(lead).toMatch(/no evidence/);
      expect(lead).not.toMatch(/Unique variance is found/);
      expect(predicted).toMatch(
        /No evidence that the controls .*\(OASM, position and permuted pairs\) predict any region/,
      );
    },
  );
});

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

describe("addControls", () => {
  const add = (more: string, own = data()) => addControls(own, settings(more), createRandom(1));
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
    expect([...X.data.slice(0, 10)]).toEqual([-1, -1, 1, 1, 3, -27 / 29, 0, -0.5, 2, 4]);
    expect(spaces[2]?.description).toBe(
      "place in the run, place in the group (to the second degree), words, letters a word",
    );
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
