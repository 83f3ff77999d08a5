import {
  allocate,
  checkFinite,
  checkSameRows,
  dtypeOf,
  EncodingError,
  type Features,
  fromRows,
  type Matrix,
  matrix,
  type OnProgress,
  type Responses,
  takeCols,
  takeRows,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { checkAlphas } from "./alphas.ts";
import { type Band, checkBands, oneBand } from "./band.ts";
import { columnMeans, subtractRow } from "./center.ts";
import { type Chosen, crossValidate, type InnerFold } from "./cross-validate.ts";
import { dualProblem, type Kernel, takeKernel } from "./dual.ts";
import type { Fold } from "./folds.ts";
import { primalProblem } from "./primal.ts";
import { type Decomposed, noMeans, type Problem, shrink } from "./problem.ts";
import { checkWeightings, type Weightings } from "./weightings.ts";

/** How a model is fitted. */
export interface FitOptions {
  /** Penalties tried; alpha multiplies ‖b‖². */
  readonly alphas: ArrayLike<number>;
  /** Inner folds over the rows of X: every choice is made on them. */
  readonly folds: readonly Fold[];
  readonly linalg: Linalg;
  /** Fit a mean beside the features, inside every fold. Default true. */
  readonly intercept?: boolean;
  /** Work in features (primal) or samples (dual); "auto" takes the smaller. Both give the same model. */
  readonly form?: "auto" | "primal" | "dual";
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link fitBandedRidge}. */
export interface BandedOptions extends FitOptions {
  readonly bands: readonly Band[];
  readonly weightings: Weightings;
}

/** A fitted ridge model. Predictions are (X − meanX) · coefficients + meanY. */
export interface RidgeFit extends Chosen {
  readonly form: "primal" | "dual";
  readonly bands: readonly Band[];
  readonly weightings: Weightings;
  readonly alphas: Float64Array;
  readonly coefficients: Matrix<"features", "targets">;
  readonly meanX: Float64Array;
  readonly meanY: Float64Array;
}

/** A fitted kernel model. Predictions are Σ_b w_b (K_b · dual) + meanY, with the kernels centred as in training. */
export interface KernelFit extends Chosen {
  readonly weightings: Weightings;
  readonly alphas: Float64Array;
  readonly dual: Matrix<"samples", "targets">;
  readonly meanY: Float64Array;
  readonly intercept: boolean;
  /** Training kernels, needed to centre those of new samples. */
  readonly kernels: readonly Kernel[];
}

/** Fit ridge regression, alpha chosen per target by cross-validation.
 *
 * Objective, for each target: min_b ‖y − Xb‖² + alpha ‖b‖².
 * @param X features (samples × features). @param Y responses (samples × targets), of the same dtype.
 * @returns coefficients (features × targets), the chosen alpha of each target and its cvScores.
 * @throws EncodingError "shape" | "value" | "option". @source Hoerl and Kennard 1970. */
export function fitRidge(X: Features, Y: Responses, options: FitOptions): Promise<RidgeFit> {
  return fitLinear("fitRidge", X, Y, {
    ...options,
    bands: oneBand(X.cols),
    weightings: fromRows(["weightings", "bands"], [[1]]),
  });
}

/** Fit banded ridge regression: alpha and band weights chosen per target by cross-validation.
 *
 * Objective, for each target: min_b ‖y − Xb‖² + alpha Σ_g ‖b_g‖² / w_g, where w is a point of the simplex;
 * a band with w_g = 0 is left out. One eigen-decomposition a fold and weighting serves all alphas and all targets.
 * @param X features (samples × features), the bands side by side. @param Y responses (samples × targets), of the same dtype.
 * @throws EncodingError "shape" | "value" | "option". @source Nunez-Elizalde et al. 2019; Dupré la Tour et al. 2022. */
export function fitBandedRidge(X: Features, Y: Responses, options: BandedOptions): Promise<RidgeFit> {
  return fitLinear("fitBandedRidge", X, Y, options);
}

async function fitLinear(
  name: string,
  X: Features,
  Y: Responses,
  {
    alphas,
    folds,
    linalg,
    intercept = true,
    form = "auto",
    bands,
    weightings,
    onProgress,
    signal,
  }: BandedOptions,
): Promise<RidgeFit> {
  checkInputs(name, X, Y, alphas, folds);
  checkBands(name, bands, X.cols);
  checkWeightings(name, weightings, bands.length);
  const smaller = X.cols <= X.rows ? "primal" : "dual";
  const chosenForm = form === "auto" ? smaller : form;
  const kernels = chosenForm === "dual" ? await linearKernels(X, bands, linalg) : [];
  const problem = (train: Int32Array | null, test: Int32Array): Promise<Problem> => {
    const [Xtrain, Ytrain] = train ? [takeRows(X, train), takeRows(Y, train)] : [X, Y];
    if (chosenForm === "primal")
      return primalProblem(Xtrain, Ytrain, takeRows(X, test), { bands, intercept, linalg });
    return Promise.resolve(kernelProblem(kernels, Y, train, test, { intercept, linalg }));
  };
  const chosen = await choose(problem, Y, folds, { weightings, alphas, linalg, onProgress, signal });
  const meanX = intercept ? columnMeans(X) : new Float64Array(X.cols);
  const whole = await problem(null, new Int32Array(0));
  const Xc = subtractRow(X, meanX);
  const coefficients = await refit(
    whole,
    chosen,
    { weightings, alphas, linalg, rows: X.cols },
    (c, weights) => (chosenForm === "primal" ? Promise.resolve(c) : toPrimal(c, Xc, bands, weights, linalg)),
  );
  return {
    form: chosenForm,
    bands,
    weightings,
    alphas: Float64Array.from(alphas),
    ...chosen,
    coefficients: matrix(["features", "targets"], X.cols, Y.cols, coefficients),
    meanX,
    meanY: intercept ? columnMeans(Y) : noMeans(Y),
  };
}

/** Fit (multiple-)kernel ridge regression: alpha and kernel weights chosen per target by cross-validation.
 *
 * Objective, for each target: min_c ‖y − Kc‖² + alpha cᵀKc with K = Σ_b w_b K_b.
 * @param kernels one symmetric positive semi-definite kernel a band, (samples × samples).
 * @param Y responses (samples × targets), of the same dtype.
 * @throws EncodingError "shape" | "value" | "option". @source Dupré la Tour et al. 2022. */
export async function fitKernelRidge(
  kernels: readonly Kernel[],
  Y: Responses,
  {
    alphas,
    folds,
    linalg,
    intercept = true,
    weightings,
    onProgress,
    signal,
  }: FitOptions & { weightings: Weightings },
): Promise<KernelFit> {
  for (const kernel of kernels) {
    checkInputs("fitKernelRidge", kernel, Y, alphas, folds);
    if (kernel.rows !== kernel.cols)
      throw new EncodingError(
        "shape",
        `fitKernelRidge: kernels must be square; got ${kernel.rows} × ${kernel.cols}.`,
      );
  }
  checkWeightings("fitKernelRidge", weightings, kernels.length);
  const problem = async (train: Int32Array | null, test: Int32Array) =>
    kernelProblem(kernels, Y, train, test, { intercept, linalg });
  const chosen = await choose(problem, Y, folds, { weightings, alphas, linalg, onProgress, signal });
  const whole = await problem(null, new Int32Array(0));
  const dual = await refit(whole, chosen, { weightings, alphas, linalg, rows: Y.rows }, (c) =>
    Promise.resolve(c),
  );
  return {
    weightings,
    alphas: Float64Array.from(alphas),
    ...chosen,
    dual: matrix(["samples", "targets"], Y.rows, Y.cols, dual),
    meanY: whole.meanY,
    intercept,
    kernels,
  };
}

function kernelProblem(
  kernels: readonly Kernel[],
  Y: Responses,
  train: Int32Array | null,
  test: Int32Array,
  options: { intercept: boolean; linalg: Linalg },
): Problem {
  const rows = train ?? Int32Array.from({ length: Y.rows }, (_, i) => i);
  const trained = train ? kernels.map((k) => takeKernel(k, rows, rows)) : kernels;
  const tested = kernels.map((k) => takeKernel(k, test, rows));
  return dualProblem(trained, train ? takeRows(Y, rows) : Y, tested, options);
}

/** One linear kernel a band: K_b = X_b X_bᵀ. */
export function linearKernels(X: Features, bands: readonly Band[], linalg: Linalg): Promise<Kernel[]> {
  return Promise.all(
    bands.map(async (band) => {
      const kernel = await linalg.syrkNT(takeCols(X, rangeOf(band)));
      return matrix(["samples", "kernel"], X.rows, X.rows, kernel.data);
    }),
  );
}

async function choose(
  problem: (train: Int32Array, test: Int32Array) => Promise<Problem>,
  Y: Responses,
  folds: readonly Fold[],
  options: {
    weightings: Weightings;
    alphas: ArrayLike<number>;
    linalg: Linalg;
    onProgress: OnProgress | undefined;
    signal: AbortSignal | undefined;
  },
): Promise<Chosen> {
  const inner: InnerFold[] = [];
  for (const fold of folds)
    inner.push({ problem: await problem(fold.train, fold.test), Ytest: takeRows(Y, fold.test) });
  const total = folds.length * options.weightings.rows;
  let done = 0;
  return crossValidate(inner, {
    ...options,
    onStep: () => options.onProgress?.({ step: "fit", done: ++done, total }),
  });
}

/** Coefficients of all targets on all rows: one decomposition for each weighting that was chosen. */
async function refit(
  problem: Problem,
  { alphaIndex, weightingIndex }: Chosen,
  {
    weightings,
    alphas,
    linalg,
    rows,
  }: { weightings: Weightings; alphas: ArrayLike<number>; linalg: Linalg; rows: number },
  convert: (coefficients: Matrix, weights: ArrayLike<number>) => Promise<Matrix>,
) {
  const targets = alphaIndex.length;
  const groups = new Map<number, number[]>();
  for (let t = 0; t < targets; t++) {
    const w = weightingIndex[t] as number;
    groups.set(w, [...(groups.get(w) ?? []), t]);
  }
  let out: ReturnType<typeof allocate> | undefined;
  for (const [w, group] of groups) {
    const weights = weightings.data.subarray(w * weightings.cols, (w + 1) * weightings.cols);
    const decomposed = takeTargets(await problem.decompose(weights), group);
    const chosen = Float64Array.from(group, (t) => alphas[alphaIndex[t] as number] as number);
    const shrunk = allocate(dtypeOf(decomposed.projected), decomposed.projected.data.length);
    shrink(decomposed, chosen, shrunk);
    const scaled = matrix(
      ["components", "targets"] as const,
      decomposed.projected.rows,
      group.length,
      shrunk,
    );
    const part = await convert(await linalg.gemm(decomposed.basis, scaled), weights);
    out ??= allocate(dtypeOf(part), rows * targets);
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < group.length; k++)
        out[i * targets + (group[k] as number)] = part.data[i * group.length + k] as number;
  }
  return out ?? allocate("float64", 0);
}

