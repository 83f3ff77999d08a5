import type { Random } from "../core/index.ts";
import type {
  Cell,
  Comparison,
  ControlVerdict,
  Equivalence,
  Estimate,
  RegionPartition,
  RegionScore,
  StudyTests,
} from "../report/index.ts";
import { adjust, meanDefined } from "../stats/index.ts";
import { comparedPairs } from "./compare.ts";
import type { StudyData } from "./data.ts";
import { divideRegions } from "./divide-regions.ts";
import type { Drawn, DrawnScores } from "./drawn-scores.ts";
import { intervalsOf } from "./intervals.ts";
import { judgeControls } from "./judge-controls.ts";
import { reliableRegionOf } from "./reliable-targets.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";
import { chooseUnit } from "./test-unit.ts";
import { exchangesOf } from "./tested-pairs.ts";

/** What the tests say: cells (region × space), regions, and compared pairs. */
export interface Inference {
  readonly cells: readonly Cell[];
  readonly regionScores: readonly RegionScore[];
  readonly comparisons: readonly Comparison[];
  /** Of each model (`StudyData.spaces` that are one) and region: R² and r alone. */
  readonly modelScores: readonly (readonly { readonly r2: Estimate; readonly r: Estimate }[])[];
  /** Of each control that runs by itself, in each region. */
  readonly controls: readonly ControlVerdict[];
  /** Every part of the joint R² of each region; empty where the subsets were not scored. */
  readonly partition: readonly RegionPartition[];
  readonly tests: StudyTests;
}

/** Test every region × space, every region and every compared pair, each family corrected by itself.
 *
 * With six people or more the person is the unit (exact sign-flip up to 16 people); with fewer, the paired test exchanges models block
 * by block of the held-out time (or shifts it in a circle, as the settings say), averaged over people, and carries no claim about people.
 * CC_norm of a region is its mean r over the root of its mean ceiling (people and targets averaged first: a ratio of means is not thrown
 * about by a small ceiling of one target).
 * @param ceilings per person, the explainable share of variance of each region. */
