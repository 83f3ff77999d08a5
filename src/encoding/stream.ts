import {
  checkCancelled,
  checkFinite,
  dtypeOf,
  EncodingError,
  type Features,
  type Responses,
  stackCols,
  toDtype,
} from "../core/index.ts";
import { checkBands } from "./band.ts";
import { defaultTolerance } from "./cross-validate.ts";
import { type BandedOptions, checkSearch, linearProblems } from "./fit.ts";
import { fitTile, type GetSmoothers, openTiles, type TileFit, tileMemory } from "./fit-tile.ts";
import { inFewLanes } from "./lanes.ts";
import { bytesOfSums } from "./losses.ts";
import { type NodeChoice, type NodePlan, openPlan, pairsAtOnce, planNodes } from "./plan-nodes.ts";
import type { Problem, Problems } from "./problem.ts";
import { makeSmoothers, type Smoothers, sizeOfSmoothers } from "./smoothers.ts";
import { prepareTest } from "./test-rows.ts";
import { sampleRanges } from "./tiles.ts";
import { checkWeightings } from "./weightings.ts";

/** Responses that need not fit in memory. */
export interface TargetReader {
  readonly samples: number;
  readonly targets: number;
  /** Targets [from, to), (samples × targets). */
  read(from: number, to: number): Promise<Responses>;
}

/** Keep a result under a name and inputs, or find it there: how a killed fit goes on. */
export type Keep = <T>(step: string, inputs: unknown, compute: () => Promise<T>) => Promise<T>;

/** What a plan needs of memory. */
export interface PlanNeeds {
  /** Numbers of the smoothers of one fold, the largest. */
  readonly smoothers: number;
  /** Numbers of the smoothers of all folds. */
  readonly all: number;
  /** Bytes of sums, a target. */
  readonly sums: number;
}

/** How memory is divided. */
export interface TileSize {
  /** Targets. */
  readonly tile: number;
  /** Bytes of smoothers that stay in memory. */
  readonly hold: number;
}

/** Options of {@link streamBandedRidge}. */
export interface StreamOptions extends BandedOptions {
  /** Targets of a tile: memory grows with it, results do not depend on it beyond rounding. Default 4096. */
  readonly tile?: number;
  /** Divides memory once it is known what a plan needs, in place of `tile` and `hold`. Null asks for a plan that needs less, unless this is the
   * `last`. */
  readonly divide?: (needs: PlanNeeds, last: boolean) => TileSize | null;
  /** Default: compute, keep nothing. */
  readonly keep?: Keep;
  /** Receives each tile in order. */
  readonly onTile: (fit: TileFit) => Promise<void>;
  /** Whether coefficients are wanted: features × targets numbers. Default false. */
  readonly coefficients?: boolean;
  /** Features of other samples, whose responses are predicted. */
  readonly test?: Features;
  /** Bytes of smoothers that may stay in memory; beyond, they are read back from what is kept. Default 512 MiB. */
  readonly hold?: number;
}

/** Fit banded ridge to any number of targets, tile by tile; {@link fitBandedRidge} says what is fitted.
 *
 * What does not depend on the targets (which pairs are solved, and their smoothers) is made once; nothing of the size targets × features is
 * made unless coefficients are asked for. With the same tile size the result equals that of fitBandedRidge to the last bit.
 * @param X features (samples × features), the bands side by side. @param Y reader of responses.
 * @throws EncodingError "shape" | "value" | "option", and what the reader, `keep` and `onTile` throw. */
export async function streamBandedRidge(X: Features, Y: TargetReader, options: StreamOptions): Promise<void> {
  const name = "streamBandedRidge";
  const { bands, weightings, alphas, keep = computeOnly, onProgress, signal } = options;
  if (X.rows !== Y.samples)
    throw new EncodingError(
      "shape",
      `${name}: X and Y must have the same samples; got X ${X.rows} samples × ${X.cols} features and Y ${Y.samples} samples × ${Y.targets} targets.`,
    );
  checkSearch(name, X, options);
  checkBands(name, bands, X.cols);
  checkWeightings(name, weightings, bands.length);
  const { problems, Xc, meanX } = await linearProblems(name, X, options);
  const { plans, together, tile, hold } = await divideMemory(problems, X, Y, options);
  const smoothers = await prepare(problems, plans, { ...options, together, hold });
  const testRows =
    options.test === undefined ? null : await prepareTest(options.test, Xc, meanX, problems, options);
  const total = Math.ceil(Y.targets / tile);
  const opened = plans.map((choice) => openPlan(choice, weightings, alphas));
  const tiles = openTiles(problems, {
    ...options,
    read: (from, to) => readTile(Y, X, from, to),
    rounds: plans.length,
  });
  const rangeOf = (k: number) => ({ from: k * tile, to: Math.min(Y.targets, (k + 1) * tile) });
  const fitting = {
    ...options,
    problems,
    plans: opened,
    smoothers,
    Xc,
    testRows,
    memory: tileMemory(dtypeOf(X)),
  };
  try {
    for (let k = 0; k < total; k++) {
      checkCancelled(signal);
      const range = rangeOf(k);
      const fit = await keep("tile", { ...range, together }, async () => {
        const one = await tiles.take(range);
        if (k + 1 < total) tiles.begin(rangeOf(k + 1));
        return fitTile(one, fitting);
      });
      await options.onTile(fit);
      onProgress?.({ step: "fit", done: k + 1, total });
    }
  } finally {
    await tiles.close();
  }
}

