import type { Matrix, Responses } from "../core/index.ts";
import { fisherMean, meanDefined } from "../stats/index.ts";
import { blockChannels, type Channels, resample } from "./resample.ts";

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
  const perFold = input.folds.map((fold) => {
    const channels = blockChannels(fold, t, input.joint);
    return { channels, whole: read(input, sumAll(channels)), draws: resample(channels, fold.drawn) };
  });
  const draws = input.folds[0]?.drawn.rows ?? 0;
  const width = 2 + 4 * input.alone.length;
  const table = new Float64Array(draws * width); // (draws, scores)
  for (let d = 0; d < draws; d++)
    table.set(average(perFold.map((fold) => read(input, fold.draws(d)))), d * width);
  const whole = average(perFold.map((fold) => fold.whole));
  const drawn = (k: number): Drawn => ({
    value: whole[k] as number,
    draws: Float64Array.from({ length: draws }, (_, d) => table[d * width + k] as number),
  });
  const group = (kind: number) => input.alone.map((_, s) => drawn(2 + 4 * s + kind));
  const saved = savedErrors(
    input,
    perFold.map((fold) => fold.channels),
  );
  return {
    r: drawn(0),
    r2: drawn(1),
    alone: group(0),
    unique: group(1),
    shared: group(2),
    split: group(3),
    ...saved,
  };
}

/** Scores of one fold from sums over its (drawn) blocks: r, R², then alone, unique, shared, split of each space. */
function read({ joint, alone, without }: ScoreInput, sums: Sums): Float64Array {
  const out = new Float64Array(2 + 4 * alone.length).fill(Number.NaN);
  const { deviation, errors, n, y, p, yy, pp, yp, parts } = sums;
  const r2 = (model: number) =>
    model < 0 ? 0 : deviation > 0 ? 1 - (errors[model] as number) / deviation : Number.NaN;
  const spread = (yy - (y * y) / n) * (pp - (p * p) / n);
  out[0] = spread > 0 ? (yp - (y * p) / n) / Math.sqrt(spread) : Number.NaN;
  out[1] = r2(joint);
  let allUnique = 0;
  for (const [s, model] of alone.entries()) {
    out[2 + 4 * s] = r2(model);
    const rest = without[s];
    if (rest === null || rest === undefined) continue;
    out[3 + 4 * s] = deviation > 0 ? (out[1] as number) - r2(rest) : Number.NaN;
    allUnique += out[3 + 4 * s] as number;
    out[5 + 4 * s] = deviation > 0 ? (parts[s] as number) / deviation : Number.NaN;
  }
  for (const [s, rest] of without.entries())
    if (rest !== null) out[4 + 4 * s] = (out[1] as number) - allUnique;
  return out;
}

/** Sums over blocks from which every score of a target is read. */
export interface Sums {
  readonly n: number;
  readonly y: number;
  readonly yy: number;
  readonly p: number;
  readonly pp: number;
  readonly yp: number;
  /** Squared deviations of y from its mean over the fold. */
  readonly deviation: number;
  /** Squared errors, one a model. */
  readonly errors: ArrayLike<number>;
  /** Product-measure sums, one a space. */
  readonly parts: ArrayLike<number>;
}

function sumAll(channels: Channels): Sums {
  return channels.sum(new Float64Array(channels.blocks).fill(1), 0);
}

/** Mean over folds; the first entry is a correlation and goes through Fisher's z. */
function average(folds: readonly Float64Array[]): Float64Array {
  if (folds.length === 1) return folds[0] as Float64Array;
  return (folds[0] as Float64Array).map((_, k) => {
    const values = folds.map((fold) => fold[k] as number);
    return k === 0 ? fisherMean(values) : meanDefined(values);
  });
}

/** Squared error saved in each block of all folds, as a share of the fold's response variance, averaged over folds. */
function savedErrors({ joint, without }: ScoreInput, folds: readonly Channels[]) {
  const savedAgainst = (model: number | null) =>
    Float64Array.from(
      folds.flatMap((fold) => {
        const total = fold.total("deviation");
        return Array.from({ length: fold.blocks }, (_, b) => {
          if (model === null) return Number.NaN;
          const other = model < 0 ? fold.at(b, "deviation") : fold.errorAt(b, model);
          return total > 0 ? (other - fold.errorAt(b, joint)) / total / folds.length : Number.NaN;
        });
      }),
    );
  return { savedBy: without.map((model) => savedAgainst(model)), saved: savedAgainst(-1) };
}

interface Growing {
  count: number;
  readonly r: GrowingDrawn;
  readonly r2: GrowingDrawn;
  readonly alone: readonly GrowingDrawn[];
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
    unique: many(),
    shared: many(),
    split: many(),
    savedBy: alone.map(() => new Float64Array(blocks)),
    saved: new Float64Array(blocks),
  };
}

const groups = ["alone", "unique", "shared", "split"] as const;

function addTarget(region: Growing, target: RegionDrawn): void {
  region.count++;
  addDrawn(region.r, target.r);
  addDrawn(region.r2, target.r2);
  for (const key of groups)
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
    unique: sums.unique.map(mean),
    shared: sums.shared.map(mean),
    split: sums.split.map(mean),
    savedBy: sums.savedBy.map((values) => values.map((v) => v * scale)),
    saved: sums.saved.map((v) => v * scale),
  };
}
