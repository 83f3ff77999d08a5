import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  allocate,
  createRandom,
  type Features,
  type FloatArray,
  type Matrix,
  matrix,
  type Random,
  type Responses,
  takeCols,
  toDtype,
} from "../../src/core/index.ts";
import {
  drawWeightings,
  type Fold,
  type Kernel,
  makeFolds,
  spaceAlphas,
  type Weightings,
} from "../../src/encoding/index.ts";
import { encodeNpy, parseNpy } from "../../src/io/npy.ts";
import type { Linalg } from "../../src/linalg/index.ts";
import type { Case } from "./cases.ts";

/** What both sides fit. */
export interface BenchData {
  /** One a band, or all features in one table for "ridge"; empty where kernels are given. */
  readonly X: readonly Features[];
  readonly kernels: readonly Kernel[];
  readonly Y: Responses;
  readonly alphas: Float64Array;
  readonly weightings: Weightings;
  readonly folds: readonly Fold[];
}

/** Root mean variance of the features. */
const deviation = 0.01;

/** Make the data of a case and write them as NPY files, for both sides to read.
 *
 * Column k of a band has a standard deviation of k^−½, as the spectra of visual features fall (Stringer et al. 2019), scaled to a mean
 * variance of 1e-4: alphas then lie around 1, where himalaya's scores, which hold 1e-10 · log alpha to break ties, are off by less than 1e-9. A target is Σ_b X_b β_b of one band, the other or both, plus noise; its explainable share is even in [0, .6].
 * All columns have mean 0, targets also variance 1. */
export async function writeData(folder: string, one: Case, linalg: Linalg): Promise<void> {
  const random = createRandom(1).stream(one.name);
  const X = one.bands.map((features, b) => makeFeatures(one.samples, features, random.stream(`band ${b}`)));
  const Y = await makeResponses(X, one.targets, random.stream("responses"), linalg);
  write(folder, "Y", toDtype(Y, one.dtype));
  for (const [b, band] of X.entries())
    if (one.model === "kernels") {
      const wide = toDtype(band, "float64");
      write(folder, `K${b}`, toDtype(await linalg.syrkNT(wide), one.dtype));
    } else write(folder, `X${b}`, toDtype(band, one.dtype));
  const alphas = spaceAlphas(1e-3, 1e3, one.alphas);
  writeFileSync(
    join(folder, "alphas.npy"),
    encodeNpy({ shape: [alphas.length], data: Float64Array.from(alphas) }),
  );
  write(folder, "weightings", weightingsOf(one, random));
  const foldOf = new Int32Array(one.samples);
  for (const [f, { test }] of foldsOf(one).entries()) for (const row of test) foldOf[row] = f;
  writeFileSync(join(folder, "foldOf.npy"), encodeNpy({ shape: [foldOf.length], data: foldOf }));
}

/** Read what {@link writeData} wrote. */
export function readData(folder: string, one: Case): BenchData {
  const kernels = one.model === "kernels";
  const names = one.bands.map((_, b) => `${kernels ? "K" : "X"}${b}`);
  return {
    X: kernels ? [] : names.map((name) => read(folder, name, ["samples", "features"])),
    kernels: kernels ? names.map((name) => read(folder, name, ["samples", "kernel"])) : [],
    Y: read(folder, "Y", ["samples", "targets"]),
    alphas: parseNpy(readFileSync(join(folder, "alphas.npy"))).data as Float64Array,
    weightings: read(folder, "weightings", ["weightings", "bands"]) as Weightings,
    folds: foldsOf(one),
  };
}

/** Contiguous blocks of samples, as scikit-learn's KFold cuts. */
function foldsOf(one: Case): Fold[] {
  return makeFolds(new Int32Array(one.samples), { folds: one.folds });
}

function weightingsOf({ bands, weightings }: Case, random: Random): Weightings {
  if (weightings !== 2) return drawWeightings(bands.length, weightings, random);
  return matrix(["weightings", "bands"], 2, 2, Float64Array.of(0.7, 0.3, 0.3, 0.7));
}

function makeFeatures(samples: number, features: number, random: Random): Features {
  const out = allocate("float32", samples * features);
  const spread = Float64Array.from({ length: features }, (_, k) => 1 / Math.sqrt(k + 1));
  const scale = deviation * Math.sqrt(features / spread.reduce((sum, value) => sum + value * value, 0));
  for (let k = 0; k < out.length; k++) out[k] = scale * (spread[k % features] as number) * random.normal();
  const X = matrix(["samples", "features"], samples, features, out);
  for (let j = 0; j < features; j++) shiftColumn(X, j, false);
  return X;
}

async function makeResponses(
  X: readonly Features[],
  targets: number,
  random: Random,
  linalg: Linalg,
): Promise<Responses> {
  const samples = X[0]?.rows ?? 0;
  const out = allocate("float32", samples * targets);
  for (let k = 0; k < out.length; k++) out[k] = random.normal();
  const shares = Float64Array.from({ length: targets }, () => 0.6 * random.uniform());
  for (const [b, band] of X.entries()) {
    const beta = allocate("float32", band.cols * targets);
    for (let k = 0; k < beta.length; k++) beta[k] = random.normal() / (deviation * Math.sqrt(band.cols));
    const signal = await linalg.gemm(band, matrix(["features", "targets"], band.cols, targets, beta));
    for (let k = 0; k < out.length; k++) {
      const t = k % targets;
      const share = takesPart(t, b, X.length) ? (shares[t] as number) : 0;
      out[k] = (out[k] as number) + Math.sqrt(share / (1 - share)) * (signal.data[k] as number);
    }
  }
  const Y = matrix(["samples", "targets"], samples, targets, out);
  for (let t = 0; t < targets; t++) shiftColumn(Y, t, true);
  return Y;
}

/** With two bands, targets hold the first, the second and both in turn. */
function takesPart(target: number, band: number, bands: number): boolean {
  return bands === 1 || target % 3 === 2 || target % 3 === band;
}

/** Bring a column to mean 0, and to variance 1 if `scale`. */
function shiftColumn({ data, rows, cols }: Matrix, j: number, scale: boolean): void {
  let sum = 0;
  let squares = 0;
  for (let i = j; i < data.length; i += cols) sum += data[i] as number;
  const mean = sum / rows;
  for (let i = j; i < data.length; i += cols) squares += ((data[i] as number) - mean) ** 2;
  const factor = scale ? 1 / Math.sqrt(squares / rows) : 1;
  for (let i = j; i < data.length; i += cols) data[i] = factor * ((data[i] as number) - mean);
}

/** The same data with other targets only, in float64: to judge choices exactly. */
export function pickTargets(data: BenchData, targets: Int32Array): BenchData {
  return {
    ...data,
    X: data.X.map((band) => toDtype(band, "float64")),
    kernels: data.kernels.map((kernel) => toDtype(kernel, "float64")),
    Y: toDtype(takeCols(data.Y, targets), "float64"),
  };
}

function write(folder: string, name: string, m: Matrix): void {
  writeFileSync(join(folder, `${name}.npy`), encodeNpy({ shape: [m.rows, m.cols], data: m.data }));
}

function read<R extends string, C extends string>(
  folder: string,
  name: string,
  axes: readonly [R, C],
): Matrix<R, C> {
  const { shape, data } = parseNpy(readFileSync(join(folder, `${name}.npy`)));
  return matrix(axes, shape[0] ?? 0, shape[1] ?? 0, data as FloatArray);
}