function takeTargets(decomposed: Decomposed, targets: readonly number[]): Decomposed {
  return { ...decomposed, projected: takeCols(decomposed.projected, targets) };
}

/** b_g = w_g X_gᵀ c. */
async function toPrimal(
  dual: Matrix,
  X: Features,
  bands: readonly Band[],
  weights: ArrayLike<number>,
  linalg: Linalg,
): Promise<Matrix> {
  const coefficients = await linalg.gemmTN(X, dual as Matrix<"samples", "targets">);
  for (const [b, band] of bands.entries())
    for (let k = band.from * dual.cols; k < band.to * dual.cols; k++)
      coefficients.data[k] = (coefficients.data[k] as number) * (weights[b] as number);
  return coefficients;
}

function checkInputs(
  name: string,
  X: Matrix,
  Y: Responses,
  alphas: ArrayLike<number>,
  folds: readonly Fold[],
): void {
  checkSameRows(name, X, Y);
  if (X.rows < 2 || X.cols < 1 || Y.cols < 1)
    throw new EncodingError(
      "shape",
      `${name}: needs at least 2 samples, 1 feature and 1 target; got X ${X.rows} × ${X.cols} and Y ${Y.rows} × ${Y.cols}.`,
    );
  if (dtypeOf(X) !== dtypeOf(Y))
    throw new EncodingError(
      "option",
      `${name}: X and Y must have the same dtype; got ${dtypeOf(X)} and ${dtypeOf(Y)}. Convert one with toDtype.`,
    );
  checkFinite(name, X, "X");
  checkFinite(name, Y, "Y");
  checkAlphas(name, alphas);
  if (folds.length < 1)
    throw new EncodingError("design", `${name}: needs at least one inner fold; got none.`);
  for (const [f, fold] of folds.entries())
    for (const row of [...fold.train, ...fold.test])
      if (row < 0 || row >= X.rows)
        throw new EncodingError("range", `${name}: fold ${f} names row ${row}; X has ${X.rows} samples.`);
}

function rangeOf({ from, to }: Band): Int32Array {
  return Int32Array.from({ length: to - from }, (_, k) => from + k);
}
