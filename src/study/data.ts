import type { Features, Responses } from "../core/index.ts";

/** One run as every person of the study went through it. */
export interface StudyRun {
  readonly id: string;
  readonly role: "train" | "test";
  readonly samples: number;
  /** Presentations of the run; a test run shown ten times has 10. */
  readonly repeats: number;
}

/** A feature space before delays and scaling: what it is, and how it enters the model. */
export interface StudySpace {
  readonly name: string;
  readonly description: string;
  readonly control: boolean;
  /** false: fitted alone for comparison, not part of the joint model. */
  readonly joint: boolean;
  /** In samples (TRs). */
  readonly delays: readonly number[];
  /** Principal components kept, fitted on training rows only; null keeps all columns. */
  readonly pca: number | null;
}

/** Features of all runs: `byLayer[layer][space][run]`, each (samples × features). Without layers there is one layer. */
export interface StudyFeatures {
  readonly layers: readonly string[];
  readonly byLayer: readonly Readonly<Record<string, readonly Features[]>>[];
}

/** One person: responses[run][repeat], (samples × targets), preprocessed run by run. */
export interface StudyPerson {
  readonly id: string;
  /** Index into `StudyData.features`; people who saw the same stimuli share features and are fitted together. */
  readonly features: number;
  readonly responses: readonly (readonly Responses[])[];
  /** Region index of each target, −1 for none. */
  readonly regionOf: Int32Array;
}

/** What the virtual laboratory planted. */
export interface PlantedTruth {
  readonly planted: readonly {
    readonly region: string;
    readonly spaces: readonly string[];
    readonly description: string;
  }[];
  /** Planted variance share, regions × spaces. */
  readonly share: readonly (readonly number[])[];
}

/** Everything a study is computed from, whatever it was read from. */
export interface StudyData {
  readonly runs: readonly StudyRun[];
  readonly spaces: readonly StudySpace[];
  readonly regions: readonly string[];
  readonly features: readonly StudyFeatures[];
  readonly people: readonly StudyPerson[];
  readonly truth: PlantedTruth | null;
  /** Group label of each training-or-test sample for outer folds, or null: whole runs. */
  readonly groups: Int32Array | null;
  /** Sentences for the design section of the report. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
}
