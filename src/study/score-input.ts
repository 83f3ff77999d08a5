import type { Matrix, Responses } from "../core/index.ts";

/** Held-out data of one person in one outer fold. */
export interface ScoreFold {
  /** Measured responses of the test rows, repeats averaged. */
  readonly Y: Responses;
  /** Predictions of each model, in the order of the plan. */
  readonly predicted: readonly Responses[];
  /** Part of each joint space in the joint prediction, without the mean response; null for other spaces. */
  readonly parts: readonly (Responses | null)[];
  /** Block of each test row, for the bootstrap and the paired test. */
  readonly blocks: Int32Array;
  /** How often each block is drawn, (draws × blocks). */
  readonly drawn: Matrix<"draws", "blocks">;
  /** Lengths of the stretches of rows that may be shifted in a circle; absent where no test does. */
  readonly stretches?: readonly number[];
}

/** Everything needed to score one person. */
export interface ScoreInput {
  readonly folds: readonly ScoreFold[];
  readonly joint: number;
  /** Model of each space alone, and of the joint model without it (−1: no space left; null: not part of the joint model). */
  readonly alone: readonly number[];
  readonly without: readonly (number | null)[];
  /** Models of the subsets that the joint R² is divided by; empty where it is not. */
  readonly subsets: readonly number[];
  /** Region of each target, −1 for none. */
  readonly regionOf: Int32Array;
  readonly regions: number;
  /** Targets whose scores are undefined. */
  readonly constant: readonly number[];
  /** Pairs of models that tests set against each other under circular shifts (−1: predicting the mean); absent where none does. */
  readonly pairs?: readonly (readonly [number, number])[];
}
