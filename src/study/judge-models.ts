import { type Random, type Responses, takeRows } from "../core/index.ts";
import type { Step } from "../engine/index.ts";
import { meanDefined, rSquared } from "../stats/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData, StudyPerson } from "./data.ts";
import { type Fits, planFits } from "./fit-models.ts";
import type { ModelPlan, OuterFold } from "./plan.ts";
import { reliableRegionOf } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";

/** R² of each model in each region of the virtual laboratory, on responses without noise: what the models' comparison would find if nothing
 * were hidden by noise. NaN where nothing was planted or a space is no model. */
export interface ModelTruth {
  /** (spaces of the study × regions). */
  readonly r2: readonly (readonly number[])[];
}

/** The steps that fit every model alone to the noiseless responses of every virtual person, by the same folds, layers and
 * components, and how to read their results. Responses are made from attributes of the stimuli, never from a model's activations. Without a
 * known truth, or without models, there are no steps. */
export function planTruth(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
  made: { readonly random: Random; readonly backend: string; readonly apart?: boolean },
): {
  steps: readonly Step[];
  costs: readonly number[];
  collect: (results: readonly unknown[]) => ModelTruth | null;
} {
  const models = data.spaces.flatMap(({ model }, s) => (model ? [s] : []));
  if (data.truth === null || models.length === 0) return { steps: [], costs: [], collect: () => null };
  const bare: StudyData = { ...data, people: noiselessOf(data) };
  const plan: ModelPlan = {
    models: models.map((s) => ({ name: data.spaces[s]?.name as string, spaces: [s] })),
    joint: -1,
    alone: data.spaces.map((_, s) => models.indexOf(s)),
    without: data.spaces.map(() => null),
    subsets: [],
  };
  const { alphas } = settings.fit;
  const coarse = { ...alphas, count: Math.ceil(alphas.count / 3) };
  const own: StudySettings = { ...settings, fit: { ...settings.fit, alphas: coarse } };
  const { steps, costs, collect } = planFits(bare, own, plan, folds, made);
  return { steps, costs, collect: (results) => ({ r2: scoreAlone(bare, plan, folds, collect(results)) }) };
}

function scoreAlone(data: StudyData, plan: ModelPlan, folds: readonly OuterFold[], fits: Fits): number[][] {
  const wholes = data.people.map((person) => meanResponses(data, person));
  return plan.alone.map((model) => {
    if (model < 0) return data.regions.map(() => Number.NaN);
    const perPerson = data.people.map((_, p) =>
      folds.map((fold, f) =>
        rSquared(takeRows(wholes[p] as Responses, fold.test), fits.of(p, f, model).predicted),
      ),
    );
    return data.regions.map((_, g) =>
      meanDefined(
        data.people.map((person, p) => {
          const regionOf = reliableRegionOf(person);
          return meanDefined(
            [...regionOf.keys()]
              .filter((t) => regionOf[t] === g)
              .map((t) => meanDefined((perPerson[p] ?? []).map((fold) => fold[t] as number))),
          );
        }),
      ),
    );
  });
}

/** Responses without noise, of the same targets. */
function noiselessOf({ people, truth }: StudyData): StudyPerson[] {
  return (truth?.noiseless ?? []).map((person, p) => {
    const { unreliable } = people[p] ?? {};
    return { ...person, ...(unreliable && { unreliable }) };
  });
}
