import { matrix, type Random, type Responses } from "../core/index.ts";
import {
  bootstrapTwoLevel,
  meanDefined,
  percentileInterval,
  testEquivalence,
  testSignFlip,
} from "../stats/index.ts";
import type { FittedBrain, FittedModel } from "./fitted.ts";
import type { BrainManifest } from "./manifest.ts";
import type { DifferenceRow, Interval, TableRow } from "./manifest-scores.ts";

/** How regions are scored. */
export interface RegionScoreOptions {
  readonly random: Random;
  /** Of the intervals. */
  readonly level: number;
  /** Volumes of a block, resampled together. */
  readonly block: number;
  readonly draws: number;
}

/** Defaults of {@link RegionScoreOptions}. */
export const regionScoring = { level: 0.95, block: 10, draws: 500 } as const;

const testedAt = 0.05;

/** Places of the targets of a region, for person `p` in (people × targets). */
export function placesOf({ data }: FittedBrain, region: number, p: number): number[] {
  const targets = data.regionOf.length;
  return [...data.regionOf.keys()].filter((t) => data.regionOf[t] === region).map((t) => p * targets + t);
}

/** Scores of a region and person in every draw of time blocks; the first entry is the data's own. */
interface Drawn {
  readonly r: Float64Array;
  readonly r2: Float64Array;
}

/** The table of regions × people of one model. r and R² are means over the region's targets in the test runs; intervals come from drawing blocks
 * of volumes within runs, and say nothing of other people. */
export function scoreRegions(
  brain: FittedBrain,
  model: FittedModel,
  options: RegionScoreOptions,
): { readonly rows: readonly TableRow[]; readonly drawn: readonly Drawn[] } {
  const blocks = cutBlocks(brain, options.block);
  const counts = drawCounts(blocks, options);
  const people = ["mean", ...brain.data.people.map(({ id }) => id)];
  const drawn: Drawn[] = [];
  const scores = scoreTargets(brain.measured, model.predicted, blocks, counts);
  const rows = people.flatMap((person, p) =>
    brain.data.regions.map(({ name }, g): TableRow => {
      const places = placesOf(brain, g, p);
      const own = { r: averageOver(scores.r, places), r2: averageOver(scores.r2, places) };
      drawn.push(own);
      const ceiling = meanDefined(places.map((k) => brain.ceiling[k] as number));
      const r = own.r[0] as number;
      return {
        region: name,
        model: model.input.id,
        person,
        r: interval(own.r, options, blocks.length),
        r2: interval(own.r2, options, blocks.length),
        ceiling: orNull(ceiling),
        shareOfCeiling: ceiling > 0.05 ? orNull(r / Math.sqrt(ceiling)) : null,
        kept: places.filter((k) => model.mask[k] === 1).length,
        targets: places.length,
      };
    }),
  );
  return { rows, drawn };
}

/** Unique R² of a sense by region, for the mean person's table: mean over people's own values, interval over people. */
export function uniqueByRegion(
  brain: FittedBrain,
  values: Float64Array,
  options: RegionScoreOptions,
): Interval[] {
  return brain.data.regions.map((_, g) => overPeople(perPerson(brain, g, values), options));
}

/** Two models region by region: difference of R² of each person's own brain, sign-flip test over people, corrected over regions by the largest
 * statistic, and how small the difference is by two such tests, one-sided.
 * @param margin smallest difference that matters; null: none is declared. */
export function compareModels(
  brain: FittedBrain,
  [a, b]: readonly [FittedModel, FittedModel],
  options: RegionScoreOptions,
  margin: number | null,
): DifferenceRow[] {
  const { regions, people } = brain.data;
  const values = regions.map((_, g) => {
    const [own, other] = [perPerson(brain, g, a.r2), perPerson(brain, g, b.r2)];
    return own.map((value, p) => value - (other[p] as number));
  });
  const table = matrix(
    ["people", "tests"],
    people.length,
    regions.length,
    Float64Array.from(
      { length: people.length * regions.length },
      (_, k) => values[k % regions.length]?.[Math.floor(k / regions.length)] as number,
    ),
  );
  const { p, pMax } = testSignFlip(table, {
    alternative: "two-sided",
    random: options.random.stream(`${a.input.id} ${b.input.id}`),
  });
  const small = testEquivalence(table, {
    ...(margin !== null && { delta: margin }),
    random: options.random.stream(`equivalence ${a.input.id} ${b.input.id}`),
    level: testedAt,
  });
  return regions.map(({ name }, g) => ({
    a: a.input.id,
    b: b.input.id,
    region: name,
    difference: overPeople(values[g] as number[], options),
    p: orNull(p[g] as number),
    pCorrected: orNull(pMax[g] as number),
    equivalence: Number.isNaN(small.bound[g])
      ? null
      : {
          bound: orNull(small.bound[g] as number),
          p: orNull(small.p[g] as number),
          pCorrected: orNull(small.pMax[g] as number),
          equivalent: (small.pMax[g] as number) <= testedAt,
        },
  }));
}

/** What {@link compareModels} says of differences being small, for the reader. */
export function describeSmall(
  people: number,
  margin: number | null,
): NonNullable<BrainManifest["equivalence"]> {
  const concluded = `≈: concluded to be less than R² ${bare(margin)}; its p in brackets, corrected over regions by the largest statistic.`;
  return {
    margin,
    text: `Less than: the smallest margin that the difference is concluded to be below, either way, at ${bare(testedAt)} and each row by itself (two one-sided sign-flip tests over ${people} people); –: no difference is excluded, however large.${margin === null ? "" : ` ${concluded}`}`,
  };
}

