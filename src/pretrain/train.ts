import { join } from "node:path";
import { checkCancelled, createRandom, EncodingError, type OnProgress } from "../core/index.ts";
import { openTraining, type Tensors, type Training } from "../graph/index.ts";
import type { WeightTensors } from "../models/index.ts";
import type { CaptionTokenizer } from "./caption-tokens.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { Augmentation } from "./data/augment.ts";
import type { Dataset } from "./data/dataset.ts";
import { type Loader, openLoader } from "./data/loader.ts";
import type { LoadPool } from "./data/pool.ts";
import { feedBatch } from "./feed.ts";
import { type LogLine, openLog } from "./log.ts";
import { type ObjectiveName, objectives } from "./objectives.ts";
import { learningRateAt } from "./schedule.ts";
import { buildSteps, type StepSettings } from "./steps.ts";

/** Settings of one training. Twins share all of them but the objective. */
export interface TrainSettings extends StepSettings {
  /** Steps of the optimiser. */
  readonly steps: number;
  readonly warmup: number;
  /** Highest learning rate. */
  readonly learningRate: number;
  readonly seed: number;
  readonly augmentation: Augmentation;
  /** Samples that the shuffling buffer holds. */
  readonly buffer: number;
}

/** What a training works on, and how it is run; none of it changes the result. */
export interface TrainRun {
  readonly train: Dataset;
  /** Held-out pairs; their loss is told every `evaluateEvery` steps. */
  readonly test: Dataset;
  readonly tokenizer: CaptionTokenizer;
  readonly pool: LoadPool;
  /** Where checkpoints and the log go. */
  readonly folder: string;
  readonly checkpointEvery?: number;
  readonly evaluateEvery?: number;
  readonly threads?: number;
  readonly onProgress?: OnProgress;
  /** Asked to stop: a checkpoint is written, and the next call goes on from it. */
  readonly signal?: AbortSignal;
}

/** What came of a training. */
export interface Trained {
  readonly objective: ObjectiveName;
  /** Trained weights in the models' names; towers that the signal does not train are missing. */
  readonly weights: WeightTensors;
  /** One line a step, evaluations among them as `test…`. */
  readonly log: readonly LogLine[];
  readonly damaged: Readonly<Record<string, string>>;
}

/** Train one model with one signal, from its last checkpoint if the folder has one: then the weights come out byte for byte as without a
 * break (on the same machine with the same threads).
 * @throws EncodingError "numeric" with step and samples where the loss or the gradient is no number; "cancelled" after `signal`;
 * "settings" if the folder holds a checkpoint of another training. */
export async function trainModel(
  objective: ObjectiveName,
  settings: TrainSettings,
  run: TrainRun,
): Promise<Trained> {
  const built = buildSteps(objectives[objective], settings);
  const { train, test } = run;
  const { initial, ...plain } = settings;
  const from = initial && { initial: initial.hash };
  const identity = JSON.stringify({
    objective,
    ...plain,
    ...from,
    data: [train.name, train.count, test.count],
  });
  const kept = await readCheckpoint(run.folder, identity);
  const states = kept?.states ?? built.start(createRandom(settings.seed));
  const training = await openTraining(built.steps, states, { threads: run.threads ?? 2 });
  try {
    const log = await openLog(join(run.folder, "log.jsonl"), kept?.step ?? 0);
    const loaders = openLoaders(objective, settings, run);
    const damaged = () => ({ ...kept?.damaged, ...Object.fromEntries(loaders.train.damaged) });
    const save = async (step: number) =>
      writeCheckpoint(run.folder, { step, identity, states: await training.read(), damaged: damaged() });
    let saved = kept?.step ?? 0;
    for (let step = saved; step < settings.steps; step++) {
      if (run.signal?.aborted && step > saved) await save(step);
      checkCancelled(run.signal);
      const line = await trainStep(training, loaders.train, step, objective, settings, run);
      const evaluated =
        (step + 1) % (run.evaluateEvery ?? 200) === 0 || step + 1 === settings.steps
          ? await evaluate(training, loaders.test, objective, settings, run)
          : {};
      await log.add({ ...line, ...evaluated });
      if ((step + 1) % (run.checkpointEvery ?? 200) === 0 || step + 1 === settings.steps) {
        await save(step + 1);
        saved = step + 1;
      }
      tell(objective, line, settings, run);
    }
    const used = new Set(
      Object.values(built.steps).flatMap(({ states: all }) => all.map(({ name }) => name)),
    );
    const names = [...built.weights.keys()].filter((name) => used.has(name));
    const weights = (await training.read(names)) as WeightTensors;
    return { objective, weights, log: log.lines, damaged: damaged() };
  } finally {
    await training.close();
  }
}

