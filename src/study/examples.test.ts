import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import h5wasm, { File } from "h5wasm/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";
import { readSettings, runStudy, type StudySettings } from "../study.ts";
import { drawClips, film, paintClips } from "./film-study.fixture.ts";

/** The two designs of the paper, as they stand in examples/, on small simulated data of their shape; in test:all. */
const slow = process.env.SIMCORTEX_SLOW !== undefined;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-examples-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (settings: StudySettings, name: string) =>
  runStudy(settings, {
    folder: join(folder, name),
    out: join(folder, name, "results"),
    store: join(folder, "store"),
    workers: 2,
  });

function draw(random: Random, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length }, () => random.normal());
}

/** (rows × inner) times (inner × cols). */
function times(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  cols: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < cols; j++)
        out[i * cols + j] =
          (out[i * cols + j] as number) + (a[i * inner + k] as number) * (b[k * cols + j] as number);
  return out;
}

describe.runIf(slow)("examples/shortclips", () => {
  it("finds the band that was planted in each region: 12 runs of 300 TRs, a test of 270 TRs shown 10 times", {
    timeout: 90_000,
  }, async () => {
    const settings = await readSettings("examples/shortclips/study.yaml");
    const random = createRandom(4).stream("shortclips");
    const data = join(folder, "shortclips", "data");
    for (const part of ["responses", "features", "regions"]) mkdirSync(join(data, part), { recursive: true });
    await h5wasm.ready;
    const columns = 3;
    const perRegion = 2;
    const targets = 4 * perRegion;
    const spaces = ["motion_energy", "wordnet"].map((name) => {
      const own = random.stream(name);
      const X = { train: draw(own, 3600 * columns), test: draw(own, 270 * columns) };
      const file = new File(join(data, "features", `${name}.hdf`), "w");
      file.create_dataset({ name: "X_train", data: X.train, shape: [3600, columns] });
      file.create_dataset({ name: "X_test", data: X.test, shape: [270, columns] });
      file.close();
      return X;
    });
    for (const person of settings.participants ?? []) {
      const own = random.stream(person);
      // V1 and MT answer to motion, FFA and PPA to meaning, 2 TRs late, run by run
      const response = (X: Float64Array, t: number, rows: number, perRun: number, weights: Float64Array) =>
        Float64Array.from({ length: rows }, (_, i) =>
          i % perRun < 2
            ? 0
            : weights.reduce((sum, w, k) => sum + w * (X[(i - 2) * columns + k] as number), 0) + 0 * t,
        );
      const weights = Array.from({ length: targets }, () => draw(own, columns));
      const signal = (part: "train" | "test", rows: number, perRun: number) =>
        Array.from({ length: targets }, (_, t) =>
          response(
            (spaces[t < 2 * perRegion ? 0 : 1] as (typeof spaces)[0])[part],
            t,
            rows,
            perRun,
            weights[t] as Float64Array,
          ),
        );
      const noisy = (columnsOf: Float64Array[], rows: number, repeats: number) =>
        Float64Array.from({ length: repeats * rows * targets }, (_, k) => {
          const row = Math.floor(k / targets) % rows;
          return (columnsOf[k % targets]?.[row] as number) + 2 * own.normal();
        });
      const file = new File(join(data, "responses", `${person}_responses.hdf`), "w");
      file.create_dataset({
        name: "Y_train",
        data: noisy(signal("train", 3600, 300), 3600, 1),
        shape: [3600, targets],
      });
      file.create_dataset({
        name: "Y_test",
        data: noisy(signal("test", 270, 270), 270, 10),
        shape: [10, 270, targets],
      });
      file.close();
      const labels = Int32Array.from({ length: targets }, (_, t) => 1 + Math.floor(t / perRegion));
      writeFileSync(join(data, "regions", `${person}.npy`), encodeNpy({ shape: [targets], data: labels }));
    }
    const small: StudySettings = {
      ...settings,
      data: "data",
      fit: {
        ...settings.fit,
        weightings: 4,
        alphas: { from: 10, to: 10000, count: 4 },
        inner: { folds: 2, gap: 0 },
      },
      tests: { ...settings.tests, bootstrap: 100 },
    };
    const result = await run(small, "shortclips");
    const found = result.cells
      .filter((cell) => cell.significant)
      .map((cell) => `${cell.region}: ${cell.space}`);
    expect(found).toEqual(["V1: motion energy", "MT: motion energy", "FFA: wordnet", "PPA: wordnet"]);
    expect(result.runs.map((one) => one.id)).toHaveLength(13);
    expect(result.tests.test).toMatch(/27 blocks of 10 held-out samples.*too few people \(5\)/);
    for (const region of result.regionScores) {
      expect(region.ceiling).toBeGreaterThan(0.6); // ten repeats
      expect(region.ccNorm).toBeGreaterThan(0.9);
    }
  });
});