/** .05 for 0.05. */
function bare(value: number | null): string {
  return String(value).replace(/^0\./, ".");
}

/** Mean over a region's targets, of each person (without the mean person). */
function perPerson(brain: FittedBrain, region: number, values: Float64Array): number[] {
  return brain.data.people.map((_, p) =>
    meanDefined(placesOf(brain, region, p + 1).map((k) => values[k] as number)),
  );
}

function overPeople(values: readonly number[], { random, level, draws }: RegionScoreOptions): Interval {
  const perPersonDraws = values.map((value) => new Float64Array(Math.max(1000, draws)).fill(value));
  const bounds = bootstrapTwoLevel({ perPersonDraws, random: random.stream("people"), level });
  return { mean: orNull(meanDefined(values)), low: orNull(bounds.low), high: orNull(bounds.high) };
}

/** NaN and infinities are null in JSON. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function interval(values: Float64Array, { level }: RegionScoreOptions, blocks: number): Interval {
  const { low, high } = percentileInterval(values.subarray(1), blocks > 1 ? level : 1);
  return { mean: orNull(values[0] as number), low: orNull(low), high: orNull(high) };
}

type Block = readonly [from: number, to: number, run: number];

/** Blocks within runs; a shorter rest belongs to the last block. */
function cutBlocks({ testRuns }: FittedBrain, length: number): Block[] {
  return testRuns.flatMap(({ from, to }, run) => {
    const count = Math.max(1, Math.floor((to - from) / length));
    return Array.from(
      { length: count },
      (_, k): Block => [from + k * length, k === count - 1 ? to : from + (k + 1) * length, run],
    );
  });
}

/** Times that each block counts, (1 + draws) rows; the first row is the data. */
function drawCounts(blocks: readonly Block[], { random, draws }: RegionScoreOptions): Uint16Array[] {
  const stream = random.stream("blocks");
  const byRun = new Map<number, number[]>();
  for (const [k, [, , run]] of blocks.entries()) byRun.set(run, [...(byRun.get(run) ?? []), k]);
  const drawn = Array.from({ length: draws }, () => {
    const counts = new Uint16Array(blocks.length);
    for (const own of byRun.values())
      for (let k = 0; k < own.length; k++) {
        const block = stream.pick(own);
        counts[block] = (counts[block] as number) + 1;
      }
    return counts;
  });
  return [new Uint16Array(blocks.length).fill(1), ...drawn];
}

/** r and R² of every column in every draw, [draw] (columns); R² about the mean of all rows, as docs/decisions/018 says why. */
function scoreTargets(Y: Responses, P: Responses, blocks: readonly Block[], counts: readonly Uint16Array[]) {
  const sums = blocks.map((block) => sumBlock(Y, P, block)); // (columns × 6): n is the same for all
  const r = counts.map(() => new Float64Array(Y.cols));
  const r2 = counts.map(() => new Float64Array(Y.cols));
  const mean = new Float64Array(Y.cols); // of all rows, which the first counts are of
  for (const [d, count] of counts.entries()) {
    const total = new Float64Array(Y.cols * 5);
    let n = 0;
    for (const [b, times] of count.entries()) {
      if (times === 0) continue;
      const own = sums[b] as Float64Array;
      for (let k = 0; k < total.length; k++) total[k] = (total[k] as number) + times * (own[k] as number);
      n += times * ((blocks[b]?.[1] ?? 0) - (blocks[b]?.[0] ?? 0));
    }
    for (let t = 0; t < Y.cols; t++) {
      const [y, p, yy, pp, yp] = total.subarray(5 * t, 5 * t + 5) as unknown as [
        number,
        number,
        number,
        number,
        number,
      ];
      const [vy, vp] = [yy - (y * y) / n, pp - (p * p) / n];
      const varies = vy > 1e-12 * yy && vp > 1e-12 * pp;
      (r[d] as Float64Array)[t] = varies ? (yp - (y * p) / n) / Math.sqrt(vy * vp) : Number.NaN;
      if (d === 0) mean[t] = y / n;
      const own = mean[t] as number;
      const about = yy - 2 * own * y + n * own * own;
      (r2[d] as Float64Array)[t] = about > 1e-12 * yy ? 1 - (yy - 2 * yp + pp) / about : Number.NaN;
    }
  }
  return { r, r2 };
}

function sumBlock(Y: Responses, P: Responses, [from, to]: Block): Float64Array {
  const out = new Float64Array(Y.cols * 5);
  for (let i = from; i < to; i++)
    for (let t = 0; t < Y.cols; t++) {
      const [y, p] = [Y.data[i * Y.cols + t] as number, P.data[i * Y.cols + t] as number];
      const at = 5 * t;
      out[at] = (out[at] as number) + y;
      out[at + 1] = (out[at + 1] as number) + p;
      out[at + 2] = (out[at + 2] as number) + y * y;
      out[at + 3] = (out[at + 3] as number) + p * p;
      out[at + 4] = (out[at + 4] as number) + y * p;
    }
  return out;
}

function averageOver(draws: readonly Float64Array[], places: readonly number[]): Float64Array {
  return Float64Array.from(draws, (values) => meanDefined(places.map((k) => values[k] as number)));
}