function openLoaders(objective: ObjectiveName, settings: TrainSettings, { train, test, pool }: TrainRun) {
  const { signal } = objectives[objective];
  const { batch, augmentation, seed, config, buffer } = settings;
  const common = {
    pool,
    batch,
    edge: config.image.size[0],
    views: Array.from({ length: signal.views }, () => augmentation),
    buffer,
  };
  // with their own captions and responses, whatever the training
  const responses = signal.responses && ("own" as const);
  const held = { ...common, dataset: test, seed: seed + 1, ahead: 0, responses };
  return {
    train: openLoader({
      ...common,
      dataset: train,
      seed,
      permuted: signal.permuted,
      responses: signal.responses,
    }),
    test: test.count < batch ? null : openLoader(held),
  };
}

/** One step of the optimiser: one batch, or several whose gradients are averaged. */
async function trainStep(
  training: Training,
  loader: Loader,
  step: number,
  objective: ObjectiveName,
  settings: TrainSettings,
  { tokenizer }: TrainRun,
): Promise<LogLine> {
  const { signal } = objectives[objective];
  const { accumulate, batch: size, steps, warmup, learningRate: peak } = settings;
  const learningRate = learningRateAt(step, { peak, warmup, total: steps });
  const rate = { type: "float64", shape: [], data: Float64Array.of(learningRate) } as const;
  const started = performance.now();
  const told: Record<string, number>[] = [];
  for (let k = 0; k < accumulate; k++) {
    const number = step * accumulate + k;
    const batch = await loader.batch(number);
    const feeds = feedBatch(batch, number, { ...settings, signal, tokenizer });
    const outputs =
      accumulate === 1
        ? await training.run("train", { ...feeds, learningRate: rate })
        : await training.run("gather", feeds);
    const numbers = numbersOf(outputs);
    checkNumbers(numbers, step, batch.keys);
    told.push(numbers);
    if (accumulate > 1 && k + 1 === accumulate) {
      const applied = numbersOf(await training.run("apply", { learningRate: rate }));
      checkNumbers(applied, step, batch.keys);
      told.forEach((one) => void Object.assign(one, applied));
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const average = meanOf(told);
  return {
    step: step + 1,
    ...average,
    loss: average.loss as number,
    norm: average.norm as number,
    learningRate,
    samplesPerSecond: (accumulate * size) / seconds,
  };
}

const testBatches = 4;

async function evaluate(
  training: Training,
  loader: Loader | null,
  objective: ObjectiveName,
  settings: TrainSettings,
  { tokenizer }: TrainRun,
): Promise<Record<string, number>> {
  if (loader === null) return {};
  const { signal } = objectives[objective];
  const seed = settings.seed + 1;
  const told: Record<string, number>[] = [];
  for (let number = 0; number < Math.min(testBatches, loader.perPass); number++) {
    const feeds = feedBatch(await loader.batch(number), number, { ...settings, signal, tokenizer, seed });
    told.push(numbersOf(await training.run("evaluate", feeds)));
  }
  return Object.fromEntries(Object.entries(meanOf(told)).map(([name, value]) => [`test.${name}`, value]));
}

function numbersOf(outputs: Tensors): Record<string, number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])]));
}

function meanOf(rows: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, rows.reduce((sum, row) => sum + (row[name] as number), 0) / rows.length]),
  );
}

function checkNumbers(numbers: Record<string, number>, step: number, keys: readonly string[]): void {
  const odd = Object.entries(numbers).find(([, value]) => !Number.isFinite(value));
  if (odd === undefined) return;
  const some = keys.length > 8 ? `${keys.slice(0, 8).join(", ")} … (${keys.length})` : keys.join(", ");
  throw new EncodingError(
    "numeric",
    `trainModel: ${odd[0]} is ${odd[1]} at step ${step + 1}; samples: ${some}. The last checkpoint is kept. Lower the learning rate, lengthen the warm-up, or look at these samples.`,
    { step: step + 1, keys: [...keys] },
  );
}

function tell(objective: string, line: LogLine, { steps }: TrainSettings, { onProgress }: TrainRun): void {
  const message = `loss ${line.loss.toFixed(3)}, ${line.samplesPerSecond.toFixed(0)} samples/s`;
  onProgress?.({ step: `train ${objective}`, done: line.step, total: steps, message });
}
