/** A mean with the interval that goes with it. Undefined values are NaN, never 0. */
export interface Estimate {
  readonly mean: number;
  /** Bounds of the interval, at the level stated in {@link StudyTests}. */
  readonly low: number;
  readonly high: number;
}

/** One region × feature space: the cell of the main table. Scores are means over the region's targets, then over people. */
export interface Cell {
  readonly region: string;
  readonly space: string;
  /** R² of the model that has this feature space alone. */
  readonly alone: Estimate;
  /** Correlation of the same model. */
  readonly aloneR: Estimate;
  /** Joint R² − R² of the joint model without this space. */
  readonly unique: Estimate;
  /** Joint R² − unique variances of all spaces; the same for all cells of a region only with two spaces. */
  readonly shared: Estimate;
  /** Product-measure share of the joint R²; arbitrary when spaces are nearly collinear. */
  readonly split: Estimate;
  /** Unique variance as a share of the region's explainable variance. */
  readonly uniqueShareOfCeiling: number;
  /** Unique variance of each person, in the order of `StudyResult.participants`. */
  readonly perPerson: readonly number[];
  /** Uncorrected p of the unique variance (the test is named in {@link StudyTests}). */
  readonly p: number;
  /** Corrected over the declared family. */
  readonly pCorrected: number;
  /** People whose own unique variance is above zero. */
  readonly inFavour: number;
  readonly significant: boolean;
  /** Of the unique variance, on both sides of zero. */
  readonly equivalence: Equivalence;
}

/** Whether a difference is smaller than a margin, by two one-sided tests: the only ground on which *no difference* is concluded. */
export interface Equivalence {
  /** The smallest margin that the difference is concluded to be below, either way: at the level, each test by itself, not corrected.
   * Infinity: the data exclude no difference, however large. NaN: undefined. */
  readonly bound: number;
  /** p of a difference of the margin or more (`StudyTests.equivalence`); NaN where the settings name no margin. */
  readonly p: number;
  /** Corrected over the same family as the differences, as a family of its own. */
  readonly pCorrected: number;
  /** Whether the difference is concluded to be smaller than the margin, at the corrected level. */
  readonly equivalent: boolean;
}

/** One region: how well the joint model predicts it. */
export interface RegionScore {
  readonly region: string;
  /** Targets of the region, mean over people. */
  readonly targets: number;
  readonly r: Estimate;
  readonly r2: Estimate;
  /** Explainable variance (from repeats) or inter-subject ceiling, as a variance share. NaN if neither is known. */
  readonly ceiling: number;
  /** r / sqrt(ceiling): CC_norm. Values above 1 are shown, not clipped. */
  readonly ccNorm: number;
  /** Joint r of each person, in the order of `StudyResult.participants`. */
  readonly perPerson: readonly number[];
  /** Ceiling of each person, a variance share as `ceiling` is. */
  readonly ceilingPerPerson: readonly number[];
  readonly p: number;
  readonly pCorrected: number;
  readonly inFavour: number;
  readonly significant: boolean;
}

/** A pairwise comparison of two models (sets of feature spaces) in one region, by the paired test. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly region: string;
  /** R²(a) − R²(b). */
  readonly difference: Estimate;
  readonly perPerson: readonly number[];
  readonly p: number;
  readonly pCorrected: number;
  /** People whose own difference is above zero, that is, in favour of a. */
  readonly inFavour: number;
  /** Of either sign: the sign of the mean says which model is ahead. */
  readonly significant: boolean;
  readonly equivalence: Equivalence;
  /** What else differs between the two models (data, size, steps …). Empty: matched twins. Absent: not known. */
  readonly unmatched?: readonly string[];
  /** The same difference on responses without noise; in the virtual laboratory only. */
  readonly truth?: number;
}

/** The joint R² of one region in all its parts: they sum to it. */
export interface RegionPartition {
  readonly region: string;
  /** Unique parts first. A part below zero is kept: spaces that predict better together than each by itself, or a fit with more columns that lost
   * held-out variance. */
  readonly parts: readonly {
    /** One space: what only it explains. Several: what exactly these share, and no other explains. */
    readonly spaces: readonly string[];
    readonly share: Estimate;
    /** In the order of `StudyResult.participants`. */
    readonly perPerson: readonly number[];
  }[];
}

/** All unique and shared parts of the joint R², and what makes them unstable. */
export interface Partition {
  readonly regions: readonly RegionPartition[];
  /** Of each space: the share of its variance that the others predict linearly, all together and each alone, adjusted for columns (training rows of the first
   * fold, before delays). Near 1 its parts are arbitrary. NaN where it is not computed: too many columns. */
  readonly overlap: readonly {
    readonly space: string;
    readonly withOthers: number;
    readonly withEach: readonly number[];
  }[];
}

/** A foundation model of the study: what it is, and how well it does alone. It has no part in the joint model. */
export interface ModelSummary {
  readonly name: string;
  readonly description: string;
  /** True for controls (untrained, permuted captions): a win that a control also has is not a win. */
  readonly control: boolean;
  readonly towers: readonly {
    readonly sense: "pictures" | "sentences";
    /** As the settings write it. */
    readonly folder: string;
    /** What it was trained on, as its weights' file says; null: not known. */
    readonly signal: string | null;
    readonly layers: number;
    readonly width: number;
  }[];
  /** Layers that it chooses from; 0 is the embeddings. */
  readonly layers: readonly number[];
  /** In the order of `StudyResult.regions`. */
  readonly scores: readonly {
    readonly r2: Estimate;
    readonly r: Estimate;
    /** Share of targets, people and folds that chose each layer; empty where no layer is chosen because all are stacked. */
    readonly chosen: readonly number[];
  }[];
}

/** What a control that every study has by itself (OASM, position, low-level vision, permuted pairs) comes to in one region. Its scores stand among the cells. */
export interface ControlVerdict {
  readonly control: string;
  readonly region: string;
  /** Of its r alone being above zero, one-sided, as the joint model is tested. */
  readonly p: number;
  /** Corrected over controls × regions. */
  readonly pCorrected: number;
  readonly significant: boolean;
  /** Feature spaces and models with a win in this region that are not shown to score higher than the control: their win is none. */
  readonly reaches: readonly string[];
  /** Whether the joint model predicts this region and is not shown to score higher (in r) than the control. */
  readonly reachesJoint: boolean;
}
