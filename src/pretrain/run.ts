import { join } from "node:path";
import { checkCancelled, createRandom, type OnProgress } from "../core/index.ts";
import { writeFileAtomic } from "../io/index.ts";
import { type BrivlConfig, brivlConfigs, type WeightTensors } from "../models/index.ts";
import { captionTokenizer, vocabularyOf } from "./caption-tokens.ts";
import { respond } from "./data/dataset.ts";
import { type LoadPool, openLoadPool } from "./data/pool.ts";
import { openEncoder } from "./encoder.ts";
import type { LogLine } from "./log.ts";
import { type TwinModel, writeTwin } from "./model-file.ts";
import { type ObjectiveName, objectives } from "./objectives.ts";
import { captionsOf, openData, type PretrainData } from "./open-data.ts";
import type { PretrainSettings } from "./settings.ts";
import { readTowerStart, type TowerStart } from "./start-towers.ts";
import { buildSteps } from "./steps.ts";
import { type Downstream, testModel } from "./test-model.ts";
import { type TrainSettings, trainModel } from "./train.ts";

/** What became of one twin. */
export interface TwinResult {
  /** Its training signal; "untrained": none. */
  readonly name: ObjectiveName | "untrained";
  readonly description: string;
  /** Folder of the model. */
  readonly folder: string;
  /** One line a step. */
  readonly log: readonly LogLine[];
  readonly downstream: Downstream;
  /** Damaged samples that were met: why, by key. */
  readonly damaged: Readonly<Record<string, string>>;
}

/** What became of a pretraining. */
export interface PretrainResult {
  readonly title: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    readonly train: number;
    readonly test: number;
    readonly incomplete: readonly string[];
  };
  readonly vocabulary: number;
  readonly twins: readonly TwinResult[];
}

/** How a pretraining is run; none of it changes the result. */
export interface PretrainOptions {
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
  /** Where models, checkpoints, logs and `result.json` go. */
  readonly out: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Train every twin that the settings name, from the same start on the same data in the same order, and test each. What is done is kept:
 * the next call goes on from the last checkpoint. */
export async function runPretrain(
  settings: PretrainSettings,
  options: PretrainOptions,
): Promise<PretrainResult> {
  const data = await openData(settings, options.folder);
  const { preset, vocabulary: most, pooling } = settings.model;
  const initial = await readTowerStart(settings.model, brivlConfigs[preset], options.folder);
  const base = initial.config;
  const vocabulary = initial.vocabulary ?? vocabularyOf(await captionsOf(data.train), { size: most });
  const tokens = Math.min(settings.model.tokens ?? base.tokens, base.text.positions);
  const text = initial.vocabulary ? base.text : { ...base.text, vocabulary: vocabulary.length };
  const config: BrivlConfig = { ...base, text, tokens, pooling };
  const pool = openLoadPool({ workers: settings.workers });
  try {
    const work: Work = { settings, options, data, vocabulary, config, initial, pool };
    const twins: TwinResult[] = [];
    for (const name of settings.twins) twins.push(await trainTwin(name, work));
    if (settings.untrained) twins.push(await keepStart(work));
    const result: PretrainResult = {
      title: settings.title,
      seed: settings.seed,
      data: {
        name: data.train.name,
        train: data.train.count,
        test: data.test.count,
        incomplete: data.incomplete,
      },
      vocabulary: vocabulary.length,
      twins,
    };
    await writeFileAtomic(join(options.out, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
    return result;
  } finally {
    await pool.close();
  }
}

interface Work {
  readonly settings: PretrainSettings;
  readonly options: PretrainOptions;
  readonly data: PretrainData;
  readonly vocabulary: readonly string[];
  readonly config: BrivlConfig;
  readonly initial: TowerStart;
  readonly pool: LoadPool;
}

/** Settings of the training itself, the same for every twin. */
function trainSettingsOf({ settings, config, initial, data }: Work): TrainSettings {
  const { training, seed, augmentation, brain } = settings;
  const given = Object.keys(initial.weights).length > 0;
  const seen = brain && { brain: { targets: respond(data.train, 0).length, weight: brain.weight } };
  return { ...training, config, seed, augmentation, ...(given && { initial }), ...seen };
}

async function trainTwin(name: ObjectiveName, work: Work): Promise<TwinResult> {
  const { settings, options, data, vocabulary, pool } = work;
  const { onProgress, signal, out } = options;
  const trained = await trainModel(name, trainSettingsOf(work), {
    ...data,
    tokenizer: captionTokenizer(vocabulary),
    pool,
    folder: join(out, name, "checkpoint"),
    checkpointEvery: settings.checkpointEvery,
    evaluateEvery: settings.evaluateEvery,
    threads: settings.threads,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  checkCancelled(signal);
  return finish(name, objectives[name].description, trained, work);
}

/** The untrained twin: the start of all others. */
async function keepStart(work: Work): Promise<TwinResult> {
  const settings = trainSettingsOf(work);
  const { weights, start } = buildSteps(objectives["image-text"], settings);
  const states = start(createRandom(settings.seed)) as WeightTensors;
  const kept = Object.fromEntries(
    [...weights.keys()].map((name) => [name, states[name] as WeightTensors[string]]),
  );
  return finish(
    "untrained",
    work.settings.model.twin === undefined ? "the start of all twins, not trained" : "the start of all twins",
    { weights: kept, log: [], damaged: {} },
    work,
  );
}

async function finish(
  name: TwinResult["name"],
  description: string,
  { weights, log, damaged }: Pick<TwinResult, "log" | "damaged"> & { readonly weights: WeightTensors },
  { settings, options, data, vocabulary, config, pool }: Work,
): Promise<TwinResult> {
  const { seed, training } = settings;
  const metadata = {
    signal: name,
    seed: String(seed),
    steps: name === "untrained" ? "0" : String(training.steps),
    batch: String(training.batch),
    data: data.train.name,
  };
  const model: TwinModel = { config, vocabulary, weights, metadata };
  await writeTwin(join(options.out, name), model, { floats: settings.floats });
  const towers = (["image", "text"] as const).filter((tower) => `${tower}.projection.weight` in weights);
  const encoder = await openEncoder(model, { threads: settings.threads });
  try {
    const world = settings.data.world !== undefined;
    const edge = config.image.size[0];
    const downstream = await testModel({ encoder, towers, pool, edge, seed, test: data.test, world });
    return { name, description, folder: join(options.out, name), log, downstream, damaged };
  } finally {
    await encoder.close();
  }
}
