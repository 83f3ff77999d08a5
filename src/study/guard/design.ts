import type { Features } from "../../core/index.ts";
import type { Fold } from "../../encoding/index.ts";
import type { FilmSigns } from "./film-copies.ts";

/** A step that learns something from rows before or inside a study. */
export interface FittedStep {
  readonly step: "scaler" | "pca" | "layer" | "mask" | "regions";
  /** What it was fitted for: a feature space, or "responses". */
  readonly of: string;
  /** Rows it learned from: `outside`, other data; `fold`, the training rows of each fold; `training`, the training runs; `all`, every
   * row; `test`, the held-out rows. */
  readonly from: "outside" | "fold" | "training" | "all" | "test";
  /** Among how many it chose (layers, targets); null if that is not known. */
  readonly choices: number | null;
  /** Of a mask by reliability: the least that a target needs, and presentations of a held-out run. */
  readonly reliability?: { readonly minimum: number; readonly presentations: number };
}

/** One outer fold with the inner folds of its training rows; all rows are rows of the study. */
export interface GuardFold extends Fold {
  readonly name: string;
  readonly inner: readonly Fold[];
}

/** A feature space as it was brought, before anything that the study does to it. */
export interface GuardSpace {
  readonly name: string;
  /** Whether it was made elsewhere and read from a file. */
  readonly ready: boolean;
  /** One a run, (samples × features). */
  readonly runs: readonly Features[];
}

/** All that the guard looks at: which rows hang together, who learns from which, and in what order things were fitted. */
export interface GuardDesign {
  readonly kind: "time-series" | "stimulus-rows";
  /** Outer folds over the training runs were asked for; without them the runs with `role: test` are the test. */
  readonly outerFolds: number | null;
  readonly runs: readonly { readonly id: string; readonly role: "train" | "test" }[];
  /** Run of each row, rows of a run together. */
  readonly runOf: Int32Array;
  /** Time of each row in its run, seconds; null for rows that stand for stimuli. */
  readonly onset: Float64Array | null;
  /** Passage, topic or session of each row, −1 for none; null if nothing was declared. */
  readonly groupOf: Int32Array | null;
  /** Rows with the same number showed the same stimulus, −1 is not known; null if stimuli cannot be told apart. */
  readonly stimulusOf: Int32Array | null;
  /** How films look along the study; absent or null where none are known. */
  readonly films?: FilmSigns | null;
  /** Text of each row's stimulus, where there is one. */
  readonly texts: readonly string[] | null;
  readonly folds: readonly GuardFold[];
  /** Feature spaces that are no controls. */
  readonly spaces: readonly GuardSpace[];
  /** In the order in which they happen. */
  readonly steps: readonly FittedStep[];
  /** Responses of rows that stand for stimuli were z-scored run by run. */
  readonly zscoredRows: boolean;
  /** Targets that lie in a region, of one person. */
  readonly targets: number;
}
