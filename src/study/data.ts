import type { Features, Responses } from "../core/index.ts";
import type { TimedWord } from "../features/index.ts";
import type { Picture } from "../stimuli/index.ts";
import type { ShownFilm, ShownFilms } from "./films/film-data.ts";

/** One run as every person of the study went through it. */
export interface StudyRun {
  readonly id: string;
  readonly role: "train" | "test";
  readonly samples: number;
  /** Presentations of the run; a test run shown ten times has 10. */
  readonly repeats: number;
}

/** A feature space before scaling and delays: what it is, and how it enters the model. */
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
  /** true: layers of a foundation model, fitted alone to be compared with other models. Models come after all other spaces. */
  readonly model?: boolean;
  /** A control that every study has by itself. */
  readonly automatic?: boolean;
  /** Describes pictures without their content: no claim that the control of low-level vision could take away. */
  readonly lowLevel?: boolean;
  /** The columns are a kernel: they are taken as they are, neither centred nor scaled. */
  readonly raw?: boolean;
  /** Known to predict the mean of the held-out rows and nothing else: not fitted, R² 0 and r undefined. */
  readonly predictsMean?: boolean;
  /** Made of other spaces, fitted together with their rows exchanged; it has no features of its own. */
  readonly permutes?: {
    readonly spaces: readonly number[];
    /** Of each run: the row of the same run whose features each row takes. */
    readonly order: readonly Int32Array[];
  };
}

/** One feature space of all runs: `[layer][run]`, each (samples × features). A space without layers has one. */
export type SpaceFeatures = readonly (readonly Features[])[];

/** A picture that was shown: in a file, drawn by the virtual laboratory, or a frame of a film. */
export type ShownPicture = { readonly name: string; readonly sha256: string } & (
  | { readonly path: string }
  | { readonly picture: Picture }
  | {
      readonly film: ShownFilm;
      /** Seconds from the film's start. */
      readonly time: number;
    }
);

/** Which stimulus was on when. */
export interface ShownEvent {
  readonly sense: "pictures" | "sentences";
  /** Place in the list of this sense. */
  readonly index: number;
  /** Seconds from the first sample of the run; in rows that stand for stimuli, one second a row. */
  readonly onset: number;
  readonly duration: number;
}

/** What people saw and read, each stimulus listed once: for foundation models. */
export interface ShownStimuli {
  readonly pictures: readonly ShownPicture[];
  readonly sentences: readonly string[];
  /** Of each run. */
  readonly events: readonly (readonly ShownEvent[])[];
  /** Films as wholes; those of their frames that models are shown stand among the pictures. Absent where there are none. */
  readonly films?: ShownFilms;
}

/** What was shown to some people: the features of each space, in the order of `StudyData.spaces`. */
export interface StimulusSet {
  readonly spaces: readonly SpaceFeatures[];
}

/** One person: responses[run][repeat], (samples × targets), preprocessed run by run. */
export interface StudyPerson {
  readonly id: string;
  /** Index into `StudyData.stimuli`; people for whom a model has the same features are fitted together. */
  readonly stimuli: number;
  readonly responses: readonly (readonly Responses[])[];
  /** Region index of each target, −1 for none. */
  readonly regionOf: Int32Array;
  /** Targets that never vary in some run; their scores are undefined. */
  readonly constant: readonly number[];
  /** Targets that the settings leave out as not reliable; their scores are undefined, and they count in no region. Absent: none were judged. */
  readonly unreliable?: readonly number[];
  /** Reliability of each target, where it was judged. */
  readonly reliability?: Float64Array;
}

/** Stimuli by name, one a sample. */
export interface StimulusNames {
  readonly names: readonly string[];
  readonly hashes: readonly string[];
  /** The names are sentences, not files. */
  readonly texts: boolean;
  /** Where the pictures stand; absent for texts. */
  readonly paths?: readonly string[];
}

/** What the virtual laboratory planted. */
export interface PlantedTruth {
  readonly planted: readonly {
    readonly region: string;
    readonly spaces: readonly string[];
    readonly description: string;
  }[];
  /** Planted share of the variance, regions × spaces of the study. */
  readonly share: readonly (readonly number[])[];
  /** Every person's responses without noise, run by run as they are preprocessed; each run once. */
  readonly noiseless: readonly StudyPerson[];
}

/** Everything a study is computed from, whatever it was read from. */
export interface StudyData {
  readonly runs: readonly StudyRun[];
  readonly spaces: readonly StudySpace[];
  /** Names of the layers that layered spaces run through; one empty name without layers. */
  readonly layers: readonly string[];
  readonly regions: readonly string[];
  readonly stimuli: readonly StimulusSet[];
  readonly people: readonly StudyPerson[];
  /** Absent where the study says nothing of it. */
  readonly shown?: ShownStimuli;
  readonly truth: PlantedTruth | null;
  /** Group of each sample of all runs, for folds (passages, topics); null: whole runs. */
  readonly groups: Int32Array | null;
  /** The stimulus of each sample, from a list: names, SHA-256 of their bytes, and whether the names are texts; for the guard. */
  readonly stimulusList?: StimulusNames | null;
  /** Words that were heard or read in each run, from TextGrids; seconds from its first sample. Absent where none are known. */
  readonly words?: readonly (readonly TimedWord[])[];
  /** Sentences for the design section of the report. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
}
