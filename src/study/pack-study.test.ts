import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Brain, type BrainFiles, openBrain, predict } from "../simulator/index.ts";
import { correlate } from "../stats/index.ts";
import { parseSettings, type SolvedStudy, solveStudy } from "../study.ts";
import { loadSurface } from "./load-surface.ts";
import { packStudy } from "./pack-study.ts";
import { placeTargets } from "./page-targets.ts";
import { storyRegions, storySurface, writeStoryStudy } from "./story-study.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-story-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const why = "Nothing new can be shown to this study.";
const opened = (files: BrainFiles) => openBrain(async (file) => files.get(file) as Uint8Array);

let solved: SolvedStudy;
let brain: Brain;
let files: BrainFiles;
const text = `${writeStoryStudy(folder, { margin: 0.05 })}${storySurface}partition: subsets\n`;
const settings = parseSettings(text);
beforeAll(async () => {
  solved = await solveStudy(settings, { folder, store: join(folder, "store"), workers: 1 });
  const surface = await loadSurface(settings, folder, { regions: solved.data.regions, targets: [3, 3, 3] });
  files = await packStudy(solved, { settings, surface, why });
  brain = await opened(files);
}, 60_000);

const numbers = async (id: string) => {
  const map = brain.manifest.maps.find((one) => one.id === id);
  if (map === undefined) throw new Error(`no map ${id}`);
  return {
    values: [...(await brain.array(map.values))],
    significant: map.significant && [...(await brain.array(map.significant))],
  };
};

