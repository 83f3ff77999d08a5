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
}
