import {
  allocate,
  checkFinite,
  checkNumber,
  checkSameRows,
  dtypeOf,
  EncodingError,
  type Features,
  fromRows,
  type Matrix,
  matrix,
  type OnProgress,
  openSpare,
  type Responses,
  transpose,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { checkAlphas } from "./alphas.ts";
import { type Band, checkBands, oneBand } from "./band.ts";
import { columnMeans, subtractRow } from "./center.ts";
import type { Chosen } from "./choice.ts";
import { crossValidate, defaultTolerance, makeTiles, planSearch } from "./cross-validate.ts";
import { dualProblems, type Kernel } from "./dual.ts";
import type { Fold } from "./folds.ts";
import { primalProblems } from "./primal.ts";
import { noMeans, type Problems } from "./problem.ts";
import { refit } from "./refit.ts";
import { toPrimal } from "./to-primal.ts";
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
  /** Largest error of cross-validated predictions, in standard deviations of the target: alphas and weightings between those that are
   * solved are interpolated to this. 0 solves all of them. Default 2e-5 in float32, 0 in float64. The chosen model itself is
   * always solved. */
  readonly tolerance?: number;
  /** Targets that are worked on at once; bounds memory, not results beyond rounding. Default 4096. */
  readonly tile?: number;
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
 * a band with w_g = 0 is left out. A few pairs of alpha and w are solved by Cholesky and span all the others (docs/decisions).
 * @param X features (samples × features), the bands side by side. @param Y responses (samples × targets), of the same dtype.
 * @throws EncodingError "shape" | "value" | "option". @source Nunez-Elizalde et al. 2019; Dupré la Tour et al. 2022. */
export function fitBandedRidge(X: Features, Y: Responses, options: BandedOptions): Promise<RidgeFit> {
  return fitLinear("fitBandedRidge", X, Y, options);
}

async function fitLinear(name: string, X: Features, Y: Responses, options: BandedOptions): Promise<RidgeFit> {
  const { alphas, intercept = true, bands, weightings } = options;
  checkInputs(name, X, Y, options);
  checkBands(name, bands, X.cols);
  checkWeightings(name, weightings, bands.length);
  const made = linearProblems(name, X, options); // its products are under way while numbers are looked at
  made.catch(() => {}); // thrown below, unless a number is refused first
  checkFinite(name, Y, "Y");
  const { problems, Xc, meanX } = await made;
  const { chosen, solved } = await solveChosen(problems, Y, options);
  return {
    form: problems.form,
    bands,
    weightings,
    alphas: Float64Array.from(alphas),
    ...chosen,
    coefficients:
      problems.form === "primal"
        ? transpose(matrix(["targets", "features"], Y.cols, X.cols, solved.data))
        : await toPrimal(solved, Xc, chosen, options),
    meanX,
    meanY: intercept ? columnMeans(Y) : noMeans(Y),
  };
}

/** Centre the features and set up all folds, in the smaller form unless another is asked for.
 * @throws EncodingError "value" if a feature is not finite. */
export async function linearProblems(
  name: string,
  X: Features,
  { folds, linalg, intercept = true, form = "auto", bands }: BandedOptions,
): Promise<{ problems: Problems; Xc: Features; meanX: Float64Array }> {
  const meanX = intercept ? columnMeans(X) : new Float64Array(X.cols);
  const Xc = intercept ? subtractRow(X, meanX) : X;
  const primal = form === "auto" ? X.cols <= X.rows : form === "primal";
  if (primal) {
    const made = primalProblems(Xc, folds, { bands, intercept, linalg });
    made.catch(() => {}); // thrown below
    checkFinite(name, X, "X");
    return { problems: await made, Xc, meanX };
  }
  const kernels = await linearKernels(Xc, bands, linalg);
  if (!kernels.every(hasFiniteDiagonal)) checkFinite(name, X, "X");
  return { problems: dualProblems(kernels, folds, { intercept }), Xc, meanX };
}

/** Whether all features that a kernel was made of are finite: the squares of each sample's sum to a number on its diagonal. */
function hasFiniteDiagonal({ rows, data }: Kernel): boolean {
  for (let i = 0; i < rows; i++) if (!Number.isFinite(data[i * (rows + 1)])) return false;
  return true;
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
  options: FitOptions & { readonly weightings: Weightings },
): Promise<KernelFit> {
  const { alphas, folds, intercept = true, weightings } = options;
  for (const kernel of kernels) {
    checkInputs("fitKernelRidge", kernel, Y, options);
    checkFinite("fitKernelRidge", kernel, "X");
    if (kernel.rows !== kernel.cols)
      throw new EncodingError(
        "shape",
        `fitKernelRidge: kernels must be square; got ${kernel.rows} × ${kernel.cols}.`,
      );
  }
  checkFinite("fitKernelRidge", Y, "Y");
  checkWeightings("fitKernelRidge", weightings, kernels.length);
  const problems = dualProblems(kernels, folds, { intercept });
  const { chosen, solved } = await solveChosen(problems, Y, options);
  return {
    weightings,
    alphas: Float64Array.from(alphas),
    ...chosen,
    dual: transpose(matrix(["targets", "samples"], solved.rows, solved.cols, solved.data)),
    meanY: intercept ? columnMeans(Y) : noMeans(Y),
    intercept,
    kernels,
  };
}

/** One linear kernel a band: K_b = X_b X_bᵀ. */
export function linearKernels(X: Features, bands: readonly Band[], linalg: Linalg): Promise<Kernel[]> {
  return Promise.all(
    bands.map(async (band) => {
      const kernel = await linalg.syrkNT(X, band);
      return matrix(["samples", "kernel"], X.rows, X.rows, kernel.data);
    }),
  );
}

/** Choose by cross-validation, then solve on all rows: one row of coefficients a target. */
async function solveChosen(
  problems: Problems,
  Y: Responses,
  options: FitOptions & { readonly weightings: Weightings },
): Promise<{ chosen: Chosen; solved: Matrix<"targets", "rows"> }> {
  const { tile = 4096, tolerance = defaultTolerance(dtypeOf(Y)) } = options;
  const search = { ...options, tolerance, spare: openSpare(16) };
  const planned = planSearch(problems, Y, search);
  planned.catch(() => {}); // thrown below
  await new Promise((resolve) => setTimeout(resolve)); // its decompositions are under way while tiles are cut
  const tiles = await makeTiles(problems, Y, tile);
  const plans = await planned;
  const chosen = await crossValidate(problems, tiles, plans, search);
  const [only] = tiles.length === 1 ? tiles : [];
  if (only) return { chosen, solved: await refit(problems.whole, only, 0, chosen, options) };
  const out = allocate(dtypeOf(Y), Y.cols * problems.whole.size);
  let first = 0;
  for (const one of tiles) {
    out.set((await refit(problems.whole, one, first, chosen, options)).data, first * problems.whole.size);
    first += one.Y.rows;
  }
  return { chosen, solved: matrix(["targets", "rows"], Y.cols, problems.whole.size, out) };
}

function checkInputs(name: string, X: Matrix, Y: Responses, options: FitOptions): void {
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
  checkSearch(name, X, options);
}

/** Refuse alphas, folds and options that no fit can use. */
export function checkSearch(name: string, X: Matrix, options: FitOptions): void {
  const { alphas, folds, tolerance = 0, tile = 1 } = options;
  checkAlphas(name, alphas);
  checkNumber(name, "tolerance", tolerance, { min: 0 });
  checkNumber(name, "tile", tile, { min: 1, whole: true });
  checkFolds(name, folds, X.rows);
}

function checkFolds(name: string, folds: readonly Fold[], rows: number): void {
  if (folds.length < 1)
    throw new EncodingError("design", `${name}: needs at least one inner fold; got none.`);
  for (const [f, fold] of folds.entries()) {
    if (fold.train.length === 0 || fold.test.length === 0)
      throw new EncodingError(
        "design",
        `${name}: fold ${f} has ${fold.train.length} training and ${fold.test.length} test rows; both need some.`,
      );
    for (const row of [...fold.train, ...fold.test])
      if (row < 0 || row >= rows)
        throw new EncodingError("range", `${name}: fold ${f} names row ${row}; X has ${rows} samples.`);
  }
}
