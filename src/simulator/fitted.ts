import type { Features, OnProgress, Random, Responses } from "../core/index.ts";
import type { Linalg } from "../linalg/linalg.ts";
import type { ModelRole, Sense } from "./manifest-model.ts";
import type { MaxTest } from "./max-test.ts";
import type { Pipeline } from "./pipeline.ts";
import type { BrainData } from "./study-data.ts";

/** Activations of one sense of a model for all stimuli of the study. */
export interface SenseInput {
  /** Every layer that was computed, (stimuli × width). */
  readonly layers: readonly { readonly name: string; readonly X: Features }[];
  /** Places in `layers` that the features are made of, side by side. */
  readonly use: readonly number[];
}

/** A model that is fitted. */
export interface ModelInput {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly role: ModelRole;
  readonly senses: Readonly<Partial<Record<Sense, SenseInput>>>;
}

/** Options of {@link fitBrain}. */
export interface FitBrainOptions {
  readonly linalg: Linalg;
  readonly random: Random;
  readonly alphas: ArrayLike<number>;
  /** Samples, as in the study. */
  readonly delays: readonly number[];
  /** Principal components of each sense. */
  readonly components: number;
  /** Whole runs are held out; also the inner folds. */
  readonly folds: number;
  /** How a new stimulus is shown; see `BrainManifest.presentation`. */
  readonly seconds: Readonly<Record<Sense, number>>;
  readonly window: readonly [number, number];
  /** Of the intervals, e.g. .9. */
  readonly coverage: number;
  /** Of the mask, e.g. .05. */
  readonly level: number;
  /** Shifts of the mask's test. */
  readonly draws: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One model, fitted to all people. Arrays are (people × targets) unless they say otherwise; person 0 is the mean. */
export interface FittedModel {
  readonly input: ModelInput;
  readonly senses: readonly {
    readonly sense: Sense;
    readonly pipeline: Pipeline;
    readonly columns: readonly [number, number];
    readonly interval: Float64Array;
    readonly distances: Float64Array;
    /** Share of new single presentations that the interval held, in test runs that nothing was fitted to. */
    readonly measured: { readonly share: number; readonly responses: number };
    /** R² that is lost without this sense; of the mean person's layers: r of each layer alone. */
    readonly unique: Float64Array;
    readonly layers: readonly { readonly name: string; readonly r: Float64Array }[];
    /** Features of the training stimuli, (stimuli × components). */
    readonly features: Features;
  }[];
  /** Of all senses together. */
  readonly columns: number;
  /** (people × targets × columns). */
  readonly weights: Float64Array;
  readonly test: MaxTest;
  readonly r2: Float64Array;
  readonly mask: Uint8Array;
  /** (people × targets × senses): chosen band weights. */
  readonly bandWeights: Float64Array;
  /** Test runs, (samples × people · targets). */
  readonly predicted: Responses;
}

/** A brain that was fitted, before it is packed. */
export interface FittedBrain {
  readonly data: BrainData;
  readonly options: Pick<
    FitBrainOptions,
    "delays" | "components" | "folds" | "seconds" | "window" | "coverage" | "level" | "draws"
  >;
  readonly models: readonly FittedModel[];
  /** (people × targets): variance share of the mean over repeats that is signal. */
  readonly ceiling: Float64Array;
  /** Test runs, mean over repeats, (samples × people · targets). */
  readonly measured: Responses;
  readonly testRuns: readonly { readonly id: string; readonly from: number; readonly to: number }[];
}
