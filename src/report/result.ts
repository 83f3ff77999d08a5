import type { ClusterMaps, ReliabilityNote } from "./result-maps.ts";
import type {
  Cell,
  Comparison,
  ControlVerdict,
  ModelSummary,
  Partition,
  RegionScore,
} from "./result-scores.ts";

export type * from "./result-scores.ts";

/** What was tested and how, in words and numbers. */
export interface StudyTests {
  /** e.g. "sign-flip over 8 people, one-sided, exact". Comparisons of models use the same test two-sided. */
  readonly test: string;
  /** What is exchanged under the null: only a test over people carries a claim about people. */
  readonly unit: "people" | "blocks" | "shifts";
  /** e.g. "Benjamini–Hochberg over 8 regions × 6 feature spaces". */
  readonly correction: string;
  readonly level: number;
  /** The smallest p that this test can give with these data. */
  readonly smallestP: number;
  /** e.g. "95 % two-level bootstrap: people × blocks of 10 TRs, 1,000 draws". */
  readonly interval: string;
  readonly equivalence: {
    /** e.g. "two one-sided sign-flip tests over 8 people, exact". */
    readonly test: string;
    /** Smallest difference in R² that matters, as the settings declare it; null: none is declared. */
    readonly margin: number | null;
    readonly smallestP: number;
  };
}

/** A rule of method that the study breaks and its settings override. */
export interface Override {
  /** Name of the rule, as `allow` in the settings has it. */
  readonly rule: string;
  readonly what: string;
  /** Samples concerned. */
  readonly rows: number;
  /** Why it matters, with a number. */
  readonly why: string;
  /** What would repair it. */
  readonly repair: string;
}

/** How often a hyper-parameter was chosen, and how often on the edge of its grid. */
export interface Choices {
  readonly alphas: readonly number[];
  /** Times each alpha was chosen by the joint model, over targets, people and folds. */
  readonly alphaCounts: readonly number[];
  /** Share of choices on the first or last alpha. */
  readonly alphaEdgeRate: number;
  /** Mean band weight of each space (rows: regions in order, columns: spaces in order). */
  readonly bandWeights: readonly (readonly number[])[];
  /** Share of choices that sit on an extreme of the weight grid (a band at its smallest or largest weight). */
  readonly bandEdgeRate: number;
}

/** Planted truth of the virtual laboratory, and what the study made of it. */
export interface Recovery {
  readonly planted: readonly {
    readonly region: string;
    readonly spaces: readonly string[];
    readonly description: string;
  }[];
  /** Planted regions all of whose planted spaces were found. */
  readonly found: number;
  readonly plantedTotal: number;
  /** Cells called significant that were not planted. */
  readonly falseCells: readonly { readonly region: string; readonly space: string }[];
  /** Regions with at least one false cell. */
  readonly falseRegions: readonly string[];
  readonly nominalRate: number;
  /** Correlation over region × space cells between planted and estimated variance shares. */
  readonly shareCorrelation: number;
}

/** One run as the study used it. */
export interface RunSummary {
  readonly id: string;
  readonly role: "train" | "test";
  readonly samples: number;
  readonly repeats: number;
}

/** Per-target scores of one person; NaN where undefined. Arrays are in target order. */
export interface TargetScores {
  readonly participant: string;
  /** Region index of each target into `StudyResult.regions`, −1 for none. */
  readonly region: Int32Array;
  readonly r: Float64Array;
  readonly r2: Float64Array;
  /** Explainable variance, NaN without repeats. */
  readonly ceiling: Float64Array;
  /** What targets were kept by, where the settings ask for a mask by reliability; targets below its minimum have no scores (NaN). */
  readonly reliability?: Float64Array;
  readonly alpha: Float64Array;
  /** One array a feature space, in order, then one a model: unique R², alone R², split R², band weight; of models only alone is defined. */
  readonly unique: readonly Float64Array[];
  readonly alone: readonly Float64Array[];
  readonly split: readonly Float64Array[];
  readonly bandWeight: readonly Float64Array[];
}

/** Everything the report says. Plain data: no field depends on the options, and nothing here depends on time or place,
 * so that the same study gives the same bytes. */
export interface StudyResult {
  readonly title: string;
  readonly question: string;
  readonly design: "time-series" | "stimulus-rows";
  /** Seconds; NaN for stimulus-rows. */
  readonly tr: number;
  readonly participants: readonly string[];
  readonly regions: readonly string[];
  readonly spaces: readonly {
    readonly name: string;
    readonly description: string;
    /** Columns before delays. */
    readonly features: number;
    /** True for control spaces (word rate, luminance …): a win that a control also has is not a win. */
    readonly control: boolean;
    /** False for a space that is fitted alone for comparison and has no part in the joint model, so no unique variance. */
    readonly joint?: boolean;
  }[];
  readonly runs: readonly RunSummary[];
  /** Rules of method that were broken and overridden; empty for a study that keeps them all. */
  readonly overrides: readonly Override[];
  /** Sentences for the design section: delays, folds, gap, preprocessing, test. */
  readonly designNotes: readonly string[];
  readonly cells: readonly Cell[];
  readonly regionScores: readonly RegionScore[];
  readonly comparisons: readonly Comparison[];
  /** All parts of the joint R², where the settings ask for them (`partition: subsets`). */
  readonly partition: Partition | null;
  /** Controls that run by themselves, control by control; empty where the settings switch them off. */
  readonly controls: readonly ControlVerdict[];
  /** Foundation models, in order; empty where the study has none. */
  readonly models: readonly ModelSummary[];
  readonly targets: readonly TargetScores[];
  /** Absent where the settings ask for no mask by reliability. */
  readonly reliability?: ReliabilityNote;
  /** Maps tested with cluster enhancement; absent where the settings ask for none. */
  readonly clusters?: ClusterMaps;
  readonly tests: StudyTests;
  readonly choices: Choices;
  readonly ceilingNote: string;
  /** Things the reader must know: collinear spaces, edge rates, dropped targets, rules overridden. */
  readonly warnings: readonly string[];
  readonly recovery: Recovery | null;
  readonly provenance: {
    readonly version: string;
    readonly code: string;
    readonly node: string;
    readonly backend: string;
    readonly dtype: string;
    readonly seed: number;
    readonly settings: string;
    readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
  };
}