const computeOnly: Keep = (_step, _inputs, compute) => compute();

const heldBytes = 512 << 20;

/** A plan and a tile that fit into memory together: where they do not, fewer pairs are planned together, which then share less. */
async function divideMemory(
  problems: Problems,
  X: Features,
  Y: TargetReader,
  options: StreamOptions,
): Promise<TileSize & { readonly plans: readonly NodeChoice[]; readonly together: number }> {
  const { alphas, weightings, tile = 4096, hold = heldBytes, divide, keep = computeOnly } = options;
  for (let together = pairsAtOnce; ; together = Math.floor(together / 4)) {
    const plans = await keep("plan", { together }, () => plan(problems, X, Y, together, options));
    if (divide === undefined) return { plans, together, tile, hold };
    const last = together <= alphas.length || weightings.rows === 1;
    const needs = needsOf(
      problems,
      plans.map((choice) => openPlan(choice, weightings, alphas)),
      X,
    );
    const size = divide(needs, last);
    if (size !== null) return { plans, together, ...size };
    if (last)
      throw new EncodingError("option", "streamBandedRidge: no tile fits into the memory that it may take.");
  }
}

function needsOf({ folds }: Problems, plans: readonly NodePlan[], X: Features): PlanNeeds {
  const sizes = plans.flatMap((own) => folds.map((problem) => sizeOfSmoothers(problem, own)));
  return {
    smoothers: Math.max(...sizes),
    all: sizes.reduce((sum, size) => sum + size, 0),
    sums: Math.max(...plans.map((own) => bytesOfSums(own, dtypeOf(X)))),
  };
}

async function plan(
  problems: Problems,
  X: Features,
  Y: TargetReader,
  together: number,
  options: StreamOptions,
): Promise<NodeChoice[]> {
  const parts: Responses[] = []; // read in any case: numbers that are not finite are refused before hours of work
  for (const [from, to] of sampleRanges(Y.targets)) parts.push(await readTile(Y, X, from, to));
  const tile = () => problems.tile(stackCols(parts));
  const { weightings, alphas, linalg, tolerance = defaultTolerance(dtypeOf(X)) } = options;
  return planNodes(problems, weightings, alphas, { tile, tolerance, linalg, together });
}

async function readTile(Y: TargetReader, X: Features, from: number, to: number): Promise<Responses> {
  const tile = await Y.read(from, to);
  checkFinite(`streamBandedRidge: targets ${from} … ${to - 1}`, tile, "Y");
  return toDtype(tile, dtypeOf(X)) as Responses;
}

interface PrepareOptions extends StreamOptions {
  readonly together: number;
  readonly hold: number;
}

/** Make the smoothers of every plan and fold once; what fits into `hold` stays in memory. */
async function prepare(
  problems: Problems,
  plans: readonly NodeChoice[],
  { weightings, alphas, linalg, keep = computeOnly, together, hold, onProgress, signal }: PrepareOptions,
): Promise<GetSmoothers> {
  const held = new Map<string, Smoothers>();
  let bytes = 0;
  const get: GetSmoothers = async (own, fold) => {
    const key = `${own.from} ${fold}`;
    const found = held.get(key);
    if (found) return found;
    const problem = problems.folds[fold] as Problem;
    const made = await keep("smoothers", { from: own.from, fold, together }, () =>
      makeSmoothers(problem, own, linalg),
    );
    bytes += bytesOf(made);
    if (bytes <= hold) held.set(key, made);
    return made;
  };
  const jobs = plans.flatMap((choice) => problems.folds.map((_, fold) => ({ choice, fold })));
  let done = 0;
  type Job = (typeof jobs)[number];
  const prepareOne = async ({ choice, fold }: Job) => {
    checkCancelled(signal);
    await get(openPlan(choice, weightings, alphas), fold);
    onProgress?.({ step: "prepare", done: ++done, total: jobs.length });
  };
  // a decomposition keeps one thread busy, the nodes of many weightings all
  const [single, wide] = [
    jobs.filter(({ choice }) => choice.spectrum),
    jobs.filter(({ choice }) => !choice.spectrum),
  ];
  await inFewLanes(single.length, linalg.parallel, (k) => prepareOne(single[k] as Job));
  for (const job of wide) await prepareOne(job);
  return get;
}

function bytesOf(made: Smoothers): number {
  if ("nodes" in made) return made.nodes.data.byteLength;
  const { basis, reach, left, parts } = made;
  const own = basis.data.byteLength + left.data.byteLength + (reach?.data.byteLength ?? 0);
  return parts.reduce((sum, { factors }) => sum + factors.data.byteLength, own);
}
