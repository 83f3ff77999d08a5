import { matrix, type Random, type Responses } from "../../src/core/index.ts";
import {
  assignBlocks,
  bootstrapTwoLevel,
  drawBlocks,
  meanDefined,
  partitionSubsets,
  partitionVariance,
} from "../../src/stats/index.ts";
import { addBlocks, modelPlace, place, sumBlocks } from "../../src/study/block-sums.ts";
import type { ScoreFold, ScoreInput } from "../../src/study/score-input.ts";
import { scorePerson } from "../../src/study/score-person.ts";
import { count, type Measured } from "./measured.ts";
import { drawAr } from "./null-study.ts";

/** How a study of three feature spaces is simulated: one run, cut into outer folds. */
export interface Design {
  readonly name: string;
  readonly people: number;
  readonly folds: number;
  /** Samples of a fold, and of a block. */
  readonly samples: number;
  readonly block: number;
  /** AR(1) coefficients of noise and of stimuli. */
  readonly noise: number;
  readonly stimuli: number;
  /** Size of what stimuli drive; the noise has 1. */
  readonly signal: number;
}
export const designs: readonly Design[] = [
  {
    name: "8 people, 4 folds of 80, noise .5",
    people: 8,
    folds: 4,
    samples: 80,
    block: 10,
    noise: 0.5,
    stimuli: 0,
    signal: 0.5,
  },
  {
    name: "8 people, 4 folds of 80, noise .8, slow stimuli",
    people: 8,
    folds: 4,
    samples: 80,
    block: 20,
    noise: 0.8,
    stimuli: 0.9,
    signal: 0.5,
  },
  {
    name: "26 people, 5 folds of 72, noise .6, weak",
    people: 26,
    folds: 5,
    samples: 72,
    block: 20,
    noise: 0.6,
    stimuli: 0.5,
    signal: 0.15,
  },
  {
    name: "1 person, 4 folds of 80, noise .5",
    people: 1,
    folds: 4,
    samples: 80,
    block: 10,
    noise: 0.5,
    stimuli: 0,
    signal: 0.5,
  },
];

/** Columns of the three spaces: a holds 0 and 1, b 1 and 2, c 3; responses follow 0, 1 and 3. */
const spaces = { a: [0, 1], b: [1, 2], c: [3] } as const;
const names = Object.keys(spaces) as (keyof typeof spaces)[];
const drives = [1, 1, 0, 0.7];
const subsets = partitionSubsets(names);
const asked = {
  "joint R²": null,
  "only a": "a",
  "shared by a and b": "a,b",
  "shared by all": "a,b,c",
} as const;
const [draws, studiesForTruth] = [400, 1000] as const;

/** How often 95 % intervals of R² and of its parts miss what such studies give on average: as the study makes them, and with the variance of a
 * draw about the drawn rows' own mean. */
export async function parts(random: Random, studies: number): Promise<Measured[]> {
  return designs.flatMap((design) =>
    measureParts(design, random.stream(design.name), studies, studiesForTruth),
  );
}

/** The same of one design. @param others studies that the true value is the mean of. */
export function measureParts(design: Design, random: Random, studies: number, others: number): Measured[] {
  const family = "95 % intervals of R² and its parts: the true value is outside";
  const kinds = Object.keys(asked) as (keyof typeof asked)[];
  const rows = (test: string, kind: Measured["kind"]) =>
    kinds.map((name) => count(family, `${name}, ${test}`, design.name, kind));
  const own = rows("R² about the fold's mean", "offered");
  const drawn = rows("R² about the drawn rows' mean (naive)", "naive");
  const lucks = drawLucks(random, design);
  const truth = kinds.map(() => [] as number[]);
  for (let k = 0; k < others; k++)
    for (const [j, people] of ask(drawStudy(random, design, 1, lucks).map(aboutFold)).entries())
      truth[j]?.push(meanDefined(people.map((scores) => scores[0] as number)));
  for (let k = 0; k < studies; k++) {
    const study = drawStudy(random, design, draws, lucks);
    for (const [rates, people] of [
      [own, ask(study.map(aboutFold))],
      [drawn, ask(study.map((folds) => aboutRows(folds, draws)))],
    ] as const)
      for (const [j, rate] of rates.entries()) {
        const perPersonDraws = (people[j] ?? []).map((scores) => scores.slice(1));
        const blocks = Math.floor(design.samples / design.block) * design.folds;
        const { low, high } = bootstrapTwoLevel({ perPersonDraws, random, level: 0.95, blocks });
        const value = meanDefined(truth[j] ?? []);
        rate.add([value < low || value > high ? 0 : 1]);
      }
  }
  return kinds.flatMap((_, j) => [own[j], drawn[j]]).map((rate) => (rate as ReturnType<typeof count>).done());
}

