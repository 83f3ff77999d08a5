import { createRandom } from "../core/index.ts";
import { type Fold, makeFolds, shuffleFolds } from "../encoding/index.ts";
import type { StudyData, StudySpace } from "./data.ts";
import type { StudySettings } from "./settings.ts";

/** A set of feature spaces that are fitted together. */
export interface Model {
  readonly name: string;
  /** Indices into `StudyData.spaces`, ascending. */
  readonly spaces: readonly number[];
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
}

/** List the joint model, every space alone, and the joint model without each space; equal sets are fitted once. */
export function planModels(spaces: readonly StudySpace[]): ModelPlan {
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
  const joint = spaces.flatMap((space, s) => (space.joint ? [s] : []));
  return {
    joint: place(joint),
    without: spaces.map((space, s) => (space.joint ? place(joint.filter((other) => other !== s)) : null)),
    alone: spaces.map((_, s) => place([s])),
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
 * blocks with a gap. */
export function planInnerFolds(data: StudyData, settings: StudySettings, { train }: OuterFold): Fold[] {
  const { folds, gap } = settings.fit.inner;
  const allRuns = runOfRows(data);
  const runs = Int32Array.from(train, (row) => allRuns[row] as number);
  const groups = data.groups && Int32Array.from(train, (row) => data.groups?.[row] as number);
  return makeFolds(runs, { folds, gap, ...(groups && { groups }) });
}

/** Run index of every row, runs in order. */
export function runOfRows({ runs }: StudyData): Int32Array {
  return Int32Array.from(runs.flatMap((run, r) => new Array<number>(run.samples).fill(r)));
}
