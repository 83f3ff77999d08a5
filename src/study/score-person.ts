import type { Matrix, Responses } from "../core/index.ts";
import { fisherMean, meanDefined } from "../stats/index.ts";
import { addBlocks, type BlockSums, modelPlace, place, sumBlocks } from "./resample.ts";

/** Held-out data of one person in one outer fold. */
export interface ScoreFold {
  /** Measured responses of the test rows, repeats averaged. */
  readonly Y: Responses;
  /** Predictions of each model, in the order of the plan. */
  readonly predicted: readonly Responses[];
  /** Part of each joint space in the joint prediction, without the mean response; null for other spaces. */
  readonly parts: readonly (Responses | null)[];
  /** Block of each test row, for the bootstrap and the paired test. */
  readonly blocks: Int32Array;
  /** How often each block is drawn, (draws × blocks). */
  readonly drawn: Matrix<"draws", "blocks">;
}

/** Everything needed to score one person. */
export interface ScoreInput {
  readonly folds: readonly ScoreFold[];
  readonly joint: number;
  /** Model of each space alone, and of the joint model without it (−1: no space left; null: not part of the joint model). */
  readonly alone: readonly number[];
  readonly without: readonly (number | null)[];
  readonly regionOf: Int32Array;
  readonly regions: number;
  /** Targets whose scores are undefined. */
  readonly constant: readonly number[];
}

/** One number for the whole, and one for each bootstrap draw of blocks. */
export interface Drawn {
  readonly value: number;
  readonly draws: Float64Array;
}

/** Scores of one region of one person: means over its targets. */
export interface RegionDrawn {
  readonly r: Drawn;
  readonly r2: Drawn;
  /** One a space; NaN where the space is not part of the joint model. */
  readonly alone: readonly Drawn[];
  readonly aloneR: readonly Drawn[];
  readonly unique: readonly Drawn[];
  readonly shared: readonly Drawn[];
  readonly split: readonly Drawn[];
  /** Per block of all folds in turn: squared error that the joint model saves, per unit of response variance; one a space. */
  readonly savedBy: readonly Float64Array[];
  /** The same for the joint model against predicting the mean. */
  readonly saved: Float64Array;
}

/** Scores of one person; per-target arrays are means over outer folds. */
export interface ScoreOutput {
  readonly r: Float64Array;
  readonly r2: Float64Array;
  readonly alone: readonly Float64Array[];
  readonly unique: readonly Float64Array[];
  readonly split: readonly Float64Array[];
  readonly regions: readonly RegionDrawn[];
}

/** Score one person: r and R² of the joint model, of each space alone, its unique, shared and product-measure part, within each outer
 * fold and then averaged (r through Fisher's z), for the data and for every bootstrap draw of time blocks. */
export function scorePerson(input: ScoreInput): ScoreOutput {
  const targets = input.regionOf.length;
  const spaces = input.alone.length;
  const perSpace = () => Array.from({ length: spaces }, () => new Float64Array(targets).fill(Number.NaN));
  const out = {
    r: new Float64Array(targets).fill(Number.NaN),
    r2: new Float64Array(targets).fill(Number.NaN),
    alone: perSpace(),
    unique: perSpace(),
    split: perSpace(),
  };
  const constant = new Set(input.constant);
  const regions = Array.from({ length: input.regions }, () => emptyRegion(input));
  for (let t = 0; t < targets; t++) {
    if (constant.has(t)) continue;
    const scores = scoreTarget(input, t);
    out.r[t] = scores.r.value;
    out.r2[t] = scores.r2.value;
    for (let s = 0; s < spaces; s++)
      for (const key of ["alone", "unique", "split"] as const)
        (out[key][s] as Float64Array)[t] = (scores[key][s] as Drawn).value;
    const region = regions[input.regionOf[t] as number];
    if (region && Number.isFinite(scores.r2.value)) addTarget(region, scores);
  }
  return { ...out, regions: regions.map(finishRegion) };
}

