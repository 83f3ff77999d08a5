import { type Features, stackCols } from "../core/index.ts";
import { type FeatureEvent, sampleEvents } from "../features/index.ts";
import type { SpaceFeatures, StudyData, StudyRun, StudySpace } from "./data.ts";
import type { Activations } from "./plan-activations.ts";
import { layersOf, type Sense, type StudyModel } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";

/** Features of every model on the TR grid: the columns of its tower for pictures, then those of its tower for sentences; one sense's
 * columns are zero while the other is shown. Models are treated alike: same events and sampling. */
export function layModels(
  data: StudyData,
  models: readonly StudyModel[],
  activations: Activations,
  settings: StudySettings,
): SpaceFeatures[] {
  return models.map((model) => layFeatures(data, model, activations, settings));
}

/** Add every model to a study as a layered feature space on the TR grid, with the same components and delays for all.
 * @param layered features of the models, where they are there already.
 * @returns the study with the models after its other spaces, each fitted alone. */
export function addModels(
  data: StudyData,
  models: readonly StudyModel[],
  activations: Activations,
  settings: StudySettings,
  layered: readonly SpaceFeatures[] = layModels(data, models, activations, settings),
): StudyData {
  if (models.length === 0) return data;
  const { pca, delays, pooling } = settings.activations;
  const spaces = models.map(
    ({ name, description, control }): StudySpace => ({
      name,
      description,
      control,
      joint: false,
      model: true,
      delays: delays ?? settings.delays,
      pca: pca ?? null,
    }),
  );
  return {
    ...data,
    spaces: [...data.spaces, ...spaces],
    stimuli: data.stimuli.map((set) => ({ spaces: [...set.spaces, ...layered] })),
    notes: [...data.notes, modelNote(models, settings, pooling)],
    warnings: [...data.warnings, ...activations.warnings],
    inputs: [...data.inputs, ...filesOf(models)],
  };
}

/** A model's features: [layer][run]; one layer where all are stacked. */
function layFeatures(
  data: StudyData,
  { towers }: StudyModel,
  activations: Activations,
  settings: StudySettings,
): SpaceFeatures {
  const answers = towers.map((tower) => activations.of(tower)); // [tower][layer]
  const starts = towers.map((_, k) => towers.slice(0, k).reduce((sum, { width }) => sum + width, 0));
  const columns = towers.reduce((sum, { width }) => sum + width, 0);
  const placeOf = (sense: Sense) => towers.findIndex((tower) => tower.sense === sense);
  const layers = Array.from(answers[0] ?? [], (_, layer) =>
    data.runs.map((run, r) => {
      const events = (data.shown?.events[r] ?? []).map(({ sense, index, onset, duration }): FeatureEvent => {
        const k = placeOf(sense);
        const { data: numbers, cols } = (answers[k] as readonly Features[])[layer] as Features;
        const values = new Float32Array(columns);
        values.set(numbers.subarray(index * cols, (index + 1) * cols), starts[k]);
        return { onset, duration, values };
      });
      return sampleRun(events, run, columns, settings);
    }),
  );
  if (settings.activations.layerRule === "nested") return layers;
  return [data.runs.map((_, r) => stackCols(layers.map((runs) => runs[r] as Features)))];
}

function sampleRun(
  events: readonly FeatureEvent[],
  { samples }: StudyRun,
  columns: number,
  { design, tr = 1, activations }: StudySettings,
): Features {
  const grid = { tr: design === "time-series" ? tr : 1, samples, columns, dtype: "float32" } as const;
  return sampleEvents(events, { ...grid, sampling: activations.sampling });
}

function filesOf(models: readonly StudyModel[]): { name: string; sha256: string }[] {
  const files = models.flatMap(({ towers }) => towers.flatMap((tower) => tower.files));
  const byName = new Map(files.map((file) => [file.name, file] as const));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function modelNote(models: readonly StudyModel[], settings: StudySettings, pooling: string): string {
  const layers = layersOf(models, settings);
  const senses = new Set(models.flatMap(({ towers }) => towers.map(({ sense }) => sense)));
  const how = [
    ...(senses.has("pictures") ? ["pictures go through the image tower"] : []),
    ...(senses.has("sentences")
      ? ["sentences as wholes through the text tower (it knows a sentence's end from its first word on)"]
      : []),
  ];
  const { pca, layerRule } = settings.activations;
  const choice =
    layerRule === "stacked"
      ? "Each model is fitted alone, with the columns of all its layers side by side"
      : "Each model is fitted alone and chooses its layer per target on inner folds";
  return `Models: ${how.join(", ")}. Layers ${layers.join(", ")} (0: embeddings), ${pooling === "cls" ? "first token" : "mean over patches or tokens"}${pca === undefined ? "" : `, ${pca} principal components fitted on training rows`}, sampled as ${settings.activations.sampling} over each sample's time, the same for every model. ${choice}; no model is part of the joint model.`;
}
