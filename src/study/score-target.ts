import { fisherMean, meanDefined } from "../stats/index.ts";
import { addBlocks, type BlockSums, modelPlace, partPlace, place, sumBlocks } from "./block-sums.ts";
import { type Drawn, type DrawnScores, type SpaceScore, spaceScores } from "./drawn-scores.ts";
import type { ScoreFold, ScoreInput } from "./score-input.ts";
import { shiftErrors } from "./shift-errors.ts";

/** Score one target: within each outer fold, then averaged over folds (r through Fisher's z), for the data and for every draw of
 * blocks. A draw is scored as its rows would be if they were written out, r about the drawn rows' means, R² about the mean of the whole fold: a few drawn
 * blocks lie close to a mean of their own, so that their variance about it is too small, and R² of every model but that of none falls below what
 * the data have (docs/decisions/018). Without draws both are the usual scores. */
export function scoreTarget(input: ScoreInput, t: number): DrawnScores {
  const sums = input.folds.map((fold) => sumBlocks(fold, t, input.joint));
  const draws = input.folds[0]?.drawn.rows ?? 0;
  const ofSubsets = columnOf(input.alone.length, "alone");
  const width = ofSubsets + input.subsets.length;
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
    for (let k = 0; k < width; k++) (columns[k] as Float64Array)[d] = averageFolds(perFold, k, ofSubsets);
  }
  evaluate((f) => ({ counts: new Float64Array(sums[f]?.blocks ?? 0).fill(1), offset: 0 }));
  const drawn = (k: number): Drawn => ({
    value: averageFolds(perFold, k, ofSubsets),
    draws: columns[k] as Float64Array,
  });
  const group = (kind: SpaceScore) => input.alone.map((_, s) => drawn(columnOf(s, kind)));
  return {
    r: drawn(0),
    r2: drawn(1),
    alone: group("alone"),
    aloneR: group("aloneR"),
    unique: group("unique"),
    shared: group("shared"),
    split: group("split"),
    subsets: input.subsets.map((_, k) => drawn(ofSubsets + k)),
    ...savedErrors(input, sums),
    ...(input.pairs && { shifted: input.pairs.map((pair) => shiftErrors(input.folds, t, pair)) }),
  };
}

const offsets = Object.fromEntries(spaceScores.map((kind, k) => [kind, k])) as Record<SpaceScore, number>;

/** Column of a score: r, R², then the scores of each space in turn. */
function columnOf(space: number, kind: SpaceScore): number {
  return 2 + spaceScores.length * space + offsets[kind];
}

/** Scores of one fold from sums over its (drawn) blocks. */
function readScores(
  { joint, alone, without, subsets }: ScoreInput,
  own: BlockSums,
  sums: Float64Array,
  out: Float64Array,
): void {
  const at = (k: number) => sums[k] as number;
  const total = at(place.yy); // about the mean of the fold
  const defined = total > 0;
  // the model without any space predicts the mean of the rows: R² 0
  const r2 = (model: number) => (defined ? (model < 0 ? 0 : 1 - at(modelPlace(model)) / total) : Number.NaN);
  const whole = r2(joint);
  out[0] = correlation(sums, joint);
  out[1] = whole;
  let allUnique = 0;
  for (let s = 0; s < alone.length; s++) {
    const rest = without[s];
    const inJoint = rest !== null && rest !== undefined;
    const unique = inJoint ? whole - r2(rest) : Number.NaN;
    if (inJoint) allUnique += unique;
    out[columnOf(s, "alone")] = r2(alone[s] as number);
    out[columnOf(s, "aloneR")] = correlation(sums, alone[s] as number);
    out[columnOf(s, "unique")] = unique;
    out[columnOf(s, "split")] = inJoint && defined ? at(partPlace(own, s)) / total : Number.NaN;
  }
  for (let s = 0; s < alone.length; s++)
    out[columnOf(s, "shared")] = without[s] === null ? Number.NaN : whole - allUnique;
  for (const [k, model] of subsets.entries()) out[columnOf(alone.length, "alone") + k] = r2(model);
}

function correlation(sums: Float64Array, model: number): number {
  if (model < 0) return Number.NaN; // a constant
  const k = modelPlace(model);
  const at = (index: number) => sums[index] as number;
  const [n, y, p] = [at(place.n), at(place.y), at(k + 1)];
  const spread = squaresAboutMean(at(place.yy), y, n) * squaresAboutMean(at(k + 2), p, n);
  if (!(spread > 0)) return Number.NaN;
  return Math.max(-1, Math.min(1, (at(k + 3) - (y * p) / n) / Math.sqrt(spread)));
}

/** Σ (x − x̄)² from Σ x² and Σ x; 0 where only rounding is left. */
function squaresAboutMean(squares: number, sum: number, n: number): number {
  const rest = squares - (sum * sum) / n;
  return rest > 1e-12 * squares ? rest : 0;
}

/** Mean of one score over folds; r goes through Fisher's z. @param ofSubsets first column of the R² of subsets. */
function averageFolds(folds: readonly Float64Array[], k: number, ofSubsets: number): number {
  if (folds.length === 1) return folds[0]?.[k] as number;
  const values = folds.map((fold) => fold[k] as number);
  const isR = k === 0 || (k >= 2 && k < ofSubsets && spaceScores[(k - 2) % spaceScores.length] === "aloneR");
  return isR ? fisherMean(values) : meanDefined(values);
}

/** Squared error saved in each block of all folds, as a share of the fold's response variance, averaged over folds: the sums over all
 * blocks are unique variance and R². */
function savedErrors({ joint, alone, without }: ScoreInput, folds: readonly BlockSums[]) {
  const savedAgainst = (own: number, model: number | null) =>
    Float64Array.from(folds.flatMap((fold) => savedInFold(fold, own, model, folds.length)));
  return {
    savedBy: without.map((model) => savedAgainst(joint, model)),
    savedAlone: alone.map((model) => savedAgainst(model, -1)),
    saved: savedAgainst(joint, -1),
  };
}

function savedInFold(
  { blocks, width, table }: BlockSums,
  own: number,
  model: number | null,
  folds: number,
): number[] {
  const at = (b: number, k: number) => table[b * width + k] as number;
  let total = 0;
  for (let b = 0; b < blocks; b++) total += at(b, place.yy);
  return Array.from({ length: blocks }, (_, b) => {
    if (model === null || !(total > 0)) return Number.NaN;
    const error = (of: number) => at(b, of < 0 ? place.yy : modelPlace(of));
    return (error(model) - error(own)) / total / folds;
  });
}
