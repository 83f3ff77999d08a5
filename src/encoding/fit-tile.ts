import {
  type Dtype,
  type Features,
  type Matrix,
  matrix,
  openSpare,
  type Responses,
  transpose,
} from "../core/index.ts";
import { columnMeans } from "./center.ts";
import { type Chosen, startChoice } from "./choice.ts";
import type { BandedOptions } from "./fit.ts";
import { type LaneMemory, openLaneMemory } from "./lanes.ts";
import { addFold, eachLoss, sumsOf } from "./losses.ts";
import type { NodePlan } from "./plan-nodes.ts";
import type { Problems, Tile } from "./problem.ts";
import { refit } from "./refit.ts";
import { lendSides, type SidesAhead } from "./sides-ahead.ts";
import type { Smoothers } from "./smoothers.ts";
import { predictRows, type TestRows } from "./test-rows.ts";
import { toPrimal } from "./to-primal.ts";

/** Fitted targets [from, to). */
export interface TileFit extends Chosen {
  readonly from: number;
  readonly to: number;
  readonly meanY: Float64Array;
  /** Null unless asked for. */
  readonly coefficients: Matrix<"features", "targets"> | null;
  /** Predictions of the test features, (samples × targets); null without them. */
  readonly predicted: Responses | null;
}

/** Targets that are fitted together. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A tile that is ready to be fitted. */
export interface OpenTile extends Range {
  readonly tile: Tile;
  readonly meanY: Float64Array;
  readonly sides: SidesAhead;
  /** Its memory may be written over. */
  close(): void;
}

/** Tiles, read and turned while those before them are fitted. */
export interface OpenTiles {
  /** Begin to read a tile. */
  begin(range: Range): void;
  /** The tile that was begun, or any other. */
  take(range: Range): Promise<OpenTile>;
  /** Wait for what was begun and not taken. */
  close(): Promise<void>;
}

/** @param read responses of a tile, (samples × targets). @param rounds times that every fold comes. */
export function openTiles(
  problems: Problems,
  {
    read,
    rounds,
    linalg,
    intercept = true,
  }: BandedOptions & {
    readonly read: (from: number, to: number) => Promise<Responses>;
    readonly rounds: number;
  },
): OpenTiles {
  const spare = openSpare();
  const sidesSpare = openSpare();
  const open = async ({ from, to }: Range): Promise<OpenTile> => {
    const Y = await read(from, to);
    const meanY = intercept ? columnMeans(Y) : new Float64Array(Y.cols);
    const tile = await problems.tile(Y, spare);
    const jobs = problems.folds.map((problem) => ({ problem, tile }));
    const sides = lendSides(jobs, { rounds, parallel: linalg.parallel, spare: sidesSpare });
    if (linalg.parallel > 1) sides.begin();
    const close = () => spare.give(tile.Y.data, ...(tile.cross ? [tile.cross.data] : []));
    return { from, to, tile, meanY, sides, close };
  };
  let ahead: (Range & { readonly made: Promise<OpenTile> }) | undefined;
  return {
    begin(range) {
      if (linalg.parallel === 1) return; // nothing would be under way meanwhile
      const made = open(range);
      made.catch(() => {}); // thrown where it is asked for
      ahead = { ...range, made };
    },
    take(range) {
      const found = ahead?.from === range.from && ahead.to === range.to ? ahead.made : open(range);
      ahead = undefined;
      return found;
    },
    close: async () => void (await ahead?.made.catch(() => {})),
  };
}

/** Smoothers of a plan and a fold. */
export type GetSmoothers = (plan: NodePlan, fold: number) => Promise<Smoothers>;

/** Memory that one tile after the other is worked on in. */
export interface TileMemory {
  readonly lanes: LaneMemory;
  readonly sums: ReturnType<typeof sumsOf>;
}

/** None yet. */
export function tileMemory(dtype: Dtype): TileMemory {
  return { lanes: openLaneMemory(), sums: sumsOf(dtype) };
}

interface TileOptions extends BandedOptions {
  readonly problems: Problems;
  readonly plans: readonly NodePlan[];
  readonly smoothers: GetSmoothers;
  /** Features, centred if an intercept is fitted. */
  readonly Xc: Features;
  readonly coefficients?: boolean;
  readonly testRows: TestRows | null;
  readonly memory: TileMemory;
}

/** Choose and, where weights or predictions are wanted, solve. */
export async function fitTile(one: OpenTile, options: TileOptions): Promise<TileFit> {
  const { from, to, tile, meanY } = one;
  const { problems, weightings, alphas, linalg, testRows } = options;
  const { take: _, ...chosen } = await chooseTile(one, options);
  const wanted = options.coefficients === true || testRows !== null;
  const solved = wanted ? await refit(problems.whole, tile, 0, chosen, { weightings, alphas, linalg }) : null;
  one.close();
  return {
    from,
    to,
    ...chosen,
    meanY,
    coefficients: solved && options.coefficients ? await weightsOf(solved, chosen, options) : null,
    predicted: solved && testRows ? await predictRows(testRows, solved, chosen, meanY, options) : null,
  };
}

/** Coefficients of the features from what was solved, (features × targets). */
async function weightsOf(
  solved: Matrix<"targets", "rows">,
  chosen: Chosen,
  options: TileOptions,
): Promise<Matrix<"features", "targets">> {
  if (options.problems.form === "dual") return toPrimal(solved, options.Xc, chosen, options);
  return transpose(matrix(["targets", "features"], solved.rows, solved.cols, solved.data));
}

async function chooseTile(
  { tile, sides }: OpenTile,
  { problems, plans, smoothers, weightings, alphas, linalg, memory: { lanes, sums } }: TileOptions,
) {
  const choice = startChoice(weightings.rows, tile.Y.rows, alphas);
  const folds = problems.folds.length;
  const next = readAhead(
    plans.flatMap((plan) => problems.folds.map((_, fold) => () => smoothers(plan, fold))),
    linalg.parallel,
  );
  for (const plan of plans) {
    const own = sums(plan, tile.Y.rows);
    for (let f = 0; f < folds; f++) {
      const made = await next.take();
      await sides.use((given) => {
        const added = addFold(own, plan, made, given, { folds, linalg, lanes });
        next.begin();
        return added;
      });
    }
    await eachLoss(own, plan, linalg, (losses, first) => choice.take(losses, first, plan.from, plan.to));
  }
  return choice;
}

/** Smoothers in order; where calls run side by side, the next are read back from what is kept while these are in use. */
function readAhead(reads: readonly (() => Promise<Smoothers>)[], parallel: number) {
  let at = 0;
  let begun: Promise<Smoothers> | undefined;
  return {
    take(): Promise<Smoothers> {
      const made = begun ?? (reads[at++] as () => Promise<Smoothers>)();
      begun = undefined;
      return made;
    },
    begin(): void {
      if (parallel === 1 || at >= reads.length) return;
      begun = (reads[at++] as () => Promise<Smoothers>)();
      begun.catch(() => {}); // thrown where it is asked for
    },
  };
}
