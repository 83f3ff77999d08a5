import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features } from "../core/index.ts";
import { motionEnergy, sampleEvents } from "../features/index.ts";
import { encodeNpy } from "../io/index.ts";
import { type Picture, resizePicture } from "../stimuli/index.ts";
import { checkStudy, parseSettings, runStudy } from "../study.ts";
import { addControls } from "./controls/add-controls.ts";
import { planLook } from "./controls/plan-look.ts";
import type { StudyData } from "./data.ts";
import { type Clip, drawClips, film, paintClips, writeFilmStudy } from "./film-study.fixture.ts";
import { loadStudy } from "./load-study.ts";
import { openTower } from "./open-tower.ts";
import { planActivations } from "./plan-activations.ts";
import { readModels } from "./read-model.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-film-study-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(slow)("a study of films", () => {
  it("has motion energy and low-level vision as controls, of which only motion energy predicts a region that answers to direction", {
    timeout: 120_000,
  }, async () => {
    const own = join(folder, "planted");
    const settings = parseSettings(
      writeFilmStudy(own, { runs: 4, samples: 50, people: 6, targets: 2, seed: 3 }),
    );
    const out = join(own, "results");
    const result = await runStudy(settings, { folder: own, out, store: join(folder, "store"), workers: 2 });
    const r = (region: string, space: string) =>
      result.cells.find((cell) => cell.region === region && cell.space === space)?.aloneR.mean as number;
    expect(r("MT", "motion energy")).toBeGreaterThan(0.4);
    expect(Math.abs(r("MT", "low-level vision"))).toBeLessThan(0.15);
    expect(r("V1", "low-level vision")).toBeGreaterThan(0.4);
    for (const space of ["motion energy", "low-level vision"])
      expect(Math.abs(r("silent", space))).toBeLessThan(0.15);
    const found = result.controls.find(
      ({ control, region }) => control === "motion energy" && region === "MT",
    );
    expect(found?.significant).toBe(true);
    expect(result.designNotes.join("\n")).toMatch(
      /Control motion energy: 1380 filters at 96 × 96 pixels \(0, 2, 4, 8, 16 cycles, 0, 2, 4 Hz, 8 directions\)/,
    );
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toMatch(/motion energy/);
    // the same again: what was seen of films is kept
    const again = await runStudy(settings, { folder: own, out, store: join(folder, "store"), workers: 1 });
    expect(again.cells).toEqual(result.cells);
  });
});

const { size, rate, tr } = film;
const clip = (hertz: number, phase = 0): Clip => ({
  seconds: 2,
  orientation: 0,
  cycles: 4,
  contrast: 80,
  phase,
  hertz,
});
/** A study of one run, or two, whose films are made of clips; responses are nothing. */
function write(
  name: string,
  films: Readonly<Record<string, readonly Clip[]>>,
  tables: Readonly<Record<string, string>>,
  more: string,
  samples = 8,
) {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  for (const [file, clips] of Object.entries(films)) {
    const data = paintClips(clips);
    writeFileSync(
      join(own, `${file}.npy`),
      encodeNpy({ shape: [data.length / size ** 2, size, size], data }),
    );
  }
  const random = createRandom(1);
  for (const [run, table] of Object.entries(tables)) {
    writeFileSync(join(own, `${run}.csv`), `onset,duration,file\n${table}`);
    const numbers = (columns: number) =>
      Float64Array.from({ length: samples * columns }, () => random.normal());
    for (const [file, columns] of [
      ["y", 2],
      ["x", 3],
    ] as const)
      writeFileSync(
        join(own, `${file}-${run}.npy`),
        encodeNpy({ shape: [samples, columns], data: numbers(columns) }),
      );
  }
  const settings = parseSettings(`
title: t
question: q
participants: [p]
runs: [${Object.keys(tables)
    .map((id) => `{ id: ${id}, samples: ${samples} }`)
    .join(", ")}]
responses: { file: "y-{run}.npy" }
regions: { names: [A, A] }
stimuli: { films: { file: "{run}.csv", rate: ${rate} } }
${more}`);
  return { own, settings };
}
const timed = `tr: ${tr}\nouter: { folds: 2, gap: 1 }\n`;
const small = "{ width: 16, height: 16, spatialFrequencies: [0, 2, 4], temporalFrequencies: [0, 2] }";

