import { matrix, type Random } from "../../core/index.ts";
import { trueFrom } from "../../report/model-verdicts.ts";
import {
  type ChoiceEffect,
  type JointTest,
  type MatchedPairs,
  type MultiverseResult,
  type RefusedUniverse,
  type RegionSummary,
  type RegionTruth,
  type UniverseRegion,
  type UniverseResult,
  type VerdictName,
  verdictNames,
} from "../../report/multiverse/record.ts";
import { adjust, mainEffects, type SpecificationTest, testSpecifications } from "../../stats/index.ts";
import type { StudyData } from "../data.ts";
import type { StudySettings } from "../settings.ts";
import type { Conclusion } from "./plan-universe.ts";
import type { MultiverseSettings } from "./settings.ts";

/** All that the record of a multiverse is made from. */
interface Made {
  readonly cross: number;
  readonly compare: readonly [string, string];
  readonly data: StudyData;
  readonly conclusions: readonly Conclusion[];
  readonly refused: readonly RefusedUniverse[];
  /** Of all universes. */
  readonly warnings: readonly string[];
  /** Of the reference. */
  readonly settings: StudySettings;
  readonly provenance: MultiverseResult["provenance"];
  readonly random: Random;
}

/** Sum up universes region by region: how often who wins, what each choice does, and one test for each whole curve. */
export function summariseMultiverse(asked: MultiverseSettings, made: Made): MultiverseResult {
  const { data, conclusions, refused, settings, random } = made;
  const [a, b] = made.compare;
  const universes = conclusions.map(({ result }) => result);
  const choices = Object.entries(asked.choices).map(([name, own]) => ({
    name,
    alternatives: Object.keys(own),
  }));
  const tests = conclusions[0]?.tests as Conclusion["tests"];
  const joint = tests.unit === "people" ? testCurves(universes, data, settings, random) : null;
  const level = settings.tests.level;
  const pairs = namesOfPairs(conclusions[0] as Conclusion);
  const models = modelNames(conclusions);
  return {
    title: asked.title,
    question: asked.question,
    a,
    b,
    controls: [...models.filter((name) => name !== a && name !== b), ...automaticOf(conclusions)],
    participants: data.people.map(({ id }) => id),
    regions: data.regions,
    choices,
    cross: made.cross,
    universes,
    refused,
    summaries: data.regions.map((region, g) =>
      summarise(
        region,
        universes.map((own) => ({ picks: own.picks, cell: own.regions[g] as UniverseRegion })),
        choices,
        joint?.[g] ?? null,
      ),
    ),
    tests: {
      unit: tests.unit,
      test: tests.test.replace("one-sided", "two-sided"),
      correction: `${corrections[settings.tests.correction]} over ${data.regions.length} regions × ${pairs} compared ${pairs === 1 ? "pair" : "pairs"}, in each universe by itself`,
      level,
      smallestP: Math.min(1, tests.smallestP * (tests.unit !== "shifts" && /exact/.test(tests.test) ? 2 : 1)),
      interval: tests.interval,
      joint:
        joint === null
          ? ""
          : `sign-flip over ${data.people.length} people of the median difference over universes, one pattern of signs for all universes alike, two-sided, ${joint[0]?.exact ? "exact" : `${settings.tests.permutations} draws`}; ${corrections[settings.tests.correction === "max" ? "by" : settings.tests.correction]} over ${data.regions.length} regions`,
      jointSmallestP: joint?.[0]?.smallestP ?? Number.NaN,
    },
    unmatched: unmatchedOf(conclusions, a, b),
    warnings: made.warnings,
    virtual: data.truth !== null,
    provenance: made.provenance,
  };
}

const corrections = {
  bh: "Benjamini–Hochberg",
  by: "Benjamini–Yekutieli",
  max: "maximum statistic",
} as const;

function namesOfPairs({ comparisons }: Conclusion): number {
  return new Set(comparisons.map(({ a, b }) => JSON.stringify([a, b]))).size;
}

function modelNames(conclusions: readonly Conclusion[]): string[] {
  return [...new Set(conclusions.flatMap(({ comparisons }) => comparisons.flatMap(({ a, b }) => [a, b])))];
}

/** Names of the controls that every universe has by itself. */
function automaticOf(conclusions: readonly Conclusion[]): string[] {
  return [...new Set(conclusions.flatMap(({ controls }) => controls.map(({ control }) => control)))];
}

function unmatchedOf(conclusions: readonly Conclusion[], a: string, b: string): readonly string[] | null {
  const own = conclusions.map(
    ({ comparisons }) => comparisons.find((pair) => pair.a === a && pair.b === b)?.unmatched,
  );
  return own.some((one) => one === undefined) ? null : [...new Set(own.flatMap((one) => one ?? []))];
}

/** One test a region over all universes; p-values corrected over regions. */
function testCurves(
  universes: readonly UniverseResult[],
  { regions, people }: StudyData,
  { tests }: StudySettings,
  random: Random,
): (JointTest & Pick<SpecificationTest, "smallestP" | "exact">)[] {
  const curves = regions.map((region, g) => {
    const values = new Float64Array(people.length * universes.length);
    for (const [u, own] of universes.entries())
      for (let i = 0; i < people.length; i++)
        values[i * universes.length + u] = own.regions[g]?.perPerson[i] ?? Number.NaN;
    return testSpecifications(matrix(["people", "specifications"], people.length, universes.length, values), {
      random: random.stream(`curve ${region}`),
      level: tests.level,
      draws: tests.permutations,
    });
  });
  const corrected = adjust(
    curves.map(({ p }) => p),
    tests.correction === "max" ? "by" : tests.correction,
  );
  return curves.map(({ band, ...own }, g) => ({
    ...own,
    pCorrected: corrected[g] as number,
    low: [...band.low],
    high: [...band.high],
  }));
}

