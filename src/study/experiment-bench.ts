import type { OnProgress, Random } from "../core/index.ts";
import type { Prediction, Stimuli } from "../simulator/index.ts";
import type { BrainFolder } from "./open-brain-folder.ts";
import type { ExperimentSettings, ExperimentStep } from "./read-experiment.ts";

/** What came of one experiment: plain data, for JSON. */
export interface ExperimentResult {
  readonly kind: string;
  readonly title: string;
  /** Sentences that must be read with it. */
  readonly warnings: readonly string[];
  /** One record a region, stimulus or tag. */
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** Places of localised targets. */
  readonly targets?: readonly number[];
  /** Pictures that were made: bytes 0 … 255, RGB. */
  readonly pictures?: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly data: Uint8Array;
  }[];
}

/** What experiments are run with. */
export interface RunExperimentOptions {
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A set of stimuli that was read. */
export interface ReadSet {
  readonly name: string;
  readonly stimuli: Stimuli;
  readonly labels: readonly string[];
  readonly tags: readonly (readonly string[])[];
}

/** What every experiment is handed. */
export interface Bench {
  readonly own: BrainFolder;
  readonly settings: ExperimentSettings;
  readonly random: Random;
  readonly folder: string;
  readonly options: RunExperimentOptions;
  set(name: string): Promise<ReadSet>;
  /** @param model default: that of the settings. */
  ask(set: ReadSet, model?: string): Promise<Prediction>;
}

/** Settings of one kind of experiment. */
export type Of<K extends string> = Extract<ExperimentStep, { readonly [key in K]: unknown }>;
