import {
  checkCancelled,
  dtypeOf,
  type OnProgress,
  type Responses,
  type Spare,
  sliceCols,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { type Chosen, startChoice } from "./choice.ts";
import { openLaneMemory } from "./lanes.ts";
import { addFold, eachLoss, type Sums, sumsOf } from "./losses.ts";
import { type NodePlan, openPlan, planNodes } from "./plan-nodes.ts";
import type { Problem, Problems, Tile } from "./problem.ts";
import { lendSides } from "./sides-ahead.ts";
import { makeSmoothers, memoryOf, type Smoothers } from "./smoothers.ts";
import { sampleTargets } from "./tiles.ts";
import type { Weightings } from "./weightings.ts";

/** How every choice is made. */
export interface SearchOptions {
  readonly weightings: Weightings;
  readonly alphas: ArrayLike<number>;
  readonly linalg: Linalg;
  readonly tolerance: number;
  /** Memory of what is made for one fold after the other. */
  readonly spare: Spare;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Largest error of a prediction, in standard deviations of its target, by which cross-validation may be off; see {@link planNodes}. */
export function defaultTolerance(dtype: "float32" | "float64"): number {
  return dtype === "float32" ? 2e-5 : 0;
}

/** Which pairs of weighting and alpha are solved, decided on some of the targets. */
export async function planSearch(
  problems: Problems,
  Y: Responses,
  { weightings, alphas, tolerance, linalg, spare }: SearchOptions,
): Promise<NodePlan[]> {
  let made: Promise<Tile> | undefined;
  const tile = () => {
    made ??= problems.tile(sampleTargets(Y));
    return made;
  };
  const choices = await planNodes(problems, weightings, alphas, { tile, tolerance, linalg, spare });
  return choices.map((choice) => openPlan(choice, weightings, alphas));
}

/** Score every weighting and alpha on every inner fold, and choose the best for each target. */
export async function crossValidate(
  problems: Problems,
  tiles: readonly Tile[],
  plans: readonly NodePlan[],
  { weightings, alphas, linalg, spare, onProgress, signal }: SearchOptions,
): Promise<Chosen> {
  const targets = tiles.reduce((sum, tile) => sum + tile.Y.rows, 0);
  const choice = startChoice(weightings.rows, targets, alphas);
  const folds = problems.folds.length;
  const total = plans.reduce((sum, plan) => sum + plan.solved.length, 0) * folds;
  let done = 0;
  const lanes = openLaneMemory();
  const noSums = tiles.map((tile) => sumsOf(dtypeOf(tile.Y)));
  const jobs = problems.folds.flatMap((problem) => tiles.map((tile) => ({ problem, tile })));
  const sides = lendSides(jobs, { rounds: plans.length, parallel: linalg.parallel });
  const smoothers = makeAhead(problems.folds, plans, linalg, spare);
  for (const plan of plans) {
    const sums = noSums.map((make, k) => make(plan, (tiles[k] as Tile).Y.rows));
    for (let fold = 0; fold < folds; fold++) {
      checkCancelled(signal);
      const made = await smoothers.next();
      for (const own of sums)
        await sides.use((given) => addFold(own, plan, made, given, { folds, linalg, lanes }));
      smoothers.giveBack(made);
      done += plan.solved.length;
      onProgress?.({ step: "fit", done, total });
    }
    let first = 0;
    for (const [k, tile] of tiles.entries()) {
      const start = first;
      await eachLoss(sums[k] as Sums, plan, linalg, (losses, from) =>
        choice.take(losses, start + from, plan.from, plan.to),
      );
      first += tile.Y.rows;
    }
  }
  const { cvScores, alphaIndex, weightingIndex } = choice;
  return { cvScores, alphaIndex, weightingIndex };
}

/** The smoothers of every plan and fold in order, made while those before are used where calls run side by side. */
function makeAhead(folds: readonly Problem[], plans: readonly NodePlan[], linalg: Linalg, spare: Spare) {
  const jobs = plans.flatMap((plan) => folds.map((problem) => ({ plan, problem })));
  const ahead: Promise<Smoothers>[] = [];
  let begun = 0;
  const begin = () => {
    const { plan, problem } = jobs[begun++] as (typeof jobs)[number];
    const made = makeSmoothers(problem, plan, linalg, spare);
    made.catch(() => {}); // thrown where it is asked for
    ahead.push(made);
  };
  /** A decomposition keeps one thread busy, the nodes of many weightings all. */
  const lead = () => (linalg.parallel === 1 ? 0 : jobs[begun]?.plan.spectrum ? linalg.parallel : 1);
  return {
    async next(): Promise<Smoothers> {
      if (ahead.length === 0) begin();
      const made = ahead.shift() as Promise<Smoothers>;
      while (begun < jobs.length && ahead.length < lead()) begin();
      return made;
    },
    /** Their memory may be used again. */
    giveBack(made: Smoothers): void {
      spare.give(...memoryOf(made));
    },
  };
}

/** Responses cut into tiles of at most `size` targets. */
export async function makeTiles(problems: Problems, Y: Responses, size: number): Promise<Tile[]> {
  const tiles: Tile[] = [];
  for (let from = 0; from < Y.cols; from += size)
    tiles.push(await problems.tile(sliceCols(Y, from, Math.min(Y.cols, from + size))));
  return tiles;
}
