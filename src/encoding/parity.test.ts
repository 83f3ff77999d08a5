import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Features, type Matrix, matrix, type Responses } from "../core/index.ts";
import { parseNpy } from "../io/index.ts";
import { openLinalg } from "../linalg/index.ts";
import { columnMeans, subtractRow } from "./center.ts";
import {
  fitBandedRidge,
  fitKernelRidge,
  fitRidge,
  linearKernels,
  makeFolds,
  oneBand,
  predict,
  predictSplit,
} from "./index.ts";

/** Answers of himalaya 0.4.11 in float64 (conventions in the README.json beside them). */
const data = process.env.SIMCORTEX_DATA ?? "../shared/data";
const folder = (seed: number) => `${data}/../parity/himalaya-seed${seed}`;
const linalg = await openLinalg({ where: "here" });

describe.skipIf(!existsSync(folder(0))).each([0, 1])("himalaya, seed %i", (seed) => {
  const load = (name: string) => {
    const { shape, data: numbers } = parseNpy(readFileSync(`${folder(seed)}/${name}.npy`));
    return { shape, data: Float64Array.from(numbers as Float64Array) };
  };
  const table = <C extends string>(name: string, cols: C): Matrix<"samples", C> => {
    const { shape, data: numbers } = load(name);
    return matrix(["samples", cols], shape[0] ?? 0, shape[1] ?? 0, numbers);
  };
  let X: Features;
  let Y: Responses;
  let Xtest: Features;
  let alphas: Float64Array;
  const folds = makeFolds(new Int32Array(150), { folds: 5 });
  const bands = [
    { name: "a", from: 0, to: 40 },
    { name: "b", from: 40, to: 130 },
  ];
  beforeAll(() => {
    X = table("X_train", "features");
    Xtest = subtractRow(table("X_test", "features"), columnMeans(X));
    X = subtractRow(X, columnMeans(X));
    const raw = table("Y_train", "targets");
    Y = subtractRow(raw, columnMeans(raw));
    alphas = load("alphas").data;
  });

  const logs = (index: Int32Array) => Float64Array.from(index, (k) => Math.log(alphas[k] as number));
  const largest = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    expect(a.length).toBe(b.length);
    let most = 0;
    for (let k = 0; k < a.length; k++) most = Math.max(most, Math.abs((a[k] as number) - (b[k] as number)));
    return most;
  };

  it.each(["primal", "dual"] as const)("gives its ridge answers in the %s form", async (form) => {
    const fit = await fitRidge(X, Y, { alphas, folds, linalg, intercept: false, form });
    expect(largest(logs(fit.alphaIndex), load("ridge_best_alphas").data.map(Math.log))).toBeLessThan(1e-12);
    expect(largest(fit.cvScores.data, load("ridge_cv_scores").data)).toBeLessThan(1e-8);
    expect(largest(fit.coefficients.data, load("ridge_coef").data)).toBeLessThan(1e-6);
  });

  it("gives its kernel ridge answers", async () => {
    const kernels = await linearKernels(X, oneBand(X.cols), linalg);
    const weightings = matrix(["weightings", "bands"], 1, 1, Float64Array.of(1));
    const fit = await fitKernelRidge(kernels, Y, { alphas, folds, linalg, intercept: false, weightings });
    expect(largest(logs(fit.alphaIndex), load("kernel_best_alphas").data.map(Math.log))).toBeLessThan(1e-12);
    expect(largest(fit.dual.data, load("kernel_dual_coef").data)).toBeLessThan(1e-6);
  });

  it.each(["primal", "dual"] as const)("gives its banded ridge answers in the %s form", async (form) => {
    const gammas = load("banded_gammas");
    const weightings = matrix(["weightings", "bands"], gammas.shape[0] ?? 0, 2, gammas.data);
    const fit = await fitBandedRidge(X, Y, {
      alphas,
      folds,
      linalg,
      intercept: false,
      form,
      bands,
      weightings,
    });
    expect(largest(fit.cvScores.data, load("banded_cv_scores").data)).toBeLessThan(1e-8);
    const cv = load("banded_cv_scores").data;
    const deltas = load("banded_deltas").data;
    for (let t = 0; t < 60; t++) {
      const w = fit.weightingIndex[t] as number;
      const mine = [0, 1].map((b) =>
        Math.log((gammas.data[w * 2 + b] as number) / (alphas[fit.alphaIndex[t] as number] as number)),
      );
      const theirs = [deltas[t] as number, deltas[60 + t] as number];
      const best = Math.max(...Array.from({ length: 20 }, (_, k) => cv[k * 60 + t] as number));
      // two weightings that differ only in a weight below 1e-15 tie in himalaya's own scores: rounding chose there
      const tied = best - (cv[w * 60 + t] as number) < 1e-9;
      expect(tied || largest(mine, theirs) < 1e-8).toBe(true);
      expect(mine[0]).toBeCloseTo(theirs[0] as number, 8);
    }
    const parts = await predictSplit(fit, Xtest, linalg);
    const split = parts.flatMap((part) => [...part.data]);
    expect(largest(split, load("banded_pred_split").data)).toBeLessThan(1e-6);
    const total = await predict(fit, Xtest, linalg);
    const sum = [...(parts[0]?.data ?? [])].map((value, k) => value + (parts[1]?.data[k] ?? 0));
    expect(largest(total.data, sum)).toBeLessThan(1e-12);
  });

  it("gives its dual weights: alpha times ours, in its scaling of the kernels", async () => {
    const gammas = load("banded_gammas");
    const weightings = matrix(["weightings", "bands"], gammas.shape[0] ?? 0, 2, gammas.data);
    const kernels = await linearKernels(X, bands, linalg);
    const fit = await fitKernelRidge(kernels, Y, { alphas, folds, linalg, intercept: false, weightings });
    const scaled = Array.from(
      fit.dual.data,
      (value, k) => value * (alphas[fit.alphaIndex[k % 60] as number] as number),
    );
    expect(largest(scaled, load("banded_dual_weights").data)).toBeLessThan(1e-6);
  });
});
