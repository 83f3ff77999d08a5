import { type Matrix, zeros } from "../core/index.ts";

/** What cross-validation chose, target by target. */
export interface Chosen {
  /** Best cross-validated score of each weighting: negative mean squared error, averaged over folds. */
  readonly cvScores: Matrix<"weightings", "targets">;
  /** Index of the chosen alpha of each target. */
  readonly alphaIndex: Int32Array;
  /** Index of the chosen weighting of each target. */
  readonly weightingIndex: Int32Array;
}

/** Choices that grow as weightings are scored. */
export interface Choice extends Chosen {
  /** Take the losses of targets from `first` on into account, for weightings [from, to) with every alpha (alphas fastest). */
  take(losses: Matrix<"targets", "pairs">, first: number, from: number, to: number): void;
}

/** Scores nearer than this are tied (times log alpha between alphas, as in himalaya), so that rounding never decides. */
const tie = 1e-10;

/** Start choosing for `targets` targets. Ties go to the larger alpha and the earlier weighting; weightings must come in order.
 * A target without a finite score keeps index 0 and NaN. */
export function startChoice(weightings: number, targets: number, alphas: ArrayLike<number>): Choice {
  const cvScores = zeros(["weightings", "targets"], weightings, targets);
  const alphaIndex = new Int32Array(targets);
  const weightingIndex = new Int32Array(targets);
  const best = new Float64Array(targets).fill(Number.NEGATIVE_INFINITY);
  const bonus = Float64Array.from(alphas, (alpha) => tie * Math.log(alpha));
  return {
    cvScores,
    alphaIndex,
    weightingIndex,
    take(losses, first, from, to) {
      for (let row = 0; row < losses.rows; row++)
        for (let w = from; w < to; w++) {
          const at = row * losses.cols + (w - from) * bonus.length;
          const index = leastOf(losses.data, at, bonus);
          const score = index < 0 ? Number.NaN : -(losses.data[at + index] as number);
          const t = first + row;
          cvScores.data[w * targets + t] = score;
          if (score > (best[t] as number) + tie) {
            best[t] = score;
            alphaIndex[t] = index;
            weightingIndex[t] = w;
          }
        }
    },
  };
}

/** Index of the least loss; −1 if none is finite. */
function leastOf(losses: ArrayLike<number>, at: number, bonus: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  let index = -1;
  for (let a = 0; a < bonus.length; a++) {
    const loss = (losses[at + a] as number) - (bonus[a] as number);
    if (loss < least) {
      least = loss;
      index = a;
    }
  }
  return index;
}
