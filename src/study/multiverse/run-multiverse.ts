import { createRandom, EncodingError, type OnProgress } from "../../core/index.ts";
import { hashValue, type Step } from "../../engine/index.ts";
import type { MultiverseResult, RefusedUniverse } from "../../report/multiverse/record.ts";
import { findBackend } from "../backend.ts";
import { addControls } from "../controls/add-controls.ts";
import { planLook } from "../controls/plan-look.ts";
import type { StudyData } from "../data.ts";
import { loadData } from "../load-data.ts";
import { addModels, layModels } from "../model-spaces.ts";
import { type Activations, planActivations } from "../plan-activations.ts";
import { provenanceOf } from "../provenance.ts";
import { layersOf, readModels, type StudyModel } from "../read-model.ts";
import type { StudySettings } from "../settings.ts";
import { groupUniverses, type Placed } from "./group-universes.ts";
import { type Conclusion, type PlannedUniverse, planUniverse } from "./plan-universe.ts";
import type { CheckedMultiverse } from "./settings.ts";
import { summariseMultiverse } from "./summarise.ts";
import { listUniverses } from "./universes.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

/** Where a multiverse reads and keeps, and who is told. */
export interface MultiverseOptions {
  /** Text and path of the study's settings file. */
  readonly study: { readonly text: string; readonly path: string };
  /** Folder of the study's file: its relative paths start there. */
  readonly folder: string;
  readonly store: string;
  readonly workers?: number | undefined;
  /** Workers that are there already and stay open; in place of `store`, `workers` and `signal`. */
  readonly workshop?: Workshop;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came out, and how much of it was computed now. */
export interface MultiverseRun {
  readonly result: MultiverseResult;
  readonly steps: Workshop["counts"];
}

/** Predictions that a batch of universes holds in memory at most, about. */
const batchBytes = 2 ** 28;
/** Progress counts hundredths of a universe. */
const parts = 100;

/** Do a study in every universe: every combination of the choices that passes the design guard by itself, each as `simcortex run` would.
 *
 * All fits go through the store under the hash of the numbers that they are made from: what universes have in common is fitted once, the
 * same multiverse again computes nothing, and one more alternative computes only its own.
 * @throws EncodingError of any kind, naming the universe; "design" if all universes are refused; "cancelled". */
export async function runMultiverse(
  checked: CheckedMultiverse,
  options: MultiverseOptions,
): Promise<MultiverseRun> {
  const universes = listUniverses(checked, options.study.text, options.study.path);
  const workshop = options.workshop ?? (await openWorkshop(options));
  const before = { ...workshop.counts };
  try {
    const reference = universes[0]?.settings as StudySettings;
    const work: Work = {
      checked,
      workshop,
      models: await readModels(reference, options.folder),
      backend: (await findBackend()).name,
      told: tellProgress(options.onProgress, universes.length),
      conclusions: universes.map(() => undefined),
      refused: [],
      warnings: new Set(),
    };
    let facts: StudyData | undefined;
    for (const sameData of groupUniverses(universes)) {
      const [[first]] = sameData as [[Placed]];
      const base = await loadData(first.settings, options.folder, (steps) => workshop.run(steps));
      facts ??= base;
      checkSame(facts, base);
      for (const sameFeatures of sameData) await fitGroup(sameFeatures, base, work);
    }
    const result = await conclude(work, reference, facts as StudyData);
    const { computed, cached } = workshop.counts;
    return { result, steps: { computed: computed - before.computed, cached: cached - before.cached } };
  } finally {
    if (options.workshop === undefined) await workshop.close();
  }
}

/** What is under way. */
interface Work {
  readonly checked: CheckedMultiverse;
  readonly workshop: Workshop;
  readonly models: readonly StudyModel[];
  readonly backend: string;
  readonly told: ReturnType<typeof tellProgress>;
  /** By place; undefined while not fitted, or refused. */
  readonly conclusions: (Conclusion | undefined)[];
  readonly refused: { readonly place: number; readonly universe: RefusedUniverse }[];
  readonly warnings: Set<string>;
}

/** Fit all universes that share the features of models, in batches that bound memory. */
async function fitGroup(universes: readonly Placed[], base: StudyData, work: Work): Promise<void> {
  const { checked, models, backend, told, refused, warnings } = work;
  const make = await prepare(universes, base, work);
  let waiting: PlannedUniverse[] = [];
  for (const universe of universes) {
    const plan = named(universe, checked, () => {
      const data = make(universe);
      for (const warning of data.warnings) warnings.add(warning);
      return planUniverse(universe, data, models, backend);
    });
    if ("rule" in plan) {
      refused.push({ place: universe.place, universe: plan });
      told.skip();
      continue;
    }
    if (bytesOf(waiting) + plan.bytes > batchBytes) {
      await fitBatch(waiting, work);
      waiting = [];
    }
    waiting.push(plan);
  }
  await fitBatch(waiting, work);
}

async function conclude(
  { checked, models, conclusions, refused, warnings }: Work,
  settings: StudySettings,
  data: StudyData,
): Promise<MultiverseResult> {
  const listed = [...refused].sort((x, y) => x.place - y.place).map(({ universe }) => universe);
  const done = conclusions.filter((own) => own !== undefined);
  if (done.length === 0) throw allRefused(listed);
  return summariseMultiverse(checked.settings, {
    cross: Object.values(checked.settings.choices).reduce((n, own) => n * Object.keys(own).length, 1),
    compare: settings.compare[0] as [string, string],
    data,
    conclusions: done,
    refused: listed,
    warnings: [...warnings],
    settings,
    provenance: await provenanceOf(settings, { ...data, inputs: inputsOf(data, models) }),
    random: createRandom(checked.settings.seed),
  });
}

/** Features of the models for universes that share them; each universe has its own components and delays.
 * Activations are those of all layers, so that a choice of layers asks a tower nothing new. */
async function prepare(
  universes: readonly Placed[],
  base: StudyData,
  { models, workshop }: Work,
): Promise<(universe: Placed) => StudyData> {
  const { settings } = universes[0] as Placed;
  const { layers: _, ...rest } = settings.activations;
  const whole = { ...settings, activations: rest };
  const control = await prepareControls(base, settings, workshop);
  const showing = planActivations(models, base.shown, whole);
  const shown = showing.collect(await workshop.run(showing.steps));
  const all = layersOf(models, whole);
  const asked = layersOf(models, settings);
  const activations: Activations = {
    ...shown,
    of: (tower) => {
      const own = shown.of(tower);
      return asked.map((layer) => own[all.indexOf(layer)] as (typeof own)[number]);
    },
  };
  const layered = layModels(base, models, activations, settings);
  return ({ settings: own }) => addModels(control(own), models, activations, own, layered);
}

/** The controls that every study has by itself, for universes that share features; they differ with the folds, and are made once for each
 * way to make these. */
async function prepareControls(
  base: StudyData,
  settings: StudySettings,
  workshop: Workshop,
): Promise<(settings: StudySettings) => StudyData> {
  const looking = planLook(base, settings);
  const look = looking.collect(await workshop.run(looking.steps));
  const made = new Map<string, StudyData>();
  return (own) => {
    const { outer, fit, tests, controls, seed } = own;
    const key = hashValue({ outer, inner: fit.inner, block: tests.block, controls, seed });
    const data = made.get(key) ?? addControls(base, own, look, createRandom(seed).stream("controls"));
    made.set(key, data);
    return data;
  };
}

async function fitBatch(
  batch: readonly PlannedUniverse[],
  { workshop, told, conclusions }: Work,
): Promise<void> {
  const count = batch.reduce((sum, { fits, people }) => sum + fits.length + people, 0);
  const onDone = told.begin(batch, count);
  const fits = await runParts(
    batch.map((own) => own.fits),
    workshop,
    onDone,
  );
  const scoring = batch.map((own, k) => own.scores(fits[k] as unknown[]));
  const scores = await runParts(scoring, workshop, onDone);
  for (const [k, own] of batch.entries())
    conclusions[own.universe.place] = own.conclude(fits[k] as unknown[], scores[k] as unknown[]);
}

/** Several lists of steps as one, the results list by list. */
async function runParts(
  lists: readonly (readonly Step[])[],
  workshop: Workshop,
  onDone: (cached: boolean) => void,
): Promise<unknown[][]> {
  const results = await workshop.run(lists.flat(), onDone);
  const ends = lists.map((_, k) => lists.slice(0, k + 1).reduce((sum, list) => sum + list.length, 0));
  return lists.map((list, k) => results.slice((ends[k] as number) - list.length, ends[k]));
}

function bytesOf(batch: readonly PlannedUniverse[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Progress over all universes, refused ones counted as done. */
function tellProgress(onProgress: OnProgress | undefined, universes: number) {
  let before = 0;
  const tell = (done: number, cached: boolean, message?: string) =>
    onProgress?.({
      step: "multiverse",
      done: Math.round(done * parts),
      total: universes * parts,
      cached,
      ...(message !== undefined && { message }),
    });
  tell(0, false);
  return {
    skip: () => tell(++before, true),
    begin(batch: readonly PlannedUniverse[], steps: number) {
      const start = before;
      before += batch.length;
      let done = 0;
      return (cached: boolean) => tell(start + (batch.length * ++done) / steps, cached);
    },
  };
}

/** An error says in which universe it came. */
function named<T>({ picks }: Placed, { settings }: CheckedMultiverse, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    const where = Object.entries(settings.choices).map(
      ([name, own], c) => `${name} ${Object.keys(own)[picks[c] ?? 0]}`,
    );
    throw new EncodingError(
      error.kind,
      `universe (${where.join(", ")}): ${error.message}`,
      error.details,
      error,
    );
  }
}

/** People and regions must be the same in all universes, or they could not be set side by side. */
function checkSame(a: StudyData, b: StudyData): void {
  const told = ({ people, regions }: StudyData) => JSON.stringify([people.map(({ id }) => id), regions]);
  if (told(a) !== told(b))
    throw new EncodingError(
      "settings",
      "multiverse: people and regions must be the same in every universe; a choice changes them.",
    );
}

function inputsOf(data: StudyData, models: readonly StudyModel[]): StudyData["inputs"] {
  const files = models.flatMap(({ towers }) => towers.flatMap((tower) => tower.files));
  return [...new Map([...data.inputs, ...files].map((file) => [file.name, file])).values()];
}

function allRefused(refused: readonly RefusedUniverse[]): EncodingError {
  const first = refused[0] as RefusedUniverse;
  return new EncodingError(
    "design",
    `multiverse: the design guard refuses all ${refused.length} universes; the first for ${first.rule}: ${first.what}. Repair: ${first.repair}.`,
  );
}
