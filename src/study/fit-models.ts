import {
  type Features,
  fromRows,
  type Random,
  type Responses,
  stackCols,
  takeRows,
  zeros,
} from "../core/index.ts";
import {
  drawWeightings,
  type Fold,
  restrictWeightings,
  spaceAlphas,
  type Weightings,
} from "../encoding/index.ts";
import type { Step } from "../engine/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData } from "./data.ts";
import type { FitInput, FitOutput } from "./fit-model.ts";
import { type ModelPlan, type OuterFold, planInnerFolds, planInnerLikeOuter } from "./plan.ts";
import type { StudySettings } from "./settings.ts";

/** Targets that one task fits at once; bounds the memory of a worker. */
const targetsPerTask = 4096;

/** Where the targets of a task come from: columns [from, to) of the people who share `stimuli`, side by side. */
interface FitTask {
  readonly stimuli: number;
  readonly fold: number;
  readonly model: number;
  readonly from: number;
  readonly to: number;
}

/** Fitted predictions, ready to be scored. */
export interface Fits {
  /** Output of a model for one person in one fold. */
  of(person: number, fold: number, model: number): PersonFit;
  readonly alphas: Float64Array;
}

/** One person's part of a fit. */
export interface PersonFit {
  readonly predicted: Responses;
  readonly parts: readonly Responses[];
  readonly alphaIndex: Int32Array;
  readonly layer: Int32Array;
  readonly bandWeights: Float64Array;
  readonly onEdge: Uint8Array;
}

/** The steps that fit every model on every outer fold, for people who share stimuli together, and how to read their results.
 *
 * The smaller models try the joint model's weightings with the missing bands struck out, so that all had the same search.
 * @param dataKey hash of the data, so that each step's key is cheap. */
export function planFits(
  data: StudyData,
  settings: StudySettings,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  { random, dataKey, backend }: { random: Random; dataKey: string; backend: string },
): { steps: readonly Step[]; collect: (results: readonly unknown[]) => Fits; costs: readonly number[] } {
  const { fit } = settings;
  const alphas = spaceAlphas(fit.alphas.from, fit.alphas.to, fit.alphas.count);
  const weightings = weightingsOf(plan, fit.weightings, random);
  const wholes = data.people.map((person) => meanResponses(data, person));
  const groups = data.stimuli.map((_, k) => people(data, k));
  const joined = groups.map((members) =>
    members.length > 0 ? stackCols(members.map((p) => wholes[p] as Responses)) : null,
  );
  const innerOf = folds.map((fold) => planInnerFolds(data, settings, fold));
  const innerLikeOuter = folds.map((fold) => planInnerLikeOuter(data, settings, folds, fold));
  const raw = plan.models.map(({ spaces }) => spaces.some((s) => data.spaces[s]?.raw));
  const inner = ({ fold, model }: FitTask) =>
    (raw[model] ? innerLikeOuter : innerOf)[fold] as readonly Fold[];
  const tasks = listTasks(joined, folds.length, plan.models.length);
  const steps = tasks.map((task): Step => {
    const fold = folds[task.fold] as OuterFold;
    const own = weightings[task.model] as Weightings;
    const input = {
      dataKey,
      backend,
      task,
      train: fold.train,
      test: fold.test,
      inner: inner(task),
      alphas,
      weightings: own,
      fit,
    };
    return {
      name: "fit",
      inputs: { ...input, ...plan.models[task.model], split: task.model === plan.joint },
      task: "fit",
      payload: () => ({ ...payloadOf(task), backend }),
    };
  });
  const payloadOf = (task: FitTask): FitInput => {
    const fold = folds[task.fold] as OuterFold;
    const Y = takeRows(columns(joined[task.stimuli] as Responses, task.from, task.to), fold.train);
    return {
      spaces: (plan.models[task.model]?.spaces ?? []).map((s) =>
        spaceInput(data, task.stimuli, s, plan.models[task.model]?.order),
      ),
      train: fold.train,
      test: fold.test,
      Y,
      inner: inner(task),
      alphas,
      weightings: weightings[task.model] as Weightings,
      intercept: fit.intercept,
      centerRuns: settings.design === "time-series",
      dtype: fit.dtype,
      form: fit.form,
      split: task.model === plan.joint,
    };
  };
  return {
    steps,
    costs: tasks.map(
      (task) => (weightings[task.model]?.rows ?? 1) * (plan.models[task.model]?.spaces.length ?? 1),
    ),
    collect: (results) => ({
      alphas,
      of: (person, fold, model) =>
        personFit(data, groups, tasks, results as readonly FitOutput[], person, fold, model),
    }),
  };
}

