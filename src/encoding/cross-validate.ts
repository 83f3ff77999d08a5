import {
  allocate,
  checkCancelled,
  dtypeOf,
  type Matrix,
  matrix,
  type Responses,
  zeros,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { type Decomposed, type Problem, shrink } from "./problem.ts";
import type { Weightings } from "./weightings.ts";

/** One inner fold: the decomposable training rows and the responses that are to be predicted. */
export interface InnerFold {
  readonly problem: Problem;
  readonly Ytest: Responses;
}

/** What cross-validation chose, target by target. */
export interface Chosen {
  /** Best cross-validated score of each weighting: negative mean squared error, averaged over folds. */
  readonly cvScores: Matrix<"weightings", "targets">;
  /** Index of the chosen alpha of each target. */
  readonly alphaIndex: Int32Array;
  /** Index of the chosen weighting of each target. */
  readonly weightingIndex: Int32Array;
}

const columnsAtOnce = 4096;

/** Scores nearer than this are tied (times log alpha between alphas, as in himalaya), so that rounding never decides. */
const tie = 1e-10;

/** Score every weighting and alpha on every inner fold, and choose the best for each target.
 *
 * Ties go to the larger alpha and the earlier weighting. A target without a finite score keeps index 0 and NaN. */
export async function crossValidate(
  folds: readonly InnerFold[],
  {
    weightings,
    alphas,
    linalg,
    signal,
    onStep,
  }: {
    weightings: Weightings;
    alphas: ArrayLike<number>;
    linalg: Linalg;
    signal?: AbortSignal | undefined;
    onStep?: (() => void) | undefined;
  },
): Promise<Chosen> {
  const targets = (folds[0] as InnerFold).Ytest.cols;
  const cvScores = zeros(["weightings", "targets"], weightings.rows, targets);
  const alphaIndex = new Int32Array(targets);
  const weightingIndex = new Int32Array(targets);
  const best = new Float64Array(targets).fill(Number.NEGATIVE_INFINITY);
  for (let w = 0; w < weightings.rows; w++) {
    const weights = weightings.data.subarray(w * weightings.cols, (w + 1) * weightings.cols);
    const losses = new Float64Array(alphas.length * targets); // mean squared errors, (alphas, targets)
    for (const fold of folds) {
      checkCancelled(signal);
      await addLosses(losses, fold, weights, alphas, linalg, folds.length);
      onStep?.();
    }
    chooseAlphas(losses, targets, w);
  }
  return { cvScores, alphaIndex, weightingIndex };

  function chooseAlphas(losses: Float64Array, count: number, w: number): void {
    for (let t = 0; t < count; t++) {
      let least = Number.POSITIVE_INFINITY;
      let index = 0;
      for (let a = 0; a < alphas.length; a++) {
        const loss = (losses[a * count + t] as number) - tie * Math.log(alphas[a] as number);
        if (loss < least) {
          least = loss;
          index = a;
        }
      }
      const score = Number.isFinite(least) ? -(losses[index * count + t] as number) : Number.NaN;
      cvScores.data[w * count + t] = score;
      if (score > (best[t] as number) + tie) {
        best[t] = score;
        alphaIndex[t] = index;
        weightingIndex[t] = w;
      }
    }
  }
}

async function addLosses(
  losses: Float64Array,
  { problem, Ytest }: InnerFold,
  weights: ArrayLike<number>,
  alphas: ArrayLike<number>,
  linalg: Linalg,
  folds: number,
): Promise<void> {
  const decomposed = await problem.decompose(weights);
  const test = await problem.project(decomposed, weights);
  const targets = Ytest.cols;
  const perCall = Math.max(1, Math.floor(columnsAtOnce / targets));
  for (let first = 0; first < alphas.length; first += perCall) {
    const count = Math.min(perCall, alphas.length - first);
    const predicted = await linalg.gemm(test, shrinkMany(decomposed, alphas, first, count));
    for (let a = 0; a < count; a++)
      addSquaredErrors(losses, (first + a) * targets, Ytest, problem.meanY, predicted, a * targets, folds);
  }
}

/** Shrunken responses for `count` alphas side by side, so that one product serves them all. */
function shrinkMany(
  decomposed: Decomposed,
  alphas: ArrayLike<number>,
  first: number,
  count: number,
): Matrix<"components", "targets"> {
  const { rows, cols } = decomposed.projected;
  const out = allocate(dtypeOf(decomposed.projected), rows * cols * count);
  for (let a = 0; a < count; a++)
    shrink(decomposed, alphas[first + a] as number, out, a * cols, cols * count);
  return matrix(["components", "targets"], rows, cols * count, out);
}

function addSquaredErrors(
  losses: Float64Array,
  at: number,
  Y: Responses,
  meanY: Float64Array,
  predicted: Matrix,
  column: number,
  folds: number,
): void {
  const share = 1 / (Y.rows * folds);
  const sums = new Float64Array(Y.cols);
  for (let i = 0; i < Y.rows; i++) {
    const y = i * Y.cols;
    const p = i * predicted.cols + column;
    for (let t = 0; t < Y.cols; t++) {
      const error = (Y.data[y + t] as number) - (meanY[t] as number) - (predicted.data[p + t] as number);
      sums[t] = (sums[t] as number) + error * error;
    }
  }
  for (let t = 0; t < Y.cols; t++) losses[at + t] = (losses[at + t] as number) + (sums[t] as number) * share;
}