/** Scores of one target: each averaged over the outer folds. */
function scoreTarget(input: ScoreInput, t: number): RegionDrawn {
  const sums = input.folds.map((fold) => sumBlocks(fold, t, input.joint));
  const draws = input.folds[0]?.drawn.rows ?? 0;
  const width = placeOf(input.alone.length, "alone");
  const columns = Array.from({ length: width }, () => new Float64Array(draws));
  const buffers = sums.map((own) => new Float64Array(own.width));
  const perFold = sums.map(() => new Float64Array(width));
  const evaluate = (countsOf: (fold: number) => { counts: ArrayLike<number>; offset: number }) => {
    for (const [f, own] of sums.entries()) {
      const { counts, offset } = countsOf(f);
      addBlocks(own, counts, offset, buffers[f] as Float64Array);
      readScores(input, own, buffers[f] as Float64Array, perFold[f] as Float64Array);
    }
  };
  for (let d = 0; d < draws; d++) {
    evaluate((f) => {
      const { data, cols } = (input.folds[f] as ScoreFold).drawn;
      return { counts: data, offset: d * cols };
    });
    for (let k = 0; k < width; k++) (columns[k] as Float64Array)[d] = averageFolds(perFold, k);
  }
  evaluate((f) => ({ counts: new Float64Array(sums[f]?.blocks ?? 0).fill(1), offset: 0 }));
  const drawn = (k: number): Drawn => ({
    value: averageFolds(perFold, k),
    draws: columns[k] as Float64Array,
  });
  const group = (kind: Kind) => input.alone.map((_, s) => drawn(placeOf(s, kind)));
  return {
    r: drawn(0),
    r2: drawn(1),
    alone: group("alone"),
    aloneR: group("aloneR"),
    unique: group("unique"),
    shared: group("shared"),
    split: group("split"),
    ...savedErrors(input, sums),
  };
}

/** Scores that each space has, in the order in which they are read. */
const kinds = ["alone", "unique", "shared", "split", "aloneR"] as const;
type Kind = (typeof kinds)[number];
const placeOf = (space: number, kind: Kind) => 2 + kinds.length * space + kinds.indexOf(kind);

/** Scores of one fold from sums over its (drawn) blocks: r, R², then those of each space. */
function readScores(
  { joint, alone, without }: ScoreInput,
  { models }: BlockSums,
  sums: Float64Array,
  out: Float64Array,
): void {
  const at = (k: number) => sums[k] as number;
  const deviation = at(place.deviation);
  const r2 = (model: number) =>
    deviation > 0 ? (model < 0 ? 0 : 1 - at(modelPlace(model)) / deviation) : Number.NaN;
  const whole = r2(joint);
  out[0] = correlation(sums, joint);
  out[1] = whole;
  let allUnique = 0;
  for (let s = 0; s < alone.length; s++) {
    const rest = without[s];
    const inJoint = rest !== null && rest !== undefined;
    const unique = inJoint ? whole - r2(rest) : Number.NaN;
    if (inJoint) allUnique += unique;
    out[placeOf(s, "alone")] = r2(alone[s] as number);
    out[placeOf(s, "aloneR")] = correlation(sums, alone[s] as number);
    out[placeOf(s, "unique")] = unique;
    out[placeOf(s, "split")] = inJoint && deviation > 0 ? at(modelPlace(models) + s) / deviation : Number.NaN;
  }
  for (let s = 0; s < alone.length; s++)
    out[placeOf(s, "shared")] = without[s] === null ? Number.NaN : whole - allUnique;
}

function correlation(sums: Float64Array, model: number): number {
  const k = modelPlace(model);
  const at = (index: number) => sums[index] as number;
  const [n, y, p] = [at(place.n), at(place.y), at(k + 1)];
  const spread = (at(place.yy) - (y * y) / n) * (at(k + 2) - (p * p) / n);
  return spread > 0 ? (at(k + 3) - (y * p) / n) / Math.sqrt(spread) : Number.NaN;
}

/** Whether a score is a correlation, which is averaged through Fisher's z. */
function isCorrelation(k: number): boolean {
  return k === 0 || (k >= 2 && kinds[(k - 2) % kinds.length] === "aloneR");
}

