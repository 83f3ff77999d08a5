import { zeros } from "../core/index.ts";
import { averageScores, type Drawn, type DrawnScores } from "./drawn-scores.ts";
import type { ScoreInput } from "./score-input.ts";
import { scoreTarget } from "./score-target.ts";

/** Scores of one person; per-target arrays are means over outer folds, NaN where undefined. */
export interface ScoreOutput {
  readonly r: Float64Array;
  readonly r2: Float64Array;
  readonly alone: readonly Float64Array[];
  readonly unique: readonly Float64Array[];
  readonly split: readonly Float64Array[];
  readonly regions: readonly DrawnScores[];
  /** Lengths of the stretches that may be shifted, folds in order; absent where no test shifts. */
  readonly stretches?: readonly number[];
}

/** Score one person: r and R² of the joint model, of each space alone, its unique, shared and product-measure part, within each outer
 * fold and then averaged (r through Fisher's z), for the data and for every bootstrap draw of time blocks.
 *
 * Shared is the joint R² less all unique parts. The product-measure parts sum to the R² of the joint prediction with the mean of the
 * scored rows in place of its intercept. A region is the mean over its targets, score by score, where the score is defined. */
export function scorePerson(input: ScoreInput): ScoreOutput {
  const empty = () => new Float64Array(input.regionOf.length).fill(Number.NaN);
  const perSpace = () => input.alone.map(empty);
  const out = { r: empty(), r2: empty(), alone: perSpace(), unique: perSpace(), split: perSpace() };
  const constant = new Set(input.constant);
  // one target's draws are in memory at a time
  function* scoreRegion(g: number, own: ScoreInput): Generator<DrawnScores> {
    for (const [t, region] of input.regionOf.entries()) {
      if (region !== g || constant.has(t)) continue;
      const scores = scoreTarget(own, t);
      out.r[t] = scores.r.value;
      out.r2[t] = scores.r2.value;
      for (const key of ["alone", "unique", "split"] as const)
        for (const [s, values] of out[key].entries()) values[t] = (scores[key][s] as Drawn).value;
      yield scores;
    }
  }
  const regions = Array.from({ length: input.regions }, (_, g) =>
    averageScores(scoreRegion(g, input), sizesOf(input)),
  );
  const undrawn = withoutDraws(input);
  averageScores(scoreRegion(-1, undrawn), sizesOf(undrawn));
  const stretches = input.pairs && input.folds.flatMap((fold) => fold.stretches ?? []);
  return { ...out, regions, ...(stretches && { stretches }) };
}

/** Targets outside every region are scored, but need no interval. */
function withoutDraws(input: ScoreInput): ScoreInput {
  const folds = input.folds.map((fold) => ({
    ...fold,
    drawn: zeros(fold.drawn.axes, 0, fold.drawn.cols),
  }));
  const { pairs: _, ...rest } = input;
  return { ...rest, folds };
}

function sizesOf({ alone, subsets, folds, pairs = [] }: ScoreInput) {
  return {
    spaces: alone.length,
    subsets: subsets.length,
    draws: folds[0]?.drawn.rows ?? 0,
    blocks: folds.reduce((sum, fold) => sum + fold.drawn.cols, 0),
    pairs: pairs.length,
    rows: folds.reduce((sum, fold) => sum + fold.Y.rows, 0),
  };
}