interface Spec {
  readonly picks: readonly number[];
  readonly cell: UniverseRegion;
}

function summarise(
  region: string,
  specs: readonly Spec[],
  choices: MultiverseResult["choices"],
  joint: (JointTest & Pick<SpecificationTest, "smallestP" | "exact">) | null,
): RegionSummary {
  const means = specs.map(({ cell }) => cell.difference.mean);
  const sorted = means.filter(Number.isFinite).sort((x, y) => x - y);
  const effects = mainEffects(
    means,
    specs.map(({ picks }) => picks),
  );
  const middle = sorted.length / 2;
  return {
    region,
    verdicts: countVerdicts(specs),
    median:
      sorted.length === 0
        ? Number.NaN
        : ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2,
    lowest: sorted[0] ?? Number.NaN,
    highest: sorted.at(-1) ?? Number.NaN,
    above: sorted.filter((mean) => mean > 0).length,
    choices: choices.map(
      ({ name, alternatives }, c): ChoiceEffect => ({
        choice: name,
        share: effects.shares[c] ?? Number.NaN,
        alternatives: alternatives.map((alternative, pick) => {
          const own = specs.filter(({ picks }) => picks[c] === pick);
          const defined = own.map(({ cell }) => cell.difference.mean).filter(Number.isFinite);
          return {
            name: alternative,
            universes: own.length,
            mean: defined.length === 0 ? Number.NaN : defined.reduce((x, y) => x + y, 0) / defined.length,
            verdicts: countVerdicts(own),
          };
        }),
        matched: matchPairs(specs, c, alternatives),
      }),
    ),
    interactions: effects.rest,
    overlap: effects.overlap,
    joint: joint === null ? null : jointOf(joint),
    truth: judgeTruth(specs),
  };
}

function jointOf({
  smallestP: _,
  exact: __,
  ...own
}: JointTest & Pick<SpecificationTest, "smallestP" | "exact">): JointTest {
  return own;
}

function countVerdicts(specs: readonly Spec[]): Record<VerdictName, number> {
  const counts = Object.fromEntries(verdictNames.map((name) => [name, 0])) as Record<VerdictName, number>;
  for (const { cell } of specs) counts[cell.verdict]++;
  return counts;
}

/** Pairs of universes that differ in one choice only, for every two of its alternatives. */
function matchPairs(specs: readonly Spec[], c: number, alternatives: readonly string[]): MatchedPairs[] {
  const keyOf = (picks: readonly number[], pick: number) =>
    picks.map((own, k) => (k === c ? pick : own)).join();
  const places = new Map(specs.map((spec) => [spec.picks.join(), spec.cell]));
  return alternatives.flatMap((from, i) =>
    alternatives.slice(i + 1).map((to, j): MatchedPairs => {
      const pairs = specs.flatMap(({ picks, cell }) => {
        const other = picks[c] === i ? places.get(keyOf(picks, i + 1 + j)) : undefined;
        return other === undefined ? [] : [[cell, other] as const];
      });
      const changes = pairs.map(([x, y]) => y.difference.mean - x.difference.mean).filter(Number.isFinite);
      const count = (flips: (x: UniverseRegion, y: UniverseRegion) => boolean) =>
        pairs.filter(([x, y]) => flips(x, y)).length;
      return {
        from,
        to,
        pairs: pairs.length,
        change: changes.length === 0 ? Number.NaN : changes.reduce((x, y) => x + y, 0) / changes.length,
        signFlips: count((x, y) => x.difference.mean * y.difference.mean < 0),
        verdictFlips: count((x, y) => x.verdict !== y.verdict),
        winFlips: count((x, y) => x.verdict !== y.verdict && (isWin(x) || isWin(y))),
        reversals: count((x, y) => side(x) * side(y) < 0),
      };
    }),
  );
}

function isWin({ verdict }: UniverseRegion): boolean {
  return verdict === "a wins" || verdict === "b wins";
}

/** 1: a is ahead at the corrected level, −1: b is, 0: neither. */
function side({ verdict }: UniverseRegion): number {
  return verdict.startsWith("a ") ? 1 : verdict.startsWith("b ") ? -1 : 0;
}

function judgeTruth(specs: readonly Spec[]): RegionTruth | null {
  const known = specs.filter(({ cell }) => Number.isFinite(cell.truth));
  if (known.length === 0) return null;
  const wins = known.filter(({ cell }) => isWin(cell));
  const isTrue = ({ cell }: Spec) =>
    (cell.verdict === "a wins" ? 1 : -1) * (cell.truth as number) >= trueFrom;
  return {
    wins: wins.length,
    trueWins: wins.filter(isTrue).length,
    aTrulyAhead: known.filter(({ cell }) => (cell.truth as number) >= trueFrom).length,
    bTrulyAhead: known.filter(({ cell }) => (cell.truth as number) <= -trueFrom).length,
    falseWins: wins.filter((spec) => !isTrue(spec)).length,
  };
}
