import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, matrix } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";
import { answerStudy, type StudyResult } from "../report/index.ts";
import { type BrainMap, openBrain } from "../simulator/index.ts";
import { explainableVariance } from "../stats/index.ts";
import { checkStudy, parseSettings, runStudy, solveStudy } from "../study.ts";
import type { StudyData } from "./data.ts";
import { packStudy } from "./pack-study.ts";
import { keepReliable } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";

let folder = "";
const [samples, targets] = [80, 9] as const;
const runs = [
  ["learn-1", 2],
  ["learn-2", 2],
  ["learn-3", 2],
  ["held", 4],
] as const;

/** Two people, three regions of three targets. `mixed`: its first two targets follow the features, the third follows nothing; `clear` follows
 * them; `silent` does not. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-reliable-"));
  const random = createRandom(8).stream("reliable");
  mkdirSync(join(folder, "bold"));
  for (const [run, repeats] of runs) {
    const X = Float64Array.from({ length: 2 * samples }, () => random.normal());
    writeFileSync(join(folder, `x-${run}.npy`), encodeNpy({ shape: [samples, 2], data: X }));
    for (const person of ["p1", "p2"])
      for (let k = 1; k <= repeats; k++) {
        const Y = Float64Array.from({ length: samples * targets }, (_, at) => {
          const [i, t] = [Math.floor(at / targets), at % targets];
          const drive = t < 2 || (t > 2 && t < 6) ? (X[2 * i + (t % 2)] as number) : 0;
          return drive + random.normal();
        });
        const data = encodeNpy({ shape: [samples, targets], data: Y });
        writeFileSync(join(folder, "bold", `${person}-${run}-${k}.npy`), data);
      }
  }
  const picked = Float64Array.of(0.9, 0.1, 0.2, 0.9, 0.8, Number.NaN, 0, 0, 0);
  writeFileSync(join(folder, "picked.npy"), encodeNpy({ shape: [9], data: picked }));
  writeFileSync(join(folder, "short.npy"), encodeNpy({ shape: [2], data: Float64Array.of(1, 1) }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = (more = "", held = "repeats: 4") => `
title: Reliable targets
question: Do the features predict reliable targets?
tr: 2
participants: [p1, p2]
runs: [{ id: learn, samples: ${samples}, count: 3, repeats: 2 }, { id: held, role: test, samples: ${samples}, ${held} }]
responses: { file: "bold/{participant}-{run}-{repeat}.npy" }
regions: { names: [mixed, mixed, mixed, clear, clear, clear, silent, silent, silent] }
features: { x: { ready: { file: "x-{run}.npy" } } }
fit: { alphas: { from: 1, to: 100, count: 3 }, weightings: 3, inner: { folds: 3 } }
tests: { bootstrap: 100, permutations: 199 }
controls: false
${more}`;
const run = (text: string, name: string) =>
  runStudy(parseSettings(text), {
    folder,
    out: join(folder, name),
    store: join(folder, "store"),
    workers: 1,
  });
const meanR = (result: StudyResult, region: string) =>
  result.regionScores.find((own) => own.region === region)?.r.mean as number;
const fisher = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("a study with reliability", () => {
  it("scores the targets that repeats of the training runs call reliable, and says how many they are", async () => {
    const whole = await run(study(), "whole");
    const masked = await run(study("reliability: { minimum: 0.2, from: training }"), "training");
    expect(masked.reliability?.regions).toEqual([
      { region: "mixed", kept: 2, of: 3 },
      { region: "clear", kept: 3, of: 3 },
      { region: "silent", kept: 0, of: 3 },
    ]);
    expect(masked.regionScores.map((own) => own.targets)).toEqual([2, 3, 0]);
    // scores of what is kept are as before; a region is their mean
    for (const [p, person] of masked.targets.entries())
      for (const t of Array.from({ length: targets }, (_, k) => k)) {
        const kept = t !== 2 && t < 6;
        expect(person.r[t]).toEqual(kept ? whole.targets[p]?.r[t] : Number.NaN);
        expect((person.reliability?.[t] ?? 0) >= 0.2).toBe(kept);
      }
    const own = whole.targets.map(({ r }) => fisher([r[0] as number, r[1] as number]));
    expect(meanR(masked, "mixed")).toBeCloseTo(fisher(own), 12);
    expect(meanR(masked, "mixed")).toBeGreaterThan(meanR(whole, "mixed") + 0.1);
    expect(meanR(masked, "clear")).toBe(meanR(whole, "clear"));
    expect(masked.regionScores[0]?.ceiling).toBeGreaterThan((whole.regionScores[0]?.ceiling as number) + 0.1);
    expect(meanR(masked, "silent")).toBeNaN();
    expect(answerStudy(masked).limits.join("\n")).toContain(
      "All scores are of reliable targets (at least .20 of explainable variance of a single presentation, over repeats of the training runs): 5 of 9 targets of the regions, mean over people. Nothing is said of the others. None is reliable in silent.",
    );
    const page = readFileSync(join(folder, "training", "report.html"), "utf8");
    expect(page).toContain("All scores are of these");
    expect(readFileSync(join(folder, "training", "maps", "p1-reliability.npy")).length).toBeGreaterThan(72);
    expect(readFileSync(join(folder, "training", "scores.csv"), "utf8").split("\n")[0]).toContain(
      "reliability",
    );
    expect(answerStudy(whole).limits.join("\n")).not.toContain("reliable");
  });
  it("judges on every second presentation, and scores the others alone: as a study that was only given these", async () => {
    const masked = await run(study("reliability: { minimum: 0.2, from: half }"), "half");
    expect(masked.runs[3]?.repeats).toBe(2);
    expect(masked.reliability?.regions.map(({ kept }) => kept)).toEqual([2, 3, 0]);
    for (const person of ["p1", "p2"])
      for (const k of [1, 2])
        writeFileSync(
          join(folder, "bold", `${person}-rest-${k}.npy`),
          readFileSync(join(folder, "bold", `${person}-held-${2 * k}.npy`)),
        );
    writeFileSync(join(folder, "x-rest.npy"), readFileSync(join(folder, "x-held.npy")));
    const rest = await run(study("", "repeats: 2").replace("id: held", "id: rest"), "rest");
    expect(masked.regionScores[1]?.r.mean).toBe(rest.regionScores[1]?.r.mean);
    expect(masked.regionScores[1]?.ceiling).toBe(rest.regionScores[1]?.ceiling);
  });
  it("shows on the page which targets are reliable, and says that only these have scores", async () => {
    const settings = parseSettings(study("reliability: { minimum: 0.2, from: training }"));
    const solved = await solveStudy(settings, { folder, store: join(folder, "store"), workers: 1 });
    const files = await packStudy(solved, { settings, surface: null, why: "" });
    const brain = await openBrain(async (file) => files.get(file) as Uint8Array);
    const map = brain.manifest.maps.find(({ id }) => id === "reliability") as BrainMap;
    expect([map.title, map.unit]).toEqual(["reliability", "share of variance"]);
    expect(map.test).toBe(
      "inside the line: of any person at least 0.2 of explainable variance of a single presentation, over repeats of the training runs; other targets have no scores",
    );
    const people = solved.result.targets.map(({ reliability }) => [...(reliability ?? [])]);
    const values = [...(await brain.array(map.values))];
    expect(values.slice(targets)).toEqual(people.flat().map((value) => expect.closeTo(value, 5)));
    const inside = [...(await brain.array(map.significant as NonNullable<typeof map.significant>))];
    expect(inside.slice(targets)).toEqual(people.flat().map((value) => (value >= 0.2 ? 1 : 0)));
    expect(inside.slice(0, targets)).toEqual([1, 1, 0, 1, 1, 1, 0, 0, 0]); // as it was planted
    expect(brain.manifest.card.limits.join(" ")).toMatch(
      /All scores are of reliable targets .*5 of 9 targets/,
    );
  });
  it("is refused where the scored presentations judge, by the rule of circular regions, unless that is overridden", async () => {
    const text = study("reliability: { minimum: 0.2, from: test }");
    const state = async (asked: string) =>
      (await checkStudy(parseSettings(study(asked)), folder)).find(({ rule }) => rule === "circular-regions")
        ?.state;
    expect(await state("reliability: { minimum: 0.2, from: test }")).toBe("refused");
    expect(await state("reliability: { minimum: 0.2, from: half }")).toBe("kept");
    expect(await state("reliability: { minimum: 0.2, from: training }")).toBe("kept");
    await expect(run(text, "test")).rejects.toThrow(
      /guard: circular-regions: reliability: targets are judged on the held-out responses \(5 of 9 pass, of the first person\)\. Why: a target without any signal has a reliability of ± 0\.046 by luck \(80 rows, 4 presentations.*Repair: reliability\.from: training .*allow: \[circular-regions\]/,
    );
    const allowed = await run(`${text}\nallow: [circular-regions]`, "allowed");
    expect(allowed.overrides.map(({ rule }) => rule)).toEqual(["circular-regions"]);
    const folded = study("reliability: { minimum: 0.2, from: training }\nouter: { folds: 3 }").replace(
      "inner: { folds: 3 }",
      "inner: { folds: 2 }",
    );
    await expect(run(folded, "folded")).rejects.toThrow(
      /circular-regions: reliability: targets are judged on responses that outer folds hold out.*reliability\.from: half/,
    );
  });
  it("takes a file of other data, its NaN left out, and refuses one that was made of the held-out runs", async () => {
    const asked = (rows: string, file = "picked.npy") =>
      study(`reliability: { minimum: 0.5, from: file, file: ${file}, rows: ${rows} }`);
    const { reliability, provenance } = await run(asked("outside"), "file");
    expect(reliability?.regions.map(({ kept }) => kept)).toEqual([1, 2, 0]);
    expect(reliability?.judgedOn).toBe("the values of picked.npy, which come from other data");
    expect(provenance.inputs.map(({ name }) => name)).toContain("picked.npy");
    await expect(run(asked("all"), "file")).rejects.toThrow(
      /circular-regions: reliability: targets are judged on all responses, held-out ones among them/,
    );
    await expect(run(asked("outside", "short.npy"), "file")).rejects.toThrow(
      "reliability.file: short.npy has 2 values for 9 targets of p1; one each is needed.",
    );
  });
  it("says in one line what cannot be judged or asked", async () => {
    const once = study("reliability: { minimum: 0.2, from: training }").replace(
      "repeats: 2 }",
      "repeats: 1 }",
    );
    await expect(run(once, "once")).rejects.toThrow(
      "reliability.from: training: no training run has repeats; give `repeats` of a run, or from: half or file.",
    );
    const twice = study("reliability: { minimum: 0.2, from: half }", "repeats: 2");
    await expect(run(twice, "twice")).rejects.toThrow(/no held-out run was shown three times or more/);
    await expect(run(study("reliability: { minimum: 0.95, from: training }"), "high")).rejects.toThrow(
      /reliability: no target of any region reaches 0\.95; the most reliable has 0\.\d{3}\. Lower reliability\.minimum\./,
    );
    for (const [asked, said] of [
      ["{ minimum: 0.2, from: atlas }", "must be one of training, half, test, file"],
      ["{ minimum: 20, from: half }", "reliability.minimum"],
      ["{ minimum: 0.2, from: file }", "from: file needs `file`, and `rows`"],
      ["{ minimum: 0.2, from: half, file: a.npy }", "file, dataset and rows belong to from: file"],
    ] as const)
      expect(() => parseSettings(study(`reliability: ${asked}`))).toThrow(said);
  });
});

describe("keepReliable", () => {
  it("leaves ceilings unbiased when other presentations judge, where the scored ones push them up", async () => {
    const [n, rows] = [600, 60];
    const random = createRandom(9).stream("weak");
    const signal = Float64Array.from({ length: rows * n }, () => Math.sqrt(0.1) * random.normal());
    const repeats = Array.from({ length: 4 }, () =>
      matrix(
        ["samples", "targets"] as const,
        rows,
        n,
        signal.map((own) => own + Math.sqrt(0.9) * random.normal()),
      ),
    );
    const person = { id: "p", stimuli: 0, responses: [repeats], regionOf: new Int32Array(n), constant: [] };
    const data = {
      runs: [{ id: "held", role: "test", samples: rows, repeats: 4 }],
      regions: ["all"],
      people: [person],
      inputs: [],
    } as unknown as StudyData;
    const ceiling = async (from: string) => {
      const settings = { data: ".", reliability: { minimum: 0.2, from } } as unknown as StudySettings;
      const { people } = await keepReliable(data, settings, ".");
      const [own] = people;
      const ev = explainableVariance(own?.responses[0] ?? []);
      const kept = Array.from(ev).filter((_, t) => !own?.unreliable?.includes(t));
      expect(kept.length).toBeGreaterThan(20);
      return fisher(kept);
    };
    expect(await ceiling("test")).toBeGreaterThan(0.2);
    expect(Math.abs((await ceiling("half")) - 0.1)).toBeLessThan(0.03);
  });
});