describe("packStudy", () => {
  it("has the study's own maps: of each person, and the mean of the people's scores first", async () => {
    const { targets, regionScores } = solved.result;
    const { values, significant } = await numbers("score/joint");
    expect(values).toHaveLength(4 * 3);
    for (const [p, own] of targets.entries())
      expect(values.slice(3 * (p + 1), 3 * (p + 2))).toEqual([...own.r].map((r) => expect.closeTo(r, 6)));
    const mean = [0, 1, 2].map((t) => targets.reduce((sum, { r }) => sum + (r[t] as number) / 3, 0));
    expect(values.slice(0, 3)).toEqual(mean.map((r) => expect.closeTo(r, 6)));
    expect(significant?.slice(0, 3)).toEqual(regionScores.map((one) => Number(one.significant)));
    expect(regionScores.map((one) => one.significant)).toEqual([true, true, false]); // as it was planted
    expect(brain.manifest.maps.map(({ id }) => id)).toEqual([
      ...["score/joint", "share/joint", "unique/sound", "alone/sound", "unique/meaning", "alone/meaning"],
      ...["difference/sound/meaning", "ceiling"],
    ]);
    const sound = await numbers("alone/sound");
    const meaning = await numbers("alone/meaning");
    const difference = await numbers("difference/sound/meaning");
    expect(difference.values[4]).toBeCloseTo((sound.values[4] ?? 0) - (meaning.values[4] ?? 0), 5);
  });
  it("has the scores of every region, model and person, and says which were tested", () => {
    const { table, spaces, people } = brain.manifest;
    expect(people.map(({ id }) => id)).toEqual(["mean", "p1", "p2", "p3"]);
    const row = (region: string, model: string, person: string) =>
      table.find((one) => one.region === region && one.model === model && one.person === person);
    expect(table).toHaveLength(3 * 3 * 4);
    const { regionScores, cells } = solved.result;
    expect(row("front", "joint", "mean")?.r.mean).toBe(regionScores[0]?.r.mean);
    expect(row("front", "joint", "p2")?.r.mean).toBe(regionScores[0]?.perPerson[1]);
    const { low, mean, high } = row("front", "joint", "p2")?.r ?? { low: 0, mean: 0, high: 0 };
    expect(low).toBeLessThan(mean ?? 0);
    expect(high).toBeGreaterThan(mean ?? 1);
    expect([row("front", "joint", "mean")?.kept, row("silent", "joint", "mean")?.kept]).toEqual([1, 0]);
    expect(row("front", "sound", "mean")?.kept).toBeNull();
    const cell = spaces?.find(({ space, region }) => space === "sound" && region === "front");
    const own = cells.find(({ space, region }) => space === "sound" && region === "front");
    expect(cell?.unique.mean).toBe(own?.unique.mean);
    expect(cell?.unique.mean).toBeGreaterThan(0.3);
  });
  it("says how small differences and unique variances are concluded to be, against the margin of the settings", () => {
    const { differences, spaces, equivalence } = brain.manifest;
    const { comparisons, cells } = solved.result;
    expect(equivalence?.margin).toBe(0.05);
    expect(equivalence?.text).toContain("concluded to be less than R² .05");
    const finite = (bound: number) => (Number.isFinite(bound) ? bound : null);
    expect(differences.map((one) => one.equivalence?.bound)).toEqual(
      comparisons.map((one) => finite(one.equivalence.bound)),
    );
    expect(spaces?.map((one) => [one.equivalence?.bound, one.equivalence?.equivalent])).toEqual(
      cells.map((one) => [finite(one.equivalence.bound), one.equivalence.equivalent]),
    );
    const silent = differences.find(({ region }) => region === "silent")?.equivalence;
    expect(silent?.bound).toBeGreaterThan(0);
    expect(silent?.pCorrected).toBeGreaterThan(0);
  });
  it("has the joint R² of every region in parts that sum to it, of people and of each", () => {
    const { partition, table } = brain.manifest;
    expect(partition?.text).toMatch(/sum to its joint R²/);
    for (const region of storyRegions) {
      const own = partition?.parts.filter((part) => part.region === region) ?? [];
      expect(own.map(({ spaces }) => spaces)).toEqual([["sound"], ["meaning"], ["sound", "meaning"]]);
      const joint = (person: string) =>
        table.find((row) => row.region === region && row.model === "joint" && row.person === person)?.r2
          .mean ?? Number.NaN;
      expect(own.reduce((sum, { share }) => sum + (share.mean ?? Number.NaN), 0)).toBeCloseTo(
        joint("mean"),
        9,
      );
      for (const p of [0, 1, 2])
        expect(own.reduce((sum, { perPerson }) => sum + (perPerson[p] ?? Number.NaN), 0)).toBeCloseTo(
          joint(`p${p + 1}`),
          9,
        );
    }
  });
  it("says which layers were chosen where there are some, and that there are none where there are not", async () => {
    expect(brain.manifest.layers).toEqual([]);
    expect(brain.manifest.layersText).toMatch(
      /^No layer profile: no feature space of this study runs through the layers/,
    );
    const place = join(folder, "layered");
    mkdirSync(place);
    const deep = parseSettings(writeStoryStudy(place, { layered: true }));
    const again = await solveStudy(deep, { folder: place, store: join(folder, "store"), workers: 1 });
    const { manifest } = await opened(await packStudy(again, { settings: deep, surface: null, why }));
    const front = manifest.layers.filter(({ region }) => region === "front");
    expect(front).toEqual([
      { model: "sound", sense: null, layer: "4", region: "front", r: null, share: 0, chosen: false },
      { model: "sound", sense: null, layer: "5", region: "front", r: null, share: 1, chosen: true },
      { model: "sound", sense: null, layer: "6", region: "front", r: null, share: 0, chosen: false },
    ]);
    expect(manifest.layers).toHaveLength(9);
    expect(manifest.layersText).toMatch(/^Share of targets, people and outer folds/);
  });
  it("has the held-out courses of all folds, whose correlation is the score", async () => {
    const { heldOut, models } = brain.manifest;
    expect(heldOut?.runs.map(({ from, to }) => to - from)).toEqual([60, 60, 60]);
    if (heldOut === null || !models[0]?.heldOut) throw new Error("the study has courses");
    const measured = await brain.array(heldOut.measured);
    const [fold] = solved.folds;
    const rows = [0, 7, 59].map((i) => fold?.test[i] as number);
    for (const [k, row] of rows.entries()) {
      const [run, i] = [Math.floor(row / 60), row % 60];
      const mean =
        solved.data.people.reduce((sum, p) => sum + (p.responses[run]?.[0]?.data[3 * i + 1] as number), 0) /
        3;
      expect(measured[3 * ([0, 7, 59][k] as number) + 1]).toBeCloseTo(mean, 2);
    }
    const predicted = await brain.array(models[0].heldOut.predicted);
    const part = (all: ArrayLike<number>) => ({
      axes: ["samples", "targets"] as const,
      rows: 60,
      cols: 3,
      data: Float64Array.from({ length: 180 }, (_, k) => all[k] as number),
    });
    const r = correlate(part(measured), part(predicted));
    expect(r[0]).toBeGreaterThan(0.6);
    expect(r[1]).toBeGreaterThan(0.6);
    expect(Math.abs(r[2] as number)).toBeLessThan(0.35);
  });
  it("shows regions on its surface, and tells what was declared of it", async () => {
    const { surface, card, regions } = brain.manifest;
    expect(surface?.hemispheres.map(({ name }) => name)).toEqual(["left", "right"]);
    const right = surface?.hemispheres[1];
    if (right === undefined) throw new Error("the study has a right side");
    const target = await brain.array(right.target);
    expect([...new Set(target)].sort()).toEqual([-1, 0, 1, 2]);
    expect(regions.map(({ name }) => name)).toEqual([...storyRegions]);
    expect(card.license).toBe("CC0-1.0");
    expect(card.limits).toContain("The parcels only contain the regions.");
  });
  it("says why nothing can be shown to it, whoever asks", async () => {
    const encoded = {
      sense: "sentence" as const,
      count: 1,
      features: new Float32Array(1),
      distance: new Float32Array(1),
      truncated: [],
    };
    await expect(predict(brain, encoded, { model: "joint" })).rejects.toThrow(
      `findSense: nothing can be shown to the model "joint". ${why}`,
    );
    await expect(brain.weights("joint")).rejects.toThrow(/its study has no encoder/);
  });
  it("gives the same bytes each time", async () => {
    const surface = await loadSurface(settings, folder, { regions: solved.data.regions, targets: [3, 3, 3] });
    const again = await packStudy(solved, { settings, surface, why });
    expect([...again.keys()]).toEqual([...files.keys()]);
    for (const [file, bytes] of again)
      expect(Buffer.from(bytes).equals(files.get(file) as Uint8Array), file).toBe(true);
  });
});

