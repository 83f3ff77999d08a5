import {
  checkCancelled,
  dtypeOf,
  type OnProgress,
  openSpare,
  type Responses,
  sliceCols,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { type Chosen, startChoice } from "./choice.ts";
import { addFold, eachLoss, type Sums, sumsOf } from "./losses.ts";
import { type NodePlan, openPlan, planNodes } from "./plan-nodes.ts";
import type { Problem, Problems, Sides, Tile } from "./problem.ts";
import { makeSmoothers, type Smoothers } from "./smoothers.ts";
import { sampleTargets } from "./tiles.ts";
import type { Weightings } from "./weightings.ts";

/** How every choice is made. */
export interface SearchOptions {
  readonly weightings: Weightings;
  readonly alphas: ArrayLike<number>;
  readonly linalg: Linalg;
  readonly tolerance: number;
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
  { weightings, alphas, tolerance, linalg }: SearchOptions,
): Promise<NodePlan[]> {
  const tile = await problems.tile(sampleTargets(Y));
  const choices = await planNodes(problems, weightings, alphas, { tile, tolerance, linalg });
  return choices.map((choice) => openPlan(choice, weightings, alphas));
}

/** Score every weighting and alpha on every inner fold, and choose the best for each target. */
export async function crossValidate(
  problems: Problems,
  tiles: readonly Tile[],
  plans: readonly NodePlan[],
  { weightings, alphas, linalg, onProgress, signal }: SearchOptions,
): Promise<Chosen> {
  const targets = tiles.reduce((sum, tile) => sum + tile.Y.rows, 0);
  const choice = startChoice(weightings.rows, targets, alphas);
  const folds = problems.folds.length;
  const total = plans.reduce((sum, plan) => sum + plan.solved.length, 0) * folds;
  let done = 0;
  const smoothers = makeAhead(problems, plans, linalg);
  const noSums = tiles.map((tile) => sumsOf(tile.Y.rows, dtypeOf(tile.Y)));
  const sidesOf = keepSides(plans.length, tiles.length * folds);
  for (const plan of plans) {
    const sums = noSums.map((make) => make(plan));
    for (const problem of problems.folds) {
      checkCancelled(signal);
      const made = await smoothers.next();
      for (const [k, tile] of tiles.entries())
        await sidesOf(problem, tile, (sides) =>
          addFold(sums[k] as Sums, plan, made, sides, { folds, linalg }),
        );
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

/** Bytes of right sides that are kept from one plan to the next. */
const keptBytes = 64 << 20;

/** Lend the right sides of a fold and tile. They are made once where several plans ask for them and all fit into {@link keptBytes}; otherwise
 * each is written over the one before.
 * @param count pairs of fold and tile. */
export function keepSides(plans: number, count: number) {
  const kept = new Map<Problem, Map<Tile, Sides>>();
  const spare = openSpare();
  return async (problem: Problem, tile: Tile, use: (sides: Sides) => Promise<void>): Promise<void> => {
    const found = kept.get(problem)?.get(tile);
    if (found) return use(found);
    const made = await problem.sides(tile, spare);
    const { right, test } = made;
    await use(made);
    if (plans > 1 && count * (right.data.byteLength + test.data.byteLength) <= keptBytes)
      kept.set(problem, (kept.get(problem) ?? new Map<Tile, Sides>()).set(tile, made));
    else spare.give(right.data, test.data);
  };
}

/** The smoothers of every plan and fold in order, made while those before are used where calls run side by side. */
function makeAhead(problems: Problems, plans: readonly NodePlan[], linalg: Linalg) {
  const jobs = plans.flatMap((plan) => problems.folds.map((problem) => ({ plan, problem })));
  const ahead: Promise<Smoothers>[] = [];
  const spare = openSpare();
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
    giveBack({ basis, parts }: Smoothers): void {
      if (basis === null) spare.give(...parts.map(({ b }) => b.data));
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
