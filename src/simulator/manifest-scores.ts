import type { Sense } from "./manifest-model.ts";

/** A mean and its interval; null where undefined. */
export interface Interval {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A row of the table of regions × models × people. */
export interface TableRow {
  readonly region: string;
  readonly model: string;
  readonly person: string;
  readonly r: Interval;
  readonly r2: Interval;
  readonly ceiling: number | null;
  readonly shareOfCeiling: number | null;
  /** Targets inside the mask, of how many; null: not tested. */
  readonly kept: number | null;
  readonly targets: number;
}

/** How small a difference is concluded to be, by two one-sided tests against −margin and +margin. */
export interface SmallDifference {
  /** The smallest margin that the difference is concluded to be below, either way, each row by itself; null: no difference is excluded. */
  readonly bound: number | null;
  /** Of a difference of the declared margin or more, and corrected; null where no margin is declared. */
  readonly p: number | null;
  readonly pCorrected: number | null;
  /** Whether it is concluded to be smaller than the declared margin, at the corrected level. */
  readonly equivalent: boolean;
}

/** Two models in a region, over people. */
export interface DifferenceRow {
  readonly a: string;
  readonly b: string;
  readonly region: string;
  /** R²(a) − R²(b). */
  readonly difference: Interval;
  readonly p: number | null;
  readonly pCorrected: number | null;
  /** Null where the difference is undefined; absent in brains of before it was tested. */
  readonly equivalence?: SmallDifference | null;
}

/** A layer of a model in a region. */
export interface LayerRow {
  readonly model: string;
  /** Null where features were computed elsewhere. */
  readonly sense: Sense | null;
  readonly layer: string;
  readonly region: string;
  /** Of the layer by itself, on held-out data; null where only the chosen layer was scored. */
  readonly r: number | null;
  /** Share of targets, people and outer folds that chose it on inner folds; absent where the same layers are used for all. */
  readonly share?: number | null;
  /** Used in the model, or chosen most often. */
  readonly chosen: boolean;
}

/** A part of the joint R² of a region: what exactly these spaces explain together, and no other does. */
export interface PartRow {
  readonly region: string;
  /** One space: its unique part. */
  readonly spaces: readonly string[];
  /** R², over people; below zero where it came out so. */
  readonly share: Interval;
  /** In the order of `people` without the mean. */
  readonly perPerson: readonly (number | null)[];
}

/** What a feature space adds to the joint model in a region. */
export interface SpaceRow {
  readonly space: string;
  readonly region: string;
  /** True for a control: a win that it has too is none. */
  readonly control: boolean;
  /** R² of the space alone. */
  readonly alone: Interval;
  /** R² that is lost without it; all null for spaces that are no part of the joint model. */
  readonly unique: Interval;
  /** Mean weight of its band in the joint model. */
  readonly weight: number | null;
  readonly p: number | null;
  readonly pCorrected: number | null;
  readonly significant: boolean;
  /** Of the unique variance; null where that is undefined. */
  readonly equivalence?: SmallDifference | null;
}
