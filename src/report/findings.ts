import type { Cell, Comparison, Estimate, RegionScore, StudyResult } from "./result.ts";

/** What the statistics carry, before it is put into words: the one reading of the record that answer, tables and figures share. */
export interface Findings {
  /** Regions that the joint model predicts, corrected. */
  readonly predicted: readonly RegionScore[];
  /** Regions with a defined joint score and no evidence of prediction. */
  readonly notPredicted: readonly RegionScore[];
  /** Regions whose joint score or test is undefined. */
  readonly undefinedRegions: readonly RegionScore[];
  /** Cells with unique variance above zero, corrected, that no control takes away; without control spaces. */
  readonly wins: readonly Cell[];
  /** Cells that would be wins, but a control that runs by itself predicts the region and they are not shown to score higher. */
  readonly takenAway: readonly Cell[];
  /** The same for control spaces. */
  readonly controlWins: readonly Cell[];
  /** Cells that were tested without a finding. */
  readonly nothing: readonly Cell[];
  /** Cells of the joint model's spaces whose unique variance or test is undefined. */
  readonly undefinedCells: readonly Cell[];
  /** Comparisons with a corrected difference, of either sign. */
  readonly differences: readonly Comparison[];
  /** Comparisons without a difference, concluded to be smaller than the margin of the settings. */
  readonly alike: readonly Comparison[];
}

/** Sort the cells, regions and comparisons of a study by what their tests carry.
 *
 * A significant cell counts only with a defined mean above zero; a control space is never among `wins`.
 * @returns lists in the order of the record. */
export function readFindings(result: StudyResult): Findings {
  const controls = controlNames(result);
  const joint = new Set(jointSpaces(result));
  const found = result.cells.filter(isFound);
  return {
    predicted: result.regionScores.filter(isPredicted),
    notPredicted: result.regionScores.filter((region) => isScored(region) && !isPredicted(region)),
    undefinedRegions: result.regionScores.filter((region) => !isScored(region)),
    wins: found.filter((cell) => !controls.has(cell.space) && takenBy(result, cell).length === 0),
    takenAway: found.filter((cell) => !controls.has(cell.space) && takenBy(result, cell).length > 0),
    controlWins: found.filter((cell) => controls.has(cell.space)),
    nothing: result.cells.filter((cell) => isTested(cell) && !isFound(cell)),
    undefinedCells: result.cells.filter((cell) => joint.has(cell.space) && !isTested(cell)),
    differences: result.comparisons.filter((c) => c.significant && Math.abs(c.difference.mean) > 0),
    alike: result.comparisons.filter((c) => !c.significant && c.equivalence.equivalent),
  };
}

/** Controls that run by themselves, predict the region, and are not shown to score lower than the space or model.
 * @returns their names; empty: a win of it there stands. */
export function takenBy(
  { controls }: Pick<StudyResult, "controls">,
  { region, space }: Pick<Cell, "region" | "space">,
): readonly string[] {
  return controls
    .filter((own) => own.region === region && own.significant && own.reaches.includes(space))
    .map(({ control }) => control);
}

/** Controls that run by themselves and predict a region as well as the joint model is shown to. */
export function jointTakenBy({ controls }: StudyResult, region: string): readonly string[] {
  return controls
    .filter((own) => own.region === region && own.significant && own.reachesJoint)
    .map(({ control }) => control);
}

/** Names of the control spaces. */
export function controlNames(result: StudyResult): ReadonlySet<string> {
  return new Set(result.spaces.filter((space) => space.control).map((space) => space.name));
}

/** Names of the feature spaces that make up the joint model. */
export function jointSpaces(result: StudyResult): readonly string[] {
  return result.spaces.filter(({ joint }) => joint !== false).map(({ name }) => name);
}

/** Whether the joint R² of a region is defined and not above zero: then what a space adds makes an error smaller, and is no share of
 * variance explained. */
export function isLoss(result: StudyResult, region: string): boolean {
  const score = result.regionScores.find((own) => own.region === region);
  return score !== undefined && score.r2.mean <= 0;
}

const leastCeiling = 0.01;

/** Unique variance as a share of the ceiling, where such a ratio means something: NaN where the joint R² is not above zero or less than
 * 1 % of the variance is explainable. The tables beside the page keep the bare ratio. */
export function shareOfCeiling(result: StudyResult, cell: Cell): number {
  const score = result.regionScores.find((own) => own.region === cell.region);
  const meaningful = score !== undefined && score.ceiling >= leastCeiling && !isLoss(result, cell.region);
  return meaningful ? cell.uniqueShareOfCeiling : Number.NaN;
}

/** What the ceiling is a ceiling of, in words: repeats give the explainable variance, other people what people share. */
export function ceilingName({ ceilingNote }: StudyResult): string {
  return /inter-subject/i.test(ceilingNote) ? "variance that people share" : "explainable variance";
}

/** Whether a cell's unique variance is above zero at the corrected level. */
export function isFound(cell: Cell): boolean {
  return cell.significant && isTested(cell) && cell.unique.mean > 0;
}

/** Whether a cell has a defined unique variance and a defined corrected p. */
export function isTested(cell: Cell): boolean {
  return Number.isFinite(cell.unique.mean) && Number.isFinite(cell.pCorrected);
}

/** Whether the joint model predicts a region at the corrected level. */
export function isPredicted(region: RegionScore): boolean {
  return region.significant && isScored(region) && region.r.mean > 0;
}

/** Whether an interval is defined and holds zero. */
export function holdsZero({ low, high }: Estimate): boolean {
  return low <= 0 && high >= 0;
}

function isScored(region: RegionScore): boolean {
  return Number.isFinite(region.r.mean) && Number.isFinite(region.pCorrected);
}

/** Control cells of the same region that alone score at least as much as `cell` does alone.
 * @returns the control cells, in order; empty for a control or where a score is undefined. */
export function controlsThatReach(result: StudyResult, cell: Cell): readonly Cell[] {
  const controls = controlNames(result);
  if (controls.has(cell.space)) return [];
  return result.cells.filter(
    (other) =>
      other.region === cell.region && controls.has(other.space) && other.alone.mean >= cell.alone.mean,
  );
}