function weightingsOf(plan: ModelPlan, count: number, random: Random): Weightings[] {
  const joint = plan.models[plan.joint]?.spaces ?? [];
  const drawn = drawWeightings(Math.max(1, joint.length), count, random.stream("weightings"));
  return plan.models.map(({ spaces, order }) => {
    if (order !== undefined) return fromRows(["weightings", "bands"], [spaces.map(() => 1 / spaces.length)]); // no search: nothing to find
    const places = spaces.map((s) => joint.indexOf(s));
    if (places.includes(-1)) return drawWeightings(spaces.length, count, random.stream("weightings"));
    return restrictWeightings(drawn, places);
  });
}

function listTasks(joined: readonly (Responses | null)[], folds: number, models: number): FitTask[] {
  const out: FitTask[] = [];
  for (const [stimuli, Y] of joined.entries())
    if (Y !== null)
      for (let fold = 0; fold < folds; fold++)
        for (let model = 0; model < models; model++)
          for (let from = 0; from < Y.cols; from += targetsPerTask)
            out.push({ stimuli, fold, model, from, to: Math.min(Y.cols, from + targetsPerTask) });
  return out;
}

function spaceInput(
  data: StudyData,
  stimuli: number,
  s: number,
  order?: readonly Int32Array[],
): FitInput["spaces"][number] {
  const { name, delays, pca, raw = false } = data.spaces[s] as StudyData["spaces"][number];
  const own = data.stimuli[stimuli]?.spaces[s] as readonly (readonly Features[])[];
  const layers = order ? own.map((runs) => runs.map((run, r) => takeRows(run, order[r] as Int32Array))) : own;
  return { name, layers, delays, pca, raw };
}

function personFit(
  data: StudyData,
  groups: readonly (readonly number[])[],
  tasks: readonly FitTask[],
  results: readonly FitOutput[],
  person: number,
  fold: number,
  model: number,
): PersonFit {
  const { stimuli, regionOf } = data.people[person] as StudyData["people"][number];
  const before = (groups[stimuli] ?? []).filter((p) => p < person);
  const start = before.reduce((sum, p) => sum + (data.people[p]?.regionOf.length ?? 0), 0);
  const end = start + regionOf.length;
  const parts = tasks.flatMap((task, k) =>
    task.stimuli === stimuli &&
    task.fold === fold &&
    task.model === model &&
    task.from < end &&
    task.to > start
      ? [cut(results[k] as FitOutput, Math.max(0, start - task.from), Math.min(task.to, end) - task.from)]
      : [],
  );
  return parts.length === 1 ? (parts[0] as PersonFit) : join(parts);
}

function cut(output: FitOutput, from: number, to: number): PersonFit {
  const bands = output.bandWeights.length / Math.max(1, output.alphaIndex.length);
  return {
    predicted: columns(output.predicted, from, to),
    parts: output.parts.map((part) => columns(part, from, to)),
    alphaIndex: output.alphaIndex.slice(from, to),
    layer: output.layer.slice(from, to),
    bandWeights: output.bandWeights.slice(from * bands, to * bands),
    onEdge: output.onEdge.slice(from, to),
  };
}

function join(parts: readonly PersonFit[]): PersonFit {
  const first = parts[0] as PersonFit;
  return {
    predicted: stackCols(parts.map((part) => part.predicted)),
    parts: first.parts.map((_, s) =>
      stackCols(parts.map((part) => part.parts[s] ?? zeros(["samples", "targets"], 0, 0))),
    ),
    alphaIndex: Int32Array.from(parts.flatMap((part) => [...part.alphaIndex])),
    layer: Int32Array.from(parts.flatMap((part) => [...part.layer])),
    bandWeights: Float64Array.from(parts.flatMap((part) => [...part.bandWeights])),
    onEdge: Uint8Array.from(parts.flatMap((part) => [...part.onEdge])),
  };
}

function people(data: StudyData, stimuli: number): number[] {
  return data.people.flatMap((person, p) => (person.stimuli === stimuli ? [p] : []));
}

function columns(m: Responses, from: number, to: number): Responses {
  if (from === 0 && to === m.cols) return m;
  const out = zeros(m.axes, m.rows, to - from, m.data instanceof Float32Array ? "float32" : "float64");
  for (let i = 0; i < m.rows; i++)
    out.data.set(m.data.subarray(i * m.cols + from, i * m.cols + to), i * out.cols);
  return out;
}
