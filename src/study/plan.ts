import { createRandom, EncodingError } from "../core/index.ts";
import { type Fold, makeFolds, restrictFolds, shuffleFolds } from "../encoding/index.ts";
import { partitionSubsets } from "../stats/index.ts";
import type { StudyData, StudySpace } from "./data.ts";
import type { StudySettings } from "./settings.ts";
import { canDivide, tooManySubsets } from "./subsets.ts";

/** A set of feature spaces that are fitted together. */
export interface Model {
  readonly name: string;
  /** Indices into `StudyData.spaces`, ascending. */
  readonly spaces: readonly number[];
  /** Of each run, the row whose features each row takes; absent: its own. */
  readonly order?: readonly Int32Array[];
}

/** The models that a study needs, each fitted once. Indices point into `models`; −1 is the model without any feature space. */
export interface ModelPlan {
  readonly models: readonly Model[];
  /** −1: there is none. */
  readonly joint: number;
  /** Model of each space alone. */
  readonly alone: readonly number[];
  /** Joint model without each space; null for spaces that are not part of the joint model. */
  readonly without: readonly (number | null)[];
  /** Model of every subset of the joint model's spaces, in the order of `partitionSubsets`; empty unless asked for. */
  readonly subsets: readonly number[];
}

/** List the joint model, every space alone, and the joint model without each space; equal sets are fitted once. A space that is made of
 * others is a model of these with their rows exchanged; one that predicts the mean is the model without any space.
 * @param partition "subsets": every subset of the joint model's spaces too. @throws EncodingError "settings" if there are more than 4 of them. */
export function planModels(
  spaces: readonly StudySpace[],
  partition: StudySettings["partition"] = "unique",
): ModelPlan {
  const models: Model[] = [];
  const places = new Map<string, number>();
  const place = (members: readonly number[]): number => {
    if (members.length === 0) return -1;
    const key = members.join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, models.length);
    return models.push({ name: members.map((s) => spaces[s]?.name).join(" + "), spaces: members }) - 1;
  };
  const placeAlone = ({ permutes, predictsMean }: StudySpace, s: number): number => {
    if (predictsMean) return -1;
    if (permutes === undefined) return place([s]);
    const { spaces: members, order } = permutes;
    return models.push({ name: spaces[s]?.name as string, spaces: members, order }) - 1;
  };
  const joint = spaces.flatMap((space, s) => (space.joint ? [s] : []));
  const all = partition === "subsets";
  if (all && !canDivide(joint.length)) throw new EncodingError("settings", tooManySubsets(joint.length));
  return {
    joint: place(joint),
    without: spaces.map((space, s) => (space.joint ? place(joint.filter((other) => other !== s)) : null)),
    alone: spaces.map(placeAlone),
    subsets: all ? partitionSubsets(joint.map(String)).map((set) => place(set.map(Number))) : [],
    models,
  };
}

/** One outer fold: rows of all runs in order, to learn from and to be scored on. */
export interface OuterFold extends Fold {
  readonly name: string;
}

/** The outer folds of a study: its held-out test runs, folds over its training runs, or both. Whether they leak is for the guard to say. */
export function planFolds(data: StudyData, settings: StudySettings): OuterFold[] {
  const runOf = runOfRows(data);
  const rows = Array.from(runOf.keys());
  const isTest = (row: number) => data.runs[runOf[row] as number]?.role === "test";
  const train = Int32Array.from(rows.filter((row) => !isTest(row)));
  const held = Int32Array.from(rows.filter(isTest));
  const folds: OuterFold[] = [];
  if (settings.outer) folds.push(...foldTrainingRuns(data, settings, settings.outer, runOf, train));
  if (held.length > 0) folds.push({ name: "held-out runs", train, test: held });
  return folds;
}

function foldTrainingRuns(
  data: StudyData,
  settings: StudySettings,
  { folds, gap, shuffle }: NonNullable<StudySettings["outer"]>,
  runOf: Int32Array,
  train: Int32Array,
): OuterFold[] {
  const runs = Int32Array.from(train, (row) => runOf[row] as number);
  const groups = data.groups && Int32Array.from(train, (row) => data.groups?.[row] as number);
  const units = shuffle === "rows" ? train : (groups ?? runs);
  const made =
    shuffle === "groups" || shuffle === "rows"
      ? shuffleFolds(units, runs, { folds, gap, random: createRandom(settings.seed).stream("outer folds") })
      : makeFolds(runs, { folds, gap, ...(groups && { groups }) });
  return made.map((fold, f) => ({
    name: `fold ${f + 1} of ${folds}`,
    train: fold.train.map((k) => train[k] as number),
    test: fold.test.map((k) => train[k] as number),
  }));
}

/** Inner folds over the training rows of an outer fold (counted from its first): whole runs or groups where there are enough, else time
 * blocks with a gap; single rows at random where the outer folds are made so (the guard refuses both). */
export function planInnerFolds(data: StudyData, settings: StudySettings, { train, name }: OuterFold): Fold[] {
  const { folds, gap } = settings.fit.inner;
  const allRuns = runOfRows(data);
  const runs = Int32Array.from(train, (row) => allRuns[row] as number);
  if (settings.outer?.shuffle === "rows") {
    const random = createRandom(settings.seed).stream(`inner folds of ${name}`);
    return shuffleFolds(Int32Array.from(train.keys()), runs, { folds, gap, random });
  }
  const groups = data.groups && Int32Array.from(train, (row) => data.groups?.[row] as number);
  return makeFolds(runs, { folds, gap, ...(groups && { groups }) });
}

/** Inner folds like the outer ones: the other outer folds, on the training rows of this one. For models without content, whose penalty says
 * nothing where it is chosen on folds that are kinder or harder than the outer ones. With one outer fold, those of the study. */
export function planInnerLikeOuter(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  own: OuterFold,
): Fold[] {
  const others = restrictFolds(
    folds.filter((fold) => fold !== own),
    own.train,
  ).filter(({ train, test }) => train.length > 1 && test.length > 0);
  return others.length > 0 ? others : planInnerFolds(data, settings, own);
}

/** Stretch of every row: neighbouring rows of one group (without groups: all rows of a run) within a run, counted from 0. */
export function stretchesOf(data: Pick<StudyData, "runs" | "groups">): Int32Array {
  const runOf = runOfRows(data);
  const { groups } = data;
  let stretch = 0;
  return runOf.map((run, row) => {
    const same =
      row === 0 || (run === runOf[row - 1] && (groups === null || groups[row] === groups[row - 1]));
    if (!same) stretch++;
    return stretch;
  });
}

/** Samples of a block, for a study that names none: at usual TRs longer than the haemodynamic response. */
const usualBlock = 10;

/** Samples of a block. */
export function blockOf({ tests }: StudySettings): number {
  return tests.block ?? usualBlock;
}

/** Run index of every row, runs in order. */
export function runOfRows({ runs }: Pick<StudyData, "runs">): Int32Array {
  return Int32Array.from(runs.flatMap((run, r) => new Array<number>(run.samples).fill(r)));
}