/** The frames of clips as pictures. */
function framesOf(clips: readonly Clip[]): Picture[] {
  const grey = paintClips(clips);
  return Array.from({ length: grey.length / size ** 2 }, (_, k) => ({
    width: size,
    height: size,
    data: Uint8Array.from(
      { length: 3 * size ** 2 },
      (_, i) => grey[k * size ** 2 + Math.floor(i / 3)] as number,
    ),
  }));
}

describe("stimuli.films", () => {
  it("become motion energy on the grid of samples, dark before, between and after", async () => {
    const [a, b] = [drawClips(createRandom(1), 2), drawClips(createRandom(2), 3)];
    const table = "1.5,4,a.npy\n7.3,6,b.npy\n14,1,a.npy\n";
    const { own, settings } = write(
      "motion",
      { a, b },
      { r: table },
      `${timed}features: { motion: { motionEnergy: ${small} } }`,
    );
    const { stimuli, shown, warnings } = await loadStudy(settings, own);
    expect(warnings).toEqual([]);
    const options = { spatialFrequencies: [0, 2, 4], temporalFrequencies: [0, 2] };
    const whole = (clips: readonly Clip[]) =>
      motionEnergy(
        framesOf(clips).map((one) =>
          resizePicture(one, { width: 16, height: 16 }, { filter: "bilinear", reducingGap: 2 }),
        ),
        rate,
        options,
      );
    const dark = Math.log(1e-5);
    const events = [
      { X: whole(a), onset: 1.5, frames: 40 },
      { X: whole(b), onset: 7.3, frames: 60 },
      { X: whole(a), onset: 14, frames: 10 },
    ].flatMap(({ X, onset, frames }) =>
      Array.from({ length: frames }, (_, k) => ({
        onset: onset + k / rate,
        duration: 1 / rate,
        values: X.data.slice(k * X.cols, (k + 1) * X.cols).map((value) => value - dark), // above darkness
      })),
    );
    const X = stimuli[0]?.spaces[0]?.[0]?.[0] as Features;
    const wanted = sampleEvents(events, { tr, samples: 8, columns: X.cols, sampling: "mean" });
    expect([X.rows, X.cols]).toEqual([8, whole(a).cols]);
    for (const [k, value] of X.data.entries())
      expect(value).toBeCloseTo((wanted.data[k] as number) + dark, 3);
    expect(shown?.films?.control).toBeNull(); // the study has motion energy of its own
  });
  it("bring low-level vision and motion energy as controls, off one by one", async () => {
    const make = async (more: string) => {
      const { own, settings } = write(
        "controls",
        { a: drawClips(createRandom(4), 3) },
        { r: "0,6,a.npy\n" },
        `${timed}features: { x: { ready: { file: "x-{run}.npy" } } }\n${more}`,
      );
      const data = await loadStudy(settings, own);
      return addControls(data, settings, planLook(data, settings).collect([]), createRandom(1));
    };
    const both = await make("");
    const widths = ({ spaces, stimuli }: StudyData) =>
      spaces.flatMap(({ name, lowLevel }, s) =>
        lowLevel ? [`${name} ${stimuli[0]?.spaces[s]?.[0]?.[0]?.cols}`] : [],
      );
    expect(widths(both)).toEqual(["low-level vision 82", "motion energy 1380"]);
    expect(both.warnings).toEqual([]);
    expect(widths(await make("controls: { pictures: false }"))).toEqual(["motion energy 1380"]);
    const still = await make("controls: { motion: false }");
    expect(widths(still)).toEqual(["low-level vision 82"]);
    expect(still.warnings.join()).toMatch(/off by the settings: motion energy\./);
  });
  it("that cannot be read leave the controls out, with a warning, and end a study that is made of them", async () => {
    const { own, settings } = write(
      "broken",
      { a: [clip(2)] },
      { r: "0,2,a.npy\n4,4,b.npy\n" },
      `${timed}features: { x: { ready: { file: "x-{run}.npy" } } }`,
    );
    writeFileSync(join(own, "b.npy"), readFileSync(join(own, "a.npy")).subarray(0, 900));
    const data = await loadStudy(settings, own);
    const { spaces, warnings } = addControls(
      data,
      settings,
      planLook(data, settings).collect([]),
      createRandom(1),
    );
    expect(spaces.map(({ name }) => name)).toEqual(["x", "OASM", "position"]);
    expect(warnings.join("\n")).toMatch(
      /^The controls low-level vision and motion energy are left out: 1 of 2 films could not be read \(openFilm: cannot read .*b\.npy: .*Is it cut off\?\)\./,
    );
    const declared = parseSettings(readSettingsOf(settings, { motion: { motionEnergy: {} } }));
    await expect(loadStudy(declared, own)).rejects.toThrow(
      /^features\.motion: openFilm: cannot read .*b\.npy/,
    );
    writeFileSync(join(own, "r.csv"), "onset,duration,file\n0,4,gone.npy\n");
    await expect(loadStudy(settings, own)).rejects.toThrow(/gone\.npy/);
    writeFileSync(join(own, "r.csv"), "onset,duration,file\n0,4,a.npy\n");
    const rateless = { ...settings, stimuli: { films: { file: "{run}.csv" } } };
    await expect(loadStudy(rateless, own)).rejects.toThrow(
      /^stimuli\.films\.rate: missing or wrong; .*a\.npy is an array of frames/,
    );
  });
  it("must be there", async () => {
    const { own, settings } = write(
      "none",
      {},
      { r: "" },
      `${timed}features: { motion: { motionEnergy: ${small} } }`,
    );
    await expect(loadStudy(settings, own)).rejects.toThrow(/^stimuli\.films: the tables list no film/);
  });
  it("that end before their time are told", async () => {
    const { own, settings } = write(
      "short",
      { a: [clip(2)] },
      { r: "0,9,a.npy\n" },
      `${timed}features: { motion: { motionEnergy: ${small} } }`,
    );
    expect((await loadStudy(settings, own)).warnings).toEqual([
      "1 films end before the time that they are shown for (a.npy lasts 2.0 s and is shown for 9.0 s in r): the rest counts as a dark screen.",
    ]);
  });
  it("are shown to image towers a frame a second, or as many as `activations.frameRate` says, each read once", async () => {
    const a = drawClips(createRandom(6), 2);
    const models = `models: { m: { folder: "${join(process.cwd(), "models/brivl-tiny/image-only").replaceAll("\\", "/")}" } }`;
    const make = (more: string) =>
      write(
        "models",
        { a },
        { r: "1,3.5,a.npy\n8,1,a.npy\n" },
        `${timed}features: { x: { ready: { file: "x-{run}.npy" } } }\n${models}\ncontrols: false\n${more}`,
      );
    const { own, settings } = make("");
    const { shown } = await loadStudy(settings, own);
    expect(shown?.pictures.map(({ name }) => name.replace(/.*[\\/]/, ""))).toEqual(
      ["0.500", "1.500", "2.500", "3.250"].map((at) => `a.npy at ${at} s`),
    );
    expect(shown?.events[0]?.map(({ index, onset, duration }) => [index, onset, duration])).toEqual([
      [0, 1, 1],
      [1, 2, 1],
      [2, 3, 1],
      [3, 4, 0.5],
      [0, 8, 1],
    ]);
    const [model] = await readModels(settings, own);
    const planned = planActivations([model as never], shown, settings);
    expect(planned.steps).toHaveLength(1);
    const input = planned.steps[0]?.payload?.() as Parameters<
      Awaited<ReturnType<typeof openTower>>["show"]
    >[1] & {
      path: string;
    };
    const tower = await openTower({ path: input.path, kind: "brivl", sense: "pictures" });
    const showing = { pooling: "mean", layers: [0, 2] } as const;
    const seen = await tower.show(shown?.pictures ?? [], showing);
    const frames = framesOf(a);
    const stills = [5, 15, 25, 32].map((k) => ({ name: "", sha256: "", picture: frames[k] as Picture }));
    const wanted = await tower.show(stills, showing);
    for (const [k, { data }] of seen.layers.entries()) expect(data).toEqual(wanted.layers[k]?.data);
    const { settings: dense } = make("activations: { frameRate: 10 }");
    expect((await loadStudy(dense, own)).shown?.pictures).toHaveLength(35);
  });
  it("are one row each where rows stand for stimuli: the mean over the whole film", async () => {
    const [a, b] = [drawClips(createRandom(7), 1), drawClips(createRandom(8), 2)];
    const rows = "0,0,a.npy\n0,0,b.npy\n0,0,b.npy\n0,0,a.npy\n";
    const { own, settings } = write(
      "rows",
      { a, b },
      { r: rows },
      `design: stimulus-rows\nouter: { folds: 2 }\nfeatures: { motion: { motionEnergy: ${small} } }`,
      4,
    );
    const { stimuli } = await loadStudy(settings, own);
    const X = stimuli[0]?.spaces[0]?.[0]?.[0] as Features;
    const row = (i: number) => [...X.data.slice(i * X.cols, (i + 1) * X.cols)];
    expect(row(0)).toEqual(row(3));
    expect(row(1)).toEqual(row(2));
    const all = motionEnergy(
      framesOf(b).map((one) =>
        resizePicture(one, { width: 16, height: 16 }, { filter: "bilinear", reducingGap: 2 }),
      ),
      rate,
      { spatialFrequencies: [0, 2, 4], temporalFrequencies: [0, 2] },
    );
    const mean = (j: number) =>
      Array.from({ length: all.rows }, (_, i) => all.data[i * all.cols + j] as number).reduce(
        (x, y) => x + y,
        0,
      ) / all.rows;
    for (const [j, value] of row(1).entries()) expect(value).toBeCloseTo(mean(j), 4);
  });
  it("are known to the guard: one film on both sides is refused, and so is a copy of it", async () => {
    const moving = (seed: number) => drawClips(createRandom(seed), 8);
    const copy = moving(9).map((own) => ({ ...own, contrast: 0.8 * own.contrast }));
    const two = (name: string, second: readonly Clip[] | "a") => {
      const files: Record<string, readonly Clip[]> =
        second === "a" ? { a: moving(9) } : { a: moving(9), b: second };
      const table = (file: string) => `0,16,${file}.npy\n`;
      return write(
        name,
        files,
        { r: table("a"), s: table(second === "a" ? "a" : "b") },
        `tr: ${tr}\nouter: { folds: 2 }\nfeatures: { x: { ready: { file: "x-{run}.npy" } } }`,
      );
    };
    const broken = async ({ own, settings }: ReturnType<typeof two>) =>
      (await checkStudy(settings, own)).flatMap(({ rule, state, findings }) =>
        state === "refused" && rule !== "short-gap" ? [`${rule}: ${findings[0]?.what}`] : [],
      );
    expect(await broken(two("guard-same", "a"))).toEqual([
      expect.stringMatching(/^split-repeats: 8 stimuli were shown in training and in held-out rows alike/),
    ]);
    expect(await broken(two("guard-copy", copy))).toEqual([
      expect.stringMatching(
        /^near-duplicates: \d+ held-out samples show what has a near-duplicate among the training rows .*frames alike for \d/,
      ),
    ]);
    expect(await broken(two("guard-other", moving(10)))).toEqual([]);
  });
  it("are needed for a space of motion energy", () => {
    expect(() =>
      parseSettings(
        "title: t\nquestion: q\ntr: 2\nparticipants: [p]\nruns: [{ id: r, samples: 9 }]\nresponses: { file: y.npy }\nregions: { names: [A] }\nouter: { folds: 2 }\nfeatures:\n  motion: { motionEnergy: {} }\n",
      ),
    ).toThrow(
      "study.yaml, line 10: features.motion.motionEnergy: motion energy is made of films; give `stimuli.films`.",
    );
  });
});

/** The same study with other feature spaces. */
function readSettingsOf(settings: object, features: object): string {
  return JSON.stringify({ ...settings, features, tests: {}, fit: {} }); // JSON is YAML
}