/** What each fit learned that is not there, of one person: a person alone keeps his over all studies, as intervals are about his fits. */
function drawLucks(random: Random, { people }: Design): Float64Array[] | null {
  return people === 1 ? drawLuck(random) : null;
}
function drawLuck(random: Random): Float64Array[] {
  return subsets.map(() => Float64Array.from(drives, () => 0.1 * random.normal()));
}

/** The folds of every person of a study. */
function drawStudy(random: Random, design: Design, wanted: number, lucks: Float64Array[] | null) {
  const shown = drawAr(random, design.folds * design.samples, drives.length, design.stimuli);
  const { blocks, count: many } = assignBlocks([design.samples], design.block);
  const drawn = Array.from({ length: design.folds }, () => drawBlocks(random, wanted, many));
  return Array.from({ length: design.people }, () =>
    drawPerson(random, design, shown, lucks).map((fold, f) => ({
      ...fold,
      blocks,
      drawn: drawn[f] as ScoreFold["drawn"],
    })),
  );
}

/** For each asked part: of every person the data's own value, then that of every draw. @param scores of each person, R² of every subset. */
function ask(scores: readonly Float64Array[][]): Float64Array[][] {
  return Object.values(asked).map((set) => scores.map((own) => partOf(own, set)));
}

/** Responses of a person, and what the fits of all subsets predict: nine tenths of what their columns drive, luck, and the mean of the rows that they
 * learned from. */
function drawPerson(
  random: Random,
  { people, folds, samples, noise, signal }: Design,
  shown: Float64Array,
  lucks: Float64Array[] | null,
) {
  const rows = folds * samples;
  const gain = signal * (people > 1 ? 1 + 0.3 * random.normal() : 1);
  const luck = lucks ?? drawLuck(random);
  const at = (i: number, weight: (j: number) => number) =>
    drives.reduce((sum, _, j) => sum + weight(j) * (shown[drives.length * i + j] as number), 0);
  const y = drawAr(random, rows, 1, noise).map((own, i) => own + gain * at(i, (j) => drives[j] as number));
  const predicted = subsets.map((set, m) => {
    const seen = new Set<number>(set.flatMap((name) => spaces[name as keyof typeof spaces]));
    const weights = drives.map((drive, j) =>
      seen.has(j) ? 0.9 * gain * drive + (luck[m]?.[j] as number) : 0,
    );
    return Float64Array.from({ length: rows }, (_, i) => at(i, (j) => weights[j] as number));
  });
  return Array.from({ length: folds }, (_, f) => {
    const [from, to] = [f * samples, (f + 1) * samples];
    return {
      Y: column(y.slice(from, to)),
      predicted: predicted.map((own) => {
        const rest = y.reduce(
          (sum, value, i) => sum + (i < from || i >= to ? value - (own[i] as number) : 0),
          0,
        );
        return column(own.slice(from, to).map((value) => value + rest / (rows - samples)));
      }),
    };
  });
}

function column(data: Float64Array): Responses {
  return matrix(["samples", "targets"], data.length, 1, Float64Array.from(data));
}

type Folds = readonly Pick<ScoreFold, "Y" | "predicted" | "blocks" | "drawn">[];

/** R² of every subset as the study scores it. */
function aboutFold(folds: Folds): Float64Array[] {
  const all = subsets.length - 1;
  const input: ScoreInput = {
    folds: folds.map((fold) => ({ ...fold, parts: [null] })),
    joint: all,
    alone: [all],
    without: [null],
    subsets: [...subsets.keys()],
    regionOf: Int32Array.of(0),
    regions: 1,
    constant: [],
  };
  const [region] = scorePerson(input).regions;
  return (region?.subsets ?? []).map(({ value, draws: own }) => Float64Array.of(value, ...own));
}

/** The same with variances about the drawn rows' own mean. */
function aboutRows(folds: Folds, wanted: number): Float64Array[] {
  const out = subsets.map(() => new Float64Array(wanted + 1));
  for (const fold of folds) {
    const sums = sumBlocks({ ...fold, parts: [null] }, 0, 0);
    const buffer = new Float64Array(sums.width);
    const ones = new Float64Array(sums.blocks).fill(1);
    for (let d = 0; d <= wanted; d++) {
      addBlocks(sums, d === 0 ? ones : fold.drawn.data, d === 0 ? 0 : (d - 1) * sums.blocks, buffer);
      const [n, y, yy] = [place.n, place.y, place.yy].map((k) => buffer[k] as number) as [
        number,
        number,
        number,
      ];
      for (const [m, own] of out.entries())
        own[d] =
          (own[d] as number) + (1 - (buffer[modelPlace(m)] as number) / (yy - (y * y) / n)) / folds.length;
    }
  }
  return out;
}

/** One part of the joint score, or the joint score itself. */
function partOf(scores: readonly Float64Array[], set: string | null): Float64Array {
  const named = subsets.map((own, m) => ({ spaces: own, score: scores[m] as Float64Array }));
  const { joint, parts: found } = partitionVariance(names, named);
  return found.find((part) => part.spaces.join() === set)?.share ?? joint;
}
