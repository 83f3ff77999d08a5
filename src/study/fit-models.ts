import {
  type Features,
  fromRows,
  type Random,
  type Responses,
  sliceCols,
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
import { type Crowd, crowdsOf, membersOf, sideBySide, targetsOf } from "./crowds.ts";
import type { StudyData } from "./data.ts";
import { type FitInput, type FitOutput, takeBetter } from "./fit-model.ts";
import { type ModelPlan, type OuterFold, planInnerFolds, planInnerLikeOuter } from "./plan.ts";
import type { StudySettings } from "./settings.ts";

/** Targets that one task fits at once; bounds the memory of a worker. */
const targetsPerTask = 4096;

/** Where the targets of a task come from: columns [from, to) of the people of a crowd, side by side. */
interface FitTask {
  readonly crowd: Crowd;
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

/** The steps that fit every model on every outer fold, for people who share its features together, and how to read their results.
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
  const crowds = plan.models.map(({ spaces }) => crowdsOf(data, spaces));
  const innerOf = folds.map((fold) => planInnerFolds(data, settings, fold));
  const innerLikeOuter = folds.map((fold) => planInnerLikeOuter(data, settings, folds, fold));
  const raw = plan.models.map(({ spaces }) => spaces.some((s) => data.spaces[s]?.raw));
  const tasks = listTasks(data, crowds, folds.length);
  const parts = tasks.flatMap((task, whole) =>
    layersOf(data, plan, task, apart).map((layer): FitPart => ({ ...task, whole, layer })),
  );
  const inputOf = ({ fold, model, crowd, layer }: FitPart): Omit<FitInput, "Y"> => ({
    spaces: (plan.models[model]?.spaces ?? []).map((s) =>
      spaceInput(data, crowd.stimuli, s, layer, plan.models[model]?.order),
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
  const steps = parts.map((part): Step => {
    const { fold } = part;
    const own = membersOf(data, part);
    const { spaces, ...input } = inputOf(part);
    const seen = spaces.map(({ name: _, layers, ...rest }) => ({ ...rest, layers: layers.map(keyOf) }));
    return {
      name: "fit",
      inputs: {
        ...input,
        backend,
        spaces: seen,
        responses: own.map(({ Y, from, to }) => [keyOf(Y), from, to]),
      },
      task: "fit",
      payload: () => ({
        ...input,
        spaces,
        backend,
        Y: takeRows(sideBySide(own), (folds[fold] as OuterFold).train),
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
        of: (person, fold, model) => personFit(data, tasks, whole, person, fold, model),
      };
    },
  };
}

/** The layers that a task fits in steps of their own; null: all in one. */
function layersOf(data: StudyData, plan: ModelPlan, task: FitTask, apart: boolean): (number | null)[] {
  const spaces = plan.models[task.model]?.spaces ?? [];
  const count = Math.max(1, ...spaces.map((s) => data.stimuli[task.crowd.stimuli]?.spaces[s]?.length ?? 1));
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

function listTasks(data: StudyData, crowds: readonly (readonly Crowd[])[], folds: number): FitTask[] {
  const out: FitTask[] = [];
  for (let fold = 0; fold < folds; fold++)
    for (const [model, own] of crowds.entries())
      for (const crowd of own) {
        const targets = crowd.people.reduce((sum, p) => sum + targetsOf(data, p), 0);
        for (let from = 0; from < targets; from += targetsPerTask)
          out.push({ crowd, fold, model, from, to: Math.min(targets, from + targetsPerTask) });
      }
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
  tasks: readonly FitTask[],
  results: readonly FitOutput[],
  person: number,
  fold: number,
  model: number,
): PersonFit {
  const parts = tasks.flatMap((task, k) => {
    if (task.fold !== fold || task.model !== model || !task.crowd.people.includes(person)) return [];
    const before = task.crowd.people.slice(0, task.crowd.people.indexOf(person));
    const start = before.reduce((sum, p) => sum + targetsOf(data, p), 0) - task.from;
    const end = start + targetsOf(data, person);
    const width = task.to - task.from;
    if (start >= width || end <= 0) return [];
    return [cut(results[k] as FitOutput, Math.max(0, start), Math.min(width, end))];
  });
  return parts.length === 1 ? (parts[0] as PersonFit) : join(parts);
}

function cut(output: FitOutput, from: number, to: number): PersonFit {
  const bands = output.bandWeights.length / Math.max(1, output.alphaIndex.length);
  return {
    predicted: sliceCols(output.predicted, from, to),
    parts: output.parts.map((part) => sliceCols(part, from, to)),
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