export function inferStudy(
  data: StudyData,
  settings: StudySettings,
  scores: readonly ScoreOutput[],
  ceilings: readonly (readonly number[])[],
  random: Random,
): Inference {
  const { level, correction } = settings.tests;
  const regions = data.regions.map((_, g) => g);
  const spaces = data.spaces.flatMap(({ model }, s) => (model ? [] : [s]));
  const models = data.spaces.flatMap(({ model }, s) => (model ? [s] : []));
  const of = (g: number): DrawnScores[] => scores.map((person) => person.regions[g] as DrawnScores);
  const pairs = regions.flatMap((g) => spaces.map((s) => [g, s] as const));
  const unit = chooseUnit(scores, settings, random);

  const exchanged = exchangesOf(scores, data.spaces, settings.compare);
  const ofCells = [
    pairs.map(([g, s]) => of(g).map((region) => region.unique[s]?.value ?? Number.NaN)),
    exchanged(pairs.map(([g, s]) => ({ g, pair: { own: "joint", other: { without: s } } }))),
  ] as const;
  const unique = unit.test("cells", ...ofCells, "greater");
  const noneUnique = unit.testEquivalence("cells", ...ofCells);
  const joint = unit.test(
    "regions",
    regions.map((g) => of(g).map((region) => region.r.value)),
    exchanged(regions.map((g) => ({ g, pair: { own: "joint", other: "mean" } }))),
    "greater",
  );
  const pairsCompared = comparedPairs(settings.compare, data.spaces);
  const compared = pairsCompared.flatMap(([a, b]) => regions.map((g) => ({ a, b, g })));
  const place = (name: string) => data.spaces.findIndex((space) => space.name === name);
  const gaps = compared.map(({ a, b, g }) =>
    of(g).map((region) => minus(region.alone[place(a)], region.alone[place(b)])),
  );
  const ofPairs = [
    gaps.map((people) => people.map((gap) => gap.value)),
    exchanged(
      compared.map(({ a, b, g }) => ({ g, pair: { own: { alone: place(a) }, other: { alone: place(b) } } })),
    ),
  ] as const;
  const differences = unit.test("comparisons", ...ofPairs, "two-sided");
  const alike = unit.testEquivalence("comparisons", ...ofPairs);

  const intervals = intervalsOf(scores, settings, random);
  const estimate = intervals.of;
  const meanCeiling = (g: number) => meanDefined(ceilings.map((person) => person[g] as number));

  const cells = pairs.map(([g, s], k): Cell => {
    const at = (key: "alone" | "aloneR" | "unique" | "shared" | "split") =>
      estimate(
        `${key} ${g} ${s}`,
        of(g).map((region) => region[key][s] as Drawn),
      );
    const perPerson = unique.values[k] as readonly number[];
    const mean = at("unique");
    return {
      region: data.regions[g] as string,
      space: data.spaces[s]?.name as string,
      alone: at("alone"),
      aloneR: at("aloneR"),
      unique: mean,
      shared: at("shared"),
      split: at("split"),
      uniqueShareOfCeiling: share(mean.mean, meanCeiling(g)),
      perPerson,
      p: unique.p[k] as number,
      pCorrected: unique.corrected[k] as number,
      inFavour: above(perPerson),
      significant: (unique.corrected[k] as number) <= level && mean.mean > 0,
      equivalence: noneUnique[k] as Equivalence,
    };
  });
  const regionScores = regions.map((g): RegionScore => {
    const perPerson = joint.values[g] as readonly number[];
    const r = estimate(
      `r ${g}`,
      of(g).map((region) => region.r),
    );
    return {
      region: data.regions[g] as string,
      targets: meanDefined(
        data.people.map((person) => reliableRegionOf(person).reduce((n, own) => n + (own === g ? 1 : 0), 0)),
      ),
      r,
      r2: estimate(
        `r2 ${g}`,
        of(g).map((region) => region.r2),
      ),
      ceiling: meanCeiling(g),
      ccNorm: meanCeiling(g) > 0 ? r.mean / Math.sqrt(meanCeiling(g)) : Number.NaN,
      perPerson,
      ceilingPerPerson: ceilings.map((person) => person[g] as number),
      p: joint.p[g] as number,
      pCorrected: joint.corrected[g] as number,
      inFavour: above(perPerson),
      significant: (joint.corrected[g] as number) <= level && r.mean > 0,
    };
  });
  const comparisons = compared.map(({ a, b, g }, k): Comparison => {
    const perPerson = differences.values[k] as readonly number[];
    return {
      a,
      b,
      region: data.regions[g] as string,
      difference: estimate(`difference ${a} ${b} ${g}`, gaps[k] as readonly Drawn[]),
      perPerson,
      p: differences.p[k] as number,
      pCorrected: differences.corrected[k] as number,
      inFavour: above(perPerson),
      significant: (differences.corrected[k] as number) <= level,
      equivalence: alike[k] as Equivalence,
    };
  });
  const modelScores = models.map((s) =>
    regions.map((g) => {
      const at = (key: "alone" | "aloneR") =>
        estimate(
          `${key} ${g} ${s}`,
          of(g).map((region) => region[key][s] as Drawn),
        );
      return { r2: at("alone"), r: at("aloneR") };
    }),
  );
  const joined = data.spaces.filter((space) => space.joint).length;
  const tests: StudyTests = {
    test: unit.name,
    unit: unit.kind,
    correction: `${corrections[correction]} over ${regions.length} regions × ${joined} feature spaces${needed(unique.p, unit.smallestP, settings)}; regions${compared.length > 0 ? " and compared pairs are families" : " are a family"} of their own`,
    level,
    smallestP: unit.smallestP,
    interval: intervals.words,
    equivalence: {
      test: unit.equivalence.name,
      margin: settings.tests.equivalence?.margin ?? null,
      smallestP: unit.equivalence.smallestP,
    },
  };
  const controls = judgeControls(
    data,
    scores,
    { cells, comparisons, regionScores },
    { unit, exchanged, level },
  );
  const partition = divideRegions(data, scores, estimate);
  return { cells, regionScores, comparisons, modelScores, controls, partition, tests };
}

const corrections = {
  bh: "Benjamini–Hochberg",
  by: "Benjamini–Yekutieli",
  max: "maximum statistic",
} as const;

/** How many cells must reach the smallest p together before any is significant, if that is more than one: what few people can show. */
function needed(p: Float64Array, smallestP: number, { tests }: StudySettings): string {
  if (tests.correction === "max") return "";
  const family = p.filter((value) => !Number.isNaN(value)).length;
  for (let k = 1; k <= family; k++) {
    const best = adjust(
      [...new Array<number>(k).fill(smallestP), ...new Array<number>(family - k).fill(1)],
      tests.correction,
    );
    if ((best[0] as number) <= tests.level)
      return k === 1 ? "" : `, where no cell can be significant unless ${k} reach the smallest p`;
  }
  return ", where no cell can be significant: too few people or blocks";
}

function minus(a: Drawn | undefined, b: Drawn | undefined): Drawn {
  if (a === undefined || b === undefined) return { value: Number.NaN, draws: new Float64Array(0) };
  return { value: a.value - b.value, draws: a.draws.map((value, d) => value - (b.draws[d] as number)) };
}

function share(value: number, of: number): number {
  return of > 0 ? value / of : Number.NaN;
}

function above(values: readonly number[]): number {
  return values.filter((value) => value > 0).length;
}
