import type { Comparison, ModelSummary } from "../report/index.ts";
import { unmatchedBetween } from "./compare.ts";
import type { StudyData } from "./data.ts";
import type { Inference } from "./infer.ts";
import type { ModelTruth } from "./judge-models.ts";
import { layersOf, type StudyModel } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";

/** The models of a study as the report shows them. @param chosen share of each layer, (models × regions × layers). */
export function tellModels(
  models: readonly StudyModel[],
  settings: StudySettings,
  { modelScores }: Inference,
  chosen: readonly (readonly (readonly number[])[])[],
): ModelSummary[] {
  const layers = layersOf(models, settings);
  return models.map(({ name, description, control, towers }, m) => ({
    name,
    description,
    control,
    layers,
    towers: towers.map((tower) => {
      const { sense, folder, signal, width } = tower;
      return { sense, folder, signal, layers: tower.layers, width };
    }),
    scores: (modelScores[m] ?? []).map((score, g) => ({
      ...score,
      chosen: settings.activations.layerRule === "stacked" ? [] : (chosen[m]?.[g] ?? []),
    })),
  }));
}

/** Compared pairs with what else differs between two models, and with the truth where it is known. A region in which nothing was planted has
 * a true difference of 0. */
export function tellPairs(
  comparisons: readonly Comparison[],
  models: readonly StudyModel[],
  data: StudyData,
  truth: ModelTruth | null,
): Comparison[] {
  const model = (name: string) => models.find((own) => own.name === name);
  return comparisons.map((own) => {
    const [a, b] = [model(own.a), model(own.b)];
    if (a === undefined || b === undefined) return own;
    const unmatched = unmatchedBetween(a, b);
    return {
      ...own,
      ...(unmatched !== undefined && { unmatched }),
      ...(truth !== null && { truth: trueDifference(own, data, truth) }),
    };
  });
}

function trueDifference(
  { a, b, region }: Comparison,
  { spaces, regions, truth }: StudyData,
  { r2 }: ModelTruth,
): number {
  const silent = truth?.planted.find((own) => own.region === region)?.spaces.length === 0;
  if (silent) return 0;
  const of = (name: string) =>
    r2[spaces.findIndex((space) => space.name === name)]?.[regions.indexOf(region)] ?? Number.NaN;
  return of(a) - of(b);
}