describe.runIf(slow)("examples/shortclips/films.yaml", () => {
  it("makes motion energy from films in HDF5, which predicts where direction was planted, and shows their frames to image towers", {
    timeout: 120_000,
  }, async () => {
    const settings = await readSettings("examples/shortclips/films.yaml");
    const random = createRandom(6).stream("clips");
    const data = join(folder, "films", "data");
    for (const part of ["responses", "regions", "stimuli"]) mkdirSync(join(data, part), { recursive: true });
    await h5wasm.ready;
    const [samples, targets] = [40, 4];
    const runs = [
      { id: "train", role: "train", samples, repeats: 1, count: 3 },
      { id: "test", role: "test", samples, repeats: 2, count: 1 },
    ] as const;
    const shown = ["train-1", "train-2", "train-3", "test"].map((id) => {
      const clips = drawClips(random.stream(id), samples);
      const frames = paintClips(clips, settings.stimuli?.films?.rate);
      const file = new File(join(data, "stimuli", `${id}.hdf`), "w");
      file.create_dataset({
        name: "stimuli",
        data: frames,
        shape: [frames.length / film.size ** 2, film.size, film.size],
      });
      file.close();
      writeFileSync(
        join(data, `films-${id}.csv`),
        `onset,duration,file\n0,${2 * samples},stimuli/${id}.hdf\n`,
      );
      return clips.map(({ orientation, hertz }) => (orientation === 0 ? 2 * Math.sign(hertz) : 0));
    });
    const people = (settings.participants ?? []).slice(0, 2);
    for (const person of people) {
      const own = random.stream(person);
      const course = (drives: readonly number[][], repeats: number) =>
        Float64Array.from({ length: repeats * drives.length * samples * targets }, (_, k) => {
          const row = Math.floor(k / targets) % (drives.length * samples);
          const [run, i] = [Math.floor(row / samples), row % samples];
          return (k % targets === 1 && i >= 2 ? (drives[run]?.[i - 2] as number) : 0) + own.normal();
        });
      const file = new File(join(data, "responses", `${person}_responses.hdf`), "w");
      file.create_dataset({
        name: "Y_train",
        data: course(shown.slice(0, 3), 1),
        shape: [3 * samples, targets],
      });
      file.create_dataset({ name: "Y_test", data: course(shown.slice(3), 2), shape: [2, samples, targets] });
      file.close();
      writeFileSync(
        join(data, "regions", `${person}.npy`),
        encodeNpy({ shape: [targets], data: Int32Array.of(1, 2, 3, 4) }),
      );
    }
    const tower = (name: string) => ({
      ...settings.models?.[name],
      image: resolve(`models/brivl-tiny/image-${name === "multimodal" ? "text" : "only"}`),
    });
    const result = await run(
      {
        ...settings,
        data: "data",
        participants: people,
        runs: [...runs],
        models: { multimodal: tower("multimodal"), unimodal: tower("unimodal") } as StudySettings["models"],
        activations: { ...settings.activations, frameRate: 1, layers: [1, 2] },
        fit: { ...settings.fit, alphas: { from: 100, to: 100000, count: 4 }, inner: { folds: 3, gap: 0 } },
        tests: { ...settings.tests, bootstrap: 100 },
      },
      "films",
    );
    const r = (region: string) =>
      result.cells.find((cell) => cell.region === region && cell.space === "motion energy")?.aloneR
        .mean as number;
    expect(r("MT")).toBeGreaterThan(0.4);
    for (const region of ["V1", "FFA", "PPA"]) expect(Math.abs(r(region))).toBeLessThan(0.4); // noise of 40 samples
    expect(result.spaces.find(({ name }) => name === "motion energy")?.features).toBe(6555);
    expect(result.models.map(({ name }) => name)).toContain("multimodal");
    expect(result.controls.some(({ control }) => control === "low-level vision")).toBe(true);
    expect(result.controls.some(({ control }) => control === "motion energy")).toBe(false); // it is a space of the study
  });
});