/** Mean of one score over folds. */
function averageFolds(folds: readonly Float64Array[], k: number): number {
  if (folds.length === 1) return folds[0]?.[k] as number;
  const values = folds.map((fold) => fold[k] as number);
  return isCorrelation(k) ? fisherMean(values) : meanDefined(values);
}

/** Squared error saved in each block of all folds, as a share of the fold's response variance, averaged over folds. */
function savedErrors({ joint, without }: ScoreInput, folds: readonly BlockSums[]) {
  const savedAgainst = (model: number | null) =>
    Float64Array.from(folds.flatMap((fold) => savedInFold(fold, joint, model, folds.length)));
  return { savedBy: without.map((model) => savedAgainst(model)), saved: savedAgainst(-1) };
}

function savedInFold(
  { blocks, width, table }: BlockSums,
  joint: number,
  model: number | null,
  folds: number,
) {
  const at = (b: number, k: number) => table[b * width + k] as number;
  let total = 0;
  for (let b = 0; b < blocks; b++) total += at(b, place.deviation);
  return Array.from({ length: blocks }, (_, b) => {
    if (model === null || !(total > 0)) return Number.NaN;
    const other = model < 0 ? at(b, place.deviation) : at(b, modelPlace(model));
    return (other - at(b, modelPlace(joint))) / total / folds;
  });
}

interface Growing {
  count: number;
  readonly r: GrowingDrawn;
  readonly r2: GrowingDrawn;
  readonly alone: readonly GrowingDrawn[];
  readonly aloneR: readonly GrowingDrawn[];
  readonly unique: readonly GrowingDrawn[];
  readonly shared: readonly GrowingDrawn[];
  readonly split: readonly GrowingDrawn[];
  readonly savedBy: readonly Float64Array[];
  readonly saved: Float64Array;
}
interface GrowingDrawn {
  value: number;
  readonly draws: Float64Array;
}

function emptyRegion({ alone, folds }: ScoreInput): Growing {
  const draws = folds[0]?.drawn.rows ?? 0;
  const blocks = folds.reduce((sum, fold) => sum + fold.drawn.cols, 0);
  const one = (): GrowingDrawn => ({ value: 0, draws: new Float64Array(draws) });
  const many = () => alone.map(one);
  return {
    count: 0,
    r: one(),
    r2: one(),
    alone: many(),
    aloneR: many(),
    unique: many(),
    shared: many(),
    split: many(),
    savedBy: alone.map(() => new Float64Array(blocks)),
    saved: new Float64Array(blocks),
  };
}

function addTarget(region: Growing, target: RegionDrawn): void {
  region.count++;
  addDrawn(region.r, target.r);
  addDrawn(region.r2, target.r2);
  for (const key of kinds)
    for (const [s, sum] of region[key].entries()) addDrawn(sum, target[key][s] as Drawn);
  for (const [s, sum] of region.savedBy.entries()) addTo(sum, target.savedBy[s] as Float64Array);
  addTo(region.saved, target.saved);
}

function addDrawn(sum: GrowingDrawn, { value, draws }: Drawn): void {
  sum.value += value;
  addTo(sum.draws, draws);
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (values[k] as number);
}

/** From sums to means; a region without a defined target is NaN. */
function finishRegion({ count, ...sums }: Growing): RegionDrawn {
  const scale = count > 0 ? 1 / count : Number.NaN;
  const mean = ({ value, draws }: GrowingDrawn): Drawn => ({
    value: value * scale,
    draws: draws.map((v) => v * scale),
  });
  return {
    r: mean(sums.r),
    r2: mean(sums.r2),
    alone: sums.alone.map(mean),
    aloneR: sums.aloneR.map(mean),
    unique: sums.unique.map(mean),
    shared: sums.shared.map(mean),
    split: sums.split.map(mean),
    savedBy: sums.savedBy.map((values) => values.map((v) => v * scale)),
    saved: sums.saved.map((v) => v * scale),
  };
}
