import { EncodingError } from "../core/index.ts";
import { cutsRuns, type Fold, makeFolds } from "../encoding/index.ts";
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

const hemodynamicSeconds = 8;

/** The outer folds of a study: its held-out test runs, folds over its training runs, or both.
 *
 * Folds that cut runs need a gap as long as the hemodynamic response; rows without runs need groups.
 * @throws EncodingError "design" for a split that leaks, naming the setting that overrides the rule. */
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
  { folds, gap }: { folds: number; gap: number },
  runOf: Int32Array,
  train: Int32Array,
): OuterFold[] {
  const runs = Int32Array.from(train, (row) => runOf[row] as number);
  const groups = data.groups && Int32Array.from(train, (row) => data.groups?.[row] as number);
  if (settings.design === "stimulus-rows" && !groups && new Set(runs).size < folds)
    refuse(
      settings,
      "ungrouped-rows",
      "rows that stand for stimuli need `outer.groups` (passage, topic or session of each row), or neighbours of one passage are trained and tested on",
    );
  const made = makeFolds(runs, { folds, gap, ...(groups && { groups }) });
  checkGap("outer", settings, runs, made, gap);
  return made.map((fold, f) => ({
    name: `fold ${f + 1} of ${folds}`,
    train: fold.train.map((k) => train[k] as number),
    test: fold.test.map((k) => train[k] as number),
  }));
}

/** Refuse folds that cut a time series without a gap as long as the hemodynamic response.
 * @throws EncodingError "design". */
export function checkGap(
  which: "outer" | "fit.inner",
  settings: StudySettings,
  runs: ArrayLike<number>,
  folds: readonly Fold[],
  gap: number,
): void {
  const tr = settings.tr;
  if (settings.design !== "time-series" || tr === undefined || !cutsRuns(runs, folds)) return;
  if (gap * tr < hemodynamicSeconds)
    refuse(
      settings,
      "short-gap",
      `${which}.gap is ${gap} samples (${gap * tr} s), and these folds cut runs; neighbouring samples share their hemodynamic response, so the gap must be at least ${Math.ceil(hemodynamicSeconds / tr)} samples (${hemodynamicSeconds} s)`,
    );
}

function refuse(settings: StudySettings, override: StudySettings["allow"][number], reason: string): void {
  if (settings.allow.includes(override)) return;
  throw new EncodingError(
    "design",
    `planFolds: ${reason}. To override, write \`allow: [${override}]\`; the report will say so.`,
    { override },
  );
}

/** Run index of every row, runs in order. */
export function runOfRows({ runs }: StudyData): Int32Array {
  return Int32Array.from(runs.flatMap((run, r) => new Array<number>(run.samples).fill(r)));
}
