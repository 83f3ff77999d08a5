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
import { hashValue, type Step } from "../engine/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData } from "./data.ts";
import { type FitInput, type FitOutput, takeBetter } from "./fit-model.ts";
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

/** One step: a task, or one layer of it. */
interface FitPart extends FitTask {
  /** Place of the task. */
  readonly whole: number;
  readonly layer: number | null;
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
 * The smaller models try the joint model's weightings with the missing bands struck out, so that all had the same search. A step's key
 * is made of the numbers that it is given and of nothing else, so that studies which differ elsewhere share their fits.
 * @param apart fit each layer in a step of its own and choose afterwards: the same choice, and a study of one of these layers finds its
 * fit in the store; but as many predictions as layers are held in memory. */
export function planFits(
  data: StudyData,
  settings: StudySettings,
  plan: ModelPlan,
  folds: readonly OuterFold[],
  { random, backend, apart = false }: { random: Random; backend: string; apart?: boolean },
): { steps: readonly Step[]; collect: (results: readonly unknown[]) => Fits; costs: readonly number[] } {
  const { fit } = settings;
  const alphas = spaceAlphas(fit.alphas.from, fit.alphas.to, fit.alphas.count);
  const weightings = weightingsOf(plan, fit.weightings, random);
  const groups = data.stimuli.map((_, k) => people(data, k));
  const joined = joinPeople(data, groups);
  const innerOf = folds.map((fold) => planInnerFolds(data, settings, fold));
  const innerLikeOuter = folds.map((fold) => planInnerLikeOuter(data, settings, folds, fold));
  const raw = plan.models.map(({ spaces }) => spaces.some((s) => data.spaces[s]?.raw));
  const tasks = listTasks(joined, folds.length, plan.models.length);
  const parts = tasks.flatMap((task, whole) =>
    layersOf(data, plan, task, apart).map((layer): FitPart => ({ ...task, whole, layer })),
  );
  const inputOf = ({ fold, model, stimuli, layer }: FitPart): Omit<FitInput, "Y"> => ({
    spaces: (plan.models[model]?.spaces ?? []).map((s) =>
      spaceInput(data, stimuli, s, layer, plan.models[model]?.order),
    ),
    train: (folds[fold] as OuterFold).train,
    test: (folds[fold] as OuterFold).test,
    inner: (raw[model] ? innerLikeOuter : innerOf)[fold] as readonly Fold[],
    alphas,
    weightings: weightings[model] as Weightings,
    intercept: fit.intercept,
    centerRuns: settings.design === "time-series",
    dtype: fit.dtype,
    form: fit.form,
    split: model === plan.joint,
  });
  const responses = joined.map((Y) => (Y === null ? "" : keyOf(Y)));
  const steps = parts.map((part): Step => {
    const { stimuli, from, to, fold } = part;
    const { spaces, ...input } = inputOf(part);
    const seen = spaces.map(({ name: _, layers, ...rest }) => ({ ...rest, layers: layers.map(keyOf) }));
    return {
      name: "fit",
      inputs: { ...input, backend, spaces: seen, responses: [responses[stimuli], from, to] },
      task: "fit",
      payload: () => ({
        ...input,
        spaces,
        backend,
        Y: takeRows(columns(joined[stimuli] as Responses, from, to), (folds[fold] as OuterFold).train),
      }),
    };
  });
  return {
    steps,
    costs: parts.map(
      ({ model }) => (weightings[model]?.rows ?? 1) * (plan.models[model]?.spaces.length ?? 1),
    ),
    collect: (results) => {
      const whole = joinLayers(tasks.length, parts, results as readonly FitOutput[]);
      return {
        alphas,
        of: (person, fold, model) => personFit(data, groups, tasks, whole, person, fold, model),
      };
    },
  };
}

/** The layers that a task fits in steps of their own; null: all in one. */
function layersOf(data: StudyData, plan: ModelPlan, task: FitTask, apart: boolean): (number | null)[] {
  const spaces = plan.models[task.model]?.spaces ?? [];
  const count = Math.max(1, ...spaces.map((s) => data.stimuli[task.stimuli]?.spaces[s]?.length ?? 1));
  return apart && count > 1 ? Array.from({ length: count }, (_, layer) => layer) : [null];
}

/** Choose among the layers of each task that were fitted apart, as one step would have. */
function joinLayers(count: number, parts: readonly FitPart[], results: readonly FitOutput[]): FitOutput[] {
  const out = new Array<FitOutput | undefined>(count);
  for (const [k, { whole, layer }] of parts.entries()) {
    const own = results[k] as FitOutput;
    const fitted = layer === null ? own : { ...own, layer: own.layer.map(() => layer) };
    const best = out[whole];
    out[whole] = best === undefined ? fitted : takeBetter(best, fitted);
  }
  return out as FitOutput[];
}

const joinedOf = new WeakMap<StudyData["people"], readonly (Responses | null)[]>();

/** Responses of the people who share stimuli, side by side; made once for the same people, however many plans are made for them. */
function joinPeople(data: StudyData, groups: readonly (readonly number[])[]): readonly (Responses | null)[] {
  const own =
    joinedOf.get(data.people) ??
    groups.map((members) =>
      members.length > 0
        ? stackCols(members.map((p) => meanResponses(data, data.people[p] as StudyData["people"][number])))
        : null,
    );
  joinedOf.set(data.people, own);
  return own;
}

const known = new WeakMap<object, string>();

/** Hash of a matrix or a list of them, computed once for each object. */
function keyOf(value: object): string {
  const key = known.get(value) ?? hashValue(value);
  known.set(value, key);
  return key;
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
  layer: number | null,
  order?: readonly Int32Array[],
): FitInput["spaces"][number] {
  const { name, delays, pca, raw = false } = data.spaces[s] as StudyData["spaces"][number];
  const layers = data.stimuli[stimuli]?.spaces[s] as readonly (readonly Features[])[];
  const own = layer === null ? layers : [layers[Math.min(layer, layers.length - 1)] as readonly Features[]];
  const shown = order ? own.map((runs) => runs.map((run, r) => takeRows(run, order[r] as Int32Array))) : own;
  return { name, layers: shown, delays, pca, raw };
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
