import { describe, expect, it } from "vitest";
import {
  createRandom,
  type Dtype,
  type Features,
  fromRows,
  type Matrix,
  matrix,
  type Responses,
  stackCols,
  toDtype,
  zeros,
} from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import {
  type Band,
  drawWeightings,
  fitBandedRidge,
  fitKernelRidge,
  fitRidge,
  linearKernels,
  makeFolds,
  predict,
  predictKernel,
  predictSplit,
  spaceAlphas,
} from "./index.ts";

const linalg = createReferenceLinalg();

function draw<C extends string>(name: string, rows: number, cols: number, axis: C): Matrix<"samples", C> {
  const random = createRandom(3).stream(name);
  return matrix(
    ["samples", axis],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

/** Y = X B + noise, with a mean. */
async function problem(rows = 60, features = 8, targets = 5) {
  const X: Features = draw("X", rows, features, "features");
  const B = draw("B", features, targets, "targets");
  const signal = await linalg.gemm(X, matrix(["features", "targets"], features, targets, B.data));
  const noise = draw("noise", rows, targets, "targets");
  const Y: Responses = matrix(
    ["samples", "targets"],
    rows,
    targets,
    signal.data.map((v, k) => v + 0.5 * (noise.data[k] as number) + 3),
  );
  return { X, Y };
}

describe("fitRidge", () => {
  const alphas = spaceAlphas(0.1, 1000, 7);
  const folds = makeFolds(new Int32Array(60), { folds: 4 });

  it("solves its normal equations: Xᵀ(y − Xb) = alpha b", async () => {
    const { X, Y } = await problem();
    const fit = await fitRidge(X, Y, { alphas, folds, linalg });
    const residual = Y.data.map((v) => v);
    const P = await predict(fit, X, linalg);
    for (let k = 0; k < residual.length; k++) residual[k] = (residual[k] as number) - (P.data[k] as number);
    for (let t = 0; t < Y.cols; t++)
      for (let j = 0; j < X.cols; j++) {
        let left = 0;
        for (let i = 0; i < X.rows; i++)
          left +=
            ((X.data[i * X.cols + j] as number) - (fit.meanX[j] as number)) *
            (residual[i * Y.cols + t] as number);
        const right =
          (alphas[fit.alphaIndex[t] as number] as number) * (fit.coefficients.data[j * Y.cols + t] as number);
        expect(left).toBeCloseTo(right, 9);
      }
  });

  it("chooses, for each target, the alpha with the least error over the folds, as a plain loop does", async () => {
    const { X, Y } = await problem(40, 5, 3);
    const inner = makeFolds(new Int32Array(40), { folds: 4 });
    const fit = await fitRidge(X, Y, { alphas, folds: inner, linalg });
    for (let t = 0; t < 3; t++) {
      const losses = [];
      for (const alpha of alphas) {
        let loss = 0;
        for (const { train, test } of inner) loss += plainLoss(X, Y, t, alpha, train, test) / inner.length;
        losses.push(loss);
      }
      expect(fit.alphaIndex[t]).toBe(losses.indexOf(Math.min(...losses)));
      expect(fit.cvScores.data[t]).toBeCloseTo(-Math.min(...losses), 10);
    }
  });

  it("gives the same model in primal and dual form, with and without intercept", async () => {
    const { X, Y } = await problem();
    for (const intercept of [true, false]) {
      const primal = await fitRidge(X, Y, { alphas, folds, linalg, intercept, form: "primal" });
      const dual = await fitRidge(X, Y, { alphas, folds, linalg, intercept, form: "dual" });
      expect(dual.alphaIndex).toEqual(primal.alphaIndex);
      expect(gap(primal.coefficients, dual.coefficients)).toBeLessThan(1e-9);
      expect(gap(primal.cvScores, dual.cvScores)).toBeLessThan(1e-9);
    }
  });

  it("ignores a shift of X and Y when it fits an intercept", async () => {
    const { X, Y } = await problem();
    const shift = <C extends string>(m: Matrix<"samples", C>, by: number) =>
      matrix(m.axes, m.rows, m.cols, m.data.map((v) => v + by) as Float64Array<ArrayBuffer>);
    const here = await fitRidge(X, Y, { alphas, folds, linalg });
    const there = await fitRidge(shift(X, 5), shift(Y, -7), { alphas, folds, linalg });
    expect(gap(here.coefficients, there.coefficients)).toBeLessThan(1e-9);
  });

  it("fits each target as if it were alone", async () => {
    const { X, Y } = await problem();
    const all = await fitRidge(X, Y, { alphas, folds, linalg });
    const last = matrix(
      ["samples", "targets"],
      Y.rows,
      1,
      Float64Array.from({ length: Y.rows }, (_, i) => Y.data[i * Y.cols + 4] as number),
    );
    const alone = await fitRidge(X, last, { alphas, folds, linalg });
    for (let j = 0; j < X.cols; j++)
      expect(alone.coefficients.data[j]).toBeCloseTo(all.coefficients.data[j * Y.cols + 4] as number, 11);
  });

  it("works in float32 to single precision", async () => {
    const { X, Y } = await problem();
    const dtype: Dtype = "float32";
    const double = await fitRidge(X, Y, { alphas, folds, linalg });
    const single = await fitRidge(toDtype(X, dtype), toDtype(Y, dtype), { alphas, folds, linalg });
    expect(single.coefficients.data).toBeInstanceOf(Float32Array);
    expect(gap(single.coefficients, double.coefficients)).toBeLessThan(1e-4);
  });

  it("gives a constant target zero coefficients and its mean", async () => {
    const { X, Y } = await problem();
    for (let i = 0; i < Y.rows; i++) Y.data[i * Y.cols] = 4;
    const fit = await fitRidge(X, Y, { alphas, folds, linalg });
    expect(fit.coefficients.data[0]).toBeCloseTo(0, 12);
    expect(fit.meanY[0]).toBeCloseTo(4, 12);
  });

  it("names both shapes when samples differ, and the first NaN", async () => {
    const { X, Y } = await problem();
    const short = zeros(["samples", "targets"], 59, 5);
    await expect(fitRidge(X, short, { alphas, folds, linalg })).rejects.toThrow(
      "fitRidge: X and Y must have the same samples; got X 60 samples × 8 features and Y 59 samples × 5 targets.",
    );
    Y.data[7] = Number.NaN;
    await expect(fitRidge(X, Y, { alphas, folds, linalg })).rejects.toThrow(
      /Y must be finite.*row 1, column 2/,
    );
    Y.data[7] = 0;
    for (const form of ["primal", "dual"] as const)
      for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
        X.data[8 + 3] = wrong;
        await expect(fitRidge(X, Y, { alphas, folds, linalg, form })).rejects.toThrow(
          /X must be finite.*row 1, column 3/,
        );
      }
    const one = zeros(["samples", "features"], 1, 2);
    await expect(
      fitRidge(one, zeros(["samples", "targets"], 1, 1), { alphas, folds, linalg }),
    ).rejects.toThrow(/at least 2 samples/);
    await expect(fitRidge(X, toDtype(short, "float32"), { alphas, folds, linalg })).rejects.toThrow();
  });

  it("does not take X for Y", () => {
    const X = zeros(["samples", "features"], 4, 2);
    const Y = zeros(["samples", "targets"], 4, 2);
    // @ts-expect-error: features and responses are swapped
    expect(() => void fitRidge(Y, X, { alphas, folds, linalg }).catch(() => 0)).not.toThrow();
  });
});

describe("fitBandedRidge", () => {
  const alphas = spaceAlphas(0.1, 1000, 5);
  const bands: Band[] = [
    { name: "a", from: 0, to: 3 },
    { name: "b", from: 3, to: 8 },
  ];
  const folds = makeFolds(new Int32Array(60), { folds: 4 });

  it("is ridge on columns scaled by the square root of their band weight", async () => {
    const { X, Y } = await problem();
    const weightings = fromRows(["weightings", "bands"], [[0.2, 0.8]]);
    const scaled = matrix(
      X.axes,
      X.rows,
      X.cols,
      X.data.map((v, k) => v * Math.sqrt(k % 8 < 3 ? 0.2 : 0.8)) as Float64Array<ArrayBuffer>,
    );
    const banded = await fitBandedRidge(X, Y, { alphas, folds, linalg, bands, weightings });
    const plain = await fitRidge(scaled, Y, { alphas, folds, linalg });
    expect(gap(await predict(banded, X, linalg), await predict(plain, scaled, linalg))).toBeLessThan(1e-10);
  });

  it("leaves a band of weight 0 out, in both forms", async () => {
    const { X, Y } = await problem();
    const weightings = fromRows(["weightings", "bands"], [[0, 1]]);
    for (const form of ["primal", "dual"] as const) {
      const fit = await fitBandedRidge(X, Y, { alphas, folds, linalg, bands, weightings, form });
      expect(Math.max(...fit.coefficients.data.subarray(0, 15).map(Math.abs))).toBe(0);
    }
  });

  it("splits predictions into parts that sum to the whole; twin bands share evenly", async () => {
    const { X, Y } = await problem();
    const twice = stackCols([X, X]);
    const twins: Band[] = [
      { name: "one", from: 0, to: 8 },
      { name: "two", from: 8, to: 16 },
    ];
    const fit = await fitBandedRidge(twice, Y, {
      alphas,
      folds,
      linalg,
      bands: twins,
      weightings: fromRows(["weightings", "bands"], [[0.5, 0.5]]),
    });
    const [one, two] = await predictSplit(fit, twice, linalg);
    if (!one || !two) throw new Error("two parts");
    expect(gap(one, two)).toBeLessThan(1e-6);
    const total = await predict(fit, twice, linalg);
    for (let k = 0; k < total.data.length; k++)
      expect((one.data[k] as number) + (two.data[k] as number) + (fit.meanY[k % 5] as number)).toBeCloseTo(
        total.data[k] as number,
        9,
      );
  });

  it("prefers the band that carries the signal", async () => {
    const { X, Y } = await problem();
    const noise = draw("other", 60, 8, "features");
    const both = stackCols([X, noise]);
    const weightings = drawWeightings(2, 7, createRandom(1));
    const fit = await fitBandedRidge(both, Y, {
      alphas,
      folds,
      linalg,
      weightings,
      bands: [
        { name: "signal", from: 0, to: 8 },
        { name: "noise", from: 8, to: 16 },
      ],
    });
    for (const w of fit.weightingIndex) expect(weightings.data[w * 2]).toBeGreaterThan(0.5);
  });

  it("agrees with kernel ridge on the linear kernels, for new samples too", async () => {
    const { X, Y } = await problem();
    const weightings = drawWeightings(2, 5, createRandom(1));
    const linear = await fitBandedRidge(X, Y, { alphas, folds, linalg, bands, weightings });
    const kernels = await linearKernels(X, bands, linalg);
    const kernel = await fitKernelRidge(kernels, Y, { alphas, folds, linalg, weightings });
    expect(kernel.alphaIndex).toEqual(linear.alphaIndex);
    expect(kernel.weightingIndex).toEqual(linear.weightingIndex);
    const again = await predictKernel(kernel, kernels, linalg);
    expect(gap(again.total, await predict(linear, X, linalg))).toBeLessThan(1e-8);
  });

  it("refuses bands with holes and weightings off the simplex", async () => {
    const { X, Y } = await problem();
    const weightings = fromRows(["weightings", "bands"], [[0.5, 0.6]]);
    await expect(fitBandedRidge(X, Y, { alphas, folds, linalg, bands, weightings })).rejects.toThrow(
      /weighting 0 must be ≥ 0 and sum to 1; got \[0.5, 0.6\]/,
    );
    const holes = [{ name: "a", from: 1, to: 8 }];
    await expect(fitBandedRidge(X, Y, { alphas, folds, linalg, bands: holes, weightings })).rejects.toThrow(
      /band "a" is \[1, 8\) where 0 was next/,
    );
  });
});

function gap(a: Matrix, b: Matrix): number {
  expect([a.rows, a.cols]).toEqual([b.rows, b.cols]);
  return Array.from(a.data).reduce((most, v, k) => Math.max(most, Math.abs(v - (b.data[k] as number))), 0);
}

/** Mean squared error of ridge by Gaussian elimination on the normal equations. */
function plainLoss(
  X: Features,
  Y: Responses,
  t: number,
  alpha: number,
  train: Int32Array,
  test: Int32Array,
): number {
  const p = X.cols;
  const mean = (f: (i: number) => number) => [...train].reduce((sum, i) => sum + f(i), 0) / train.length;
  const mx = Array.from({ length: p }, (_, j) => mean((i) => X.data[i * p + j] as number));
  const my = mean((i) => Y.data[i * Y.cols + t] as number);
  const x = (i: number, j: number) => (X.data[i * p + j] as number) - (mx[j] as number);
  const y = (i: number) => (Y.data[i * Y.cols + t] as number) - my;
  const A = Array.from({ length: p }, (_, r) => [
    ...Array.from({ length: p }, (_, c) =>
      [...train].reduce((s, i) => s + x(i, r) * x(i, c), r === c ? alpha : 0),
    ),
    [...train].reduce((s, i) => s + x(i, r) * y(i), 0),
  ]);
  for (let k = 0; k < p; k++)
    for (let r = 0; r < p; r++)
      if (r !== k) {
        const f = (A[r]?.[k] ?? 0) / (A[k]?.[k] ?? 1);
        A[r] = (A[r] ?? []).map((v, c) => v - f * (A[k]?.[c] ?? 0));
      }
  const b = A.map((row, k) => (row[p] ?? 0) / (row[k] ?? 1));
  return (
    [...test].reduce((s, i) => s + (y(i) - b.reduce((q, v, j) => q + v * x(i, j), 0)) ** 2, 0) / test.length
  );
}