describe.runIf(slow)("examples/pereira", () => {
  it("finds where the multimodal model is ahead, layer and all: 384 sentences in 96 passages, 8 people, layers 1–12", {
    timeout: 90_000,
  }, async () => {
    const settings = await readSettings("examples/pereira/study.yaml");
    const random = createRandom(5).stream("pereira");
    const data = join(folder, "pereira", "data");
    for (const part of ["responses", "features", "aal"]) mkdirSync(join(data, part), { recursive: true });
    const [sentences, units] = [384, 4];
    const layers = { multimodal: [] as Float64Array[], unimodal: [] as Float64Array[] };
    for (const model of ["multimodal", "unimodal"] as const)
      for (let layer = 1; layer <= 12; layer++) {
        const X = draw(random.stream(`${model} ${layer}`), sentences * units);
        layers[model].push(X);
        writeFileSync(
          join(data, "features", `${model}-layer-${layer}.npy`),
          encodeNpy({ shape: [sentences, units], data: X }),
        );
      }
    const position = Array.from({ length: sentences }, (_, i) => `${i % 4},${5 + (i % 7)}`);
    writeFileSync(
      join(data, "features", "position-and-length.csv"),
      `position,words\n${position.join("\n")}\n`,
    );
    writeFileSync(
      join(data, "passages.csv"),
      `passage\n${position.map((_, i) => Math.floor(i / 4)).join("\n")}\n`,
    );
    for (const person of settings.participants ?? []) {
      const own = random.stream(person);
      // hippocampus: layer 3 of the multimodal model; frontal: layer 9 of its twin; temporal: nothing
      const signals = [layers.multimodal[2], layers.unimodal[8]].map((X) =>
        times(X as Float64Array, draw(own, units * 2), sentences, units, 2),
      );
      const Y = Float64Array.from({ length: sentences * 6 }, (_, k) => {
        const [i, t] = [Math.floor(k / 6), k % 6];
        return (signals[Math.floor(t / 2)]?.[i * 2 + (t % 2)] ?? 0) + 3 * own.normal();
      });
      writeFileSync(join(data, "responses", `${person}.npy`), encodeNpy({ shape: [sentences, 6], data: Y }));
      writeFileSync(
        join(data, "aal", `${person}.npy`),
        encodeNpy({ shape: [6], data: Int32Array.of(4101, 4101, 7, 7, 85, 85) }),
      );
    }
    const small: StudySettings = {
      ...settings,
      data: "data",
      outer: { folds: 3, shuffle: "none", gap: 0, groups: "passages.csv" },
      fit: {
        ...settings.fit,
        weightings: 1,
        alphas: { from: 10, to: 1000, count: 3 },
        inner: { folds: 2, gap: 0 },
      },
      tests: { ...settings.tests, bootstrap: 100 },
    };
    const result = await run(small, "pereira");
    const ahead = result.comparisons
      .filter((one) => one.significant)
      .map((one) => `${one.region} ${Math.sign(one.difference.mean)}`);
    expect(ahead.sort()).toEqual(["Frontal_Mid_L -1", "HIP_L 1"]);
    expect(result.cells.filter((cell) => cell.significant && cell.space === "position and length")).toEqual(
      [],
    );
    expect(result.tests.smallestP).toBe(1 / 256);
    expect(result.design).toBe("stimulus-rows");
  });
});