describe("placeTargets", () => {
  const people = (...all: number[][]) => ({
    ...solved.data,
    people: all.map((regionOf, p) => ({
      ...(solved.data.people[p] as SolvedStudy["data"]["people"][number]),
      regionOf: Int32Array.from(regionOf),
    })),
  });
  it("keeps targets that all people share", () => {
    const places = placeTargets(people([0, 0, 1, -1], [0, 0, 1, -1]), false);
    expect([places.whole, [...places.regionOf]]).toEqual([false, [0, 0, 1, -1]]);
    expect([...places.take(1, [1, 2, 3, 4])]).toEqual([1, 2, 3, 4]);
  });
  it("takes the mean over each person's own targets of a region where people differ", () => {
    const places = placeTargets(people([0, 0, 1, 2], [2, 1, 1]), false);
    expect([places.whole, [...places.regionOf]]).toEqual([true, [0, 1, 2]]);
    expect([...places.take(0, [1, 3, 5, 6])]).toEqual([2, 5, 6]);
    expect([...places.take(1, [1, Number.NaN, 3])]).toEqual([Number.NaN, 3, 1]);
  });
  it("takes regions where the surface shows regions of several targets", () => {
    expect(placeTargets(people([0, 0, 1, 2]), true).whole).toBe(true);
    expect(placeTargets(people([2, 0, 1]), true).whole).toBe(false);
  });
});
