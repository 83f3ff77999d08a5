import { createRandom, EncodingError, type Random } from "../../core/index.ts";
import { hashValue, type Step } from "../../engine/index.ts";
import { judgeModels } from "../../report/model-verdicts.ts";
import type { RefusedUniverse, UniverseRegion, UniverseResult } from "../../report/multiverse/record.ts";
import type { Comparison, StudyTests } from "../../report/result.ts";
import { comparedPairs } from "../compare.ts";
import type { StudyData } from "../data.ts";
import { type Fits, planFits } from "../fit-models.ts";
import { examineStudy } from "../guard/guard-study.ts";
import { type Inference, inferStudy } from "../infer.ts";
import { planTruth } from "../judge-models.ts";
import { type OuterFold, planFolds, planModels } from "../plan.ts";
import type { StudyModel } from "../read-model.ts";
import type { ScoreOutput } from "../score-person.ts";
import { planScores } from "../score-study.ts";
import type { StudySettings } from "../settings.ts";
import { settleBlock } from "../settle-block.ts";
import { tellPairs } from "../tell-models.ts";
import { checkShifts } from "../tested-pairs.ts";
import type { Placed } from "./group-universes.ts";
import { keepCompared } from "./keep-compared.ts";

/** A universe that may be fitted: its steps, and how to read them. */
export interface PlannedUniverse {
  readonly universe: Placed;
  /** Fits of the compared models, on the data and (virtual laboratory) on the data without noise. */
  readonly fits: readonly Step[];
  /** Bytes that their results take, about. */
  readonly bytes: number;
  readonly people: number;
  /** One step a person. */
  scores(results: readonly unknown[]): readonly Step[];
  /** @param fits and @param scores results of the steps above. */
  conclude(fits: readonly unknown[], scores: readonly unknown[]): Conclusion;
}

/** What one universe says. */
export interface Conclusion {
  readonly result: UniverseResult;
  readonly comparisons: readonly Comparison[];
  readonly tests: StudyTests;
  /** Of the controls that run by themselves, in each region. */
  readonly controls: Inference["controls"];
}

/** Hold a universe against the rules of design and, where it keeps them, plan its steps.
 * @param data its whole study, models among the spaces. */
export function planUniverse(
  universe: Placed,
  data: StudyData,
  models: readonly StudyModel[],
  backend: string,
): PlannedUniverse | RefusedUniverse {
  const { settings, picks } = universe;
  const guarded = guard(universe, data);
  if ("rule" in guarded) return guarded;
  const { folds, overrides } = guarded;
  const own = keepCompared(data, settings);
  const plan = planModels(own.spaces);
  const random = createRandom(settings.seed);
  const made = { random, backend, apart: true };
  const fitting = planFits(own, settings, plan, folds, made);
  const judging = planTruth(own, settings, folds, made);
  const split = fitting.steps.length;
  const fitsOf = (results: readonly unknown[]): Fits => fitting.collect(results.slice(0, split));
  const settle = (fits: Fits): StudySettings => {
    const { block } = settleBlock(own, settings, plan, folds, fits);
    return { ...settings, tests: { ...settings.tests, block } };
  };
  const steps = [...fitting.steps, ...judging.steps];
  return {
    universe,
    fits: steps,
    bytes: bytesOf(own, folds, steps.length / Math.max(1, folds.length)),
    people: own.people.length,
    scores(results) {
      const fits = fitsOf(results);
      return planScores(own, settle(fits), plan, folds, fits, {
        random: random.stream("bootstrap"),
        fitKey: hashValue(fitting.steps.map(({ inputs }) => inputs)),
      });
    },
    conclude(results, scores) {
      const truth = judging.collect(results.slice(split));
      const inference = infer(own, settle(fitsOf(results)), scores as readonly ScoreOutput[], random);
      const comparisons = tellPairs(inference.comparisons, models, own, truth);
      return {
        result: {
          picks,
          overrides,
          regions: judgeRegions(own, settings, comparisons, inference.controls),
        },
        comparisons,
        tests: inference.tests,
        controls: inference.controls,
      };
    },
  };
}

function guard(
  { settings, picks }: Placed,
  data: StudyData,
): RefusedUniverse | { readonly folds: readonly OuterFold[]; readonly overrides: readonly string[] } {
  try {
    const folds = planFolds(data, settings);
    checkShifts(data, settings, folds);
    const verdicts = examineStudy(data, settings, folds);
    const refused = verdicts.find(({ state }) => state === "refused")?.findings[0];
    if (refused !== undefined)
      return { picks, rule: refused.rule, what: refused.what, repair: refused.repair };
    const overridden = verdicts.filter(({ state }) => state === "overridden");
    return { folds, overrides: overridden.map(({ rule }) => rule) };
  } catch (error) {
    if (!(error instanceof EncodingError) || error.kind !== "design") throw error;
    return { picks, rule: "impossible", what: error.message, repair: "other folds" };
  }
}

/** The tests of the study, as `simcortex run` has them; ceilings play no part in comparisons. */
function infer(
  data: StudyData,
  settings: Placed["settings"],
  scores: readonly ScoreOutput[],
  random: Random,
): Inference {
  const noCeilings = data.people.map(() => data.regions.map(() => Number.NaN));
  return inferStudy(data, settings, scores, noCeilings, random.stream("inference"));
}

/** The verdict of each region, by the rule of the study's own report. */
function judgeRegions(
  data: StudyData,
  { compare }: StudySettings,
  comparisons: readonly Comparison[],
  controls: Inference["controls"],
): UniverseRegion[] {
  const [a, b] = compare[0] ?? ["", ""];
  const own = comparisons.filter((pair) => pair.a === a && pair.b === b);
  const compared = new Set(comparedPairs(compare, data.spaces).flat());
  const models = data.spaces
    .filter(({ name }) => compared.has(name))
    .map(({ name, control }) => ({ name, control: control && name !== a && name !== b }));
  const judged = { comparisons, models, controls };
  const verdicts = judgeModels(judged).find((pair) => pair.a === a && pair.b === b)?.regions;
  return own.map((pair, g): UniverseRegion => {
    const { ahead, win, sharedWith, notAbove } = verdicts?.[g] ?? {
      ahead: null,
      win: false,
      sharedWith: [],
      notAbove: [],
    };
    const defined = Number.isFinite(pair.difference.mean) && Number.isFinite(pair.pCorrected);
    const { difference, perPerson, p, pCorrected, significant, truth } = pair;
    return {
      difference,
      perPerson,
      p,
      pCorrected,
      significant,
      verdict: !defined
        ? "undefined"
        : ahead === null
          ? "neither"
          : `${ahead === a ? "a" : "b"} ${win ? "wins" : "ahead"}`,
      unbeaten: [...sharedWith, ...notAbove],
      ...(truth !== undefined && { truth }),
    };
  });
}

function bytesOf(data: StudyData, folds: readonly OuterFold[], stepsPerFold: number): number {
  const rows = folds.reduce((sum, { test }) => sum + test.length, 0);
  const targets = data.people.reduce((sum, { regionOf }) => sum + regionOf.length, 0);
  return rows * targets * 4 * stepsPerFold;
}
