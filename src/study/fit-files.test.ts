import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses } from "../core/index.ts";
import { fitRidge, makeFolds, predict, spaceAlphas } from "../encoding/index.ts";
import { encodeNpy, parseNpy } from "../io/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { type FitFilesOptions, fitFiles } from "./fit-files.ts";
import { leastMemory, planMemory, smallestNeeds } from "./plan-memory.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-fit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const [samples, features, targets] = [90, 6, 50];
const draw = (name: string, rows: number, cols: number) => {
  const random = createRandom(2).stream(name);
  return Float32Array.from({ length: rows * cols }, () => random.normal());
};
const X = draw("X", samples, features);
const Xtest = draw("test", 8, features);
const Y = draw("Y", samples, targets).map(
  (v, k) => v + (X[Math.floor(k / targets) * features + (k % features)] as number),
);
writeFileSync(path("X.npy"), encodeNpy({ shape: [samples, features], data: X }));
writeFileSync(path("test.npy"), encodeNpy({ shape: [8, features], data: Xtest }));
writeFileSync(path("Y.npy"), encodeNpy({ shape: [samples, targets], data: Y }));

const options = (change: Partial<FitFilesOptions> = {}): FitFilesOptions => ({
  features: [path("X.npy")],
  responses: [path("Y.npy")],
  test: [path("test.npy")],
  out: path("out"),
  store: path("store"),
  alphas: { from: 0.1, to: 1e4, count: 8 },
  weightings: 3,
  folds: 3,
  gap: 2,
  runLength: 30,
  dtype: "float32",
  coefficients: true,
  memory: 1e9,
  threads: 1,
  seed: 1,
  ...change,
});
const read = (out: string, name: string) => parseNpy(readFileSync(join(out, name)));

describe("fitFiles", () => {
  it("writes what fitRidge and predict give", async () => {
    const result = await fitFiles(options());
    expect([result.samples, result.targets, result.tile]).toEqual([samples, targets, targets]);
    const linalg = await openLinalg({ where: "here" });
    const runs = Int32Array.from({ length: samples }, (_, i) => Math.floor(i / 30));
    const x = matrix(["samples", "features"], samples, features, X);
    const y: Responses = matrix(["samples", "targets"], samples, targets, Y);
    const alphas = spaceAlphas(0.1, 1e4, 8);
    const fit = await fitRidge(x, y, { alphas, folds: makeFolds(runs, { folds: 3, gap: 2 }), linalg });
    expect([...read(path("out"), "alphas.npy").data]).toEqual(Array.from(fit.alphaIndex, (a) => alphas[a]));
    expect([...read(path("out"), "cv_scores.npy").data]).toEqual([...fit.cvScores.data]);
    expect([...read(path("out"), "coefficients.npy").data]).toEqual([...fit.coefficients.data]);
    const predicted = await predict(fit, matrix(["samples", "features"], 8, features, Xtest), linalg);
    const written = read(path("out"), "predicted.npy");
    expect(written.shape).toEqual([8, targets]);
    for (const [k, value] of written.data.entries())
      expect(value).toBeCloseTo(predicted.data[k] as number, 4);
    await linalg.close();
  });

  it("takes finished tiles from the store after a stop, and gives the same bytes", async () => {
    const names = ["alphas.npy", "cv_scores.npy", "coefficients.npy", "predicted.npy"];
    const stop = new AbortController();
    const cut = options({
      store: path("store2"),
      out: path("out2"),
      signal: stop.signal,
      onProgress: ({ step }) => step === "prepare" && stop.abort(),
    });
    await expect(fitFiles(cut)).rejects.toThrow(/Stopped/);
    await fitFiles(options({ store: path("store2"), out: path("out2") }));
    for (const name of names)
      expect(readFileSync(join(path("out2"), name)).equals(readFileSync(join(path("out"), name)))).toBe(true);
  });

  it("refuses features that differ in samples, and too little memory, naming what is needed", async () => {
    await expect(fitFiles(options({ features: [path("X.npy"), path("test.npy")] }))).rejects.toThrow(
      /files of --features must have the same samples; .*X\.npy has 90, .*test\.npy has 8/,
    );
    await expect(fitFiles(options({ memory: 1e8 }))).rejects.toThrow(
      /--memory must be at least 27\d MB for 90 samples/,
    );
  });
});

describe("planMemory", () => {
  const sizes = {
    samples: 3600,
    features: 6144,
    bands: 1,
    trainRows: 2880,
    testRows: 720,
    folds: 5,
    targets: 84_038,
    bytes: 4,
    workspace: 0,
    coefficients: false,
    predictions: false,
  };
  const each = 2880 * (2880 + 720);
  const needs = { smoothers: each, all: 5 * each, sums: 160 };

  it("gives larger tiles for more memory, holds smoothers where they fit, and never asks for more targets than there are", () => {
    const small = planMemory(1.3e9, sizes, needs);
    const large = planMemory(4e9, sizes, needs);
    expect(small?.tile).toBeGreaterThan(512);
    expect(large?.tile).toBeGreaterThan(small?.tile ?? 0);
    expect(small?.hold).toBe(0);
    expect(large?.hold).toBe(4 * needs.all);
    expect(planMemory(4e9, { ...sizes, targets: 10 }, needs)?.tile).toBe(10);
    const double = { ...sizes, bytes: 8, samples: 360, features: 600, trainRows: 288, testRows: 72 };
    expect(planMemory(1.3e9, double, smallestNeeds(double))?.tile).toBeGreaterThan(64);
  });

  it("says null where memory is too little, from the bound that it names on not", () => {
    const least = leastMemory(sizes, needs);
    expect(planMemory(least - 1e6, sizes, needs)).toBeNull();
    expect(planMemory(least, sizes, needs)?.tile).toBeGreaterThanOrEqual(512);
    expect(leastMemory(sizes, smallestNeeds(sizes))).toBeLessThan(least);
    const more = leastMemory({ ...sizes, workspace: 1e7 }, needs);
    expect(more - least).toBe(4e7);
  });
});
