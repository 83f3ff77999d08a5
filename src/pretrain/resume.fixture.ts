import { createRandom } from "../core/index.ts";
import { type BrivlConfig, brivlConfigs } from "../models/index.ts";
import { captionTokenizer, vocabularyOf } from "./caption-tokens.ts";
import { openLoadPool } from "./data/pool.ts";
import { worldDataset, worldTexts } from "./data/world.ts";
import type { ObjectiveName } from "./objectives.ts";
import { type Trained, type TrainRun, type TrainSettings, trainModel } from "./train.ts";

const vocabulary = vocabularyOf(worldTexts(createRandom(3), 300), { size: 300 });
const { image, text } = brivlConfigs["brivl-tiny"];
const small = { layers: 1, width: 16, heads: 2, inner: 32 };
const config: BrivlConfig = {
  image: { ...image, ...small, size: [16, 16], patch: 8 },
  text: { ...text, ...small, vocabulary: vocabulary.length, positions: 24 },
  tokens: 24,
  project: 8,
  frozen: 0,
};

/** A training of seconds. */
export const smallSettings: TrainSettings = {
  config,
  batch: 8,
  accumulate: 1,
  queue: 16,
  temperature: 0.1,
  negatives: "batch and queue",
  learnTemperature: false,
  momentum: 0.9,
  clip: 1,
  weightDecay: 0.05,
  beta2: 0.98,
  deviation: 0.02,
  steps: 12,
  warmup: 3,
  learningRate: 5e-3,
  seed: 7,
  augmentation: { crop: [0.6, 1], flip: false, color: 0.2, grey: 0.1 },
  buffer: 20,
};

/** Train a very small model on a very small world. */
export async function trainSmall(
  objective: ObjectiveName,
  folder: string,
  changed: Partial<TrainSettings> = {},
  run: Partial<TrainRun> = {},
): Promise<Trained> {
  const pool = openLoadPool({ workers: 1 });
  try {
    return await trainModel(
      objective,
      { ...smallSettings, ...changed },
      {
        train: worldDataset({ seed: 1, count: 40 }),
        test: worldDataset({ seed: 2, count: 10 }),
        tokenizer: captionTokenizer(vocabulary),
        pool,
        folder,
        checkpointEvery: 3,
        evaluateEvery: 4,
        threads: 2,
        ...run,
      },
    );
  } finally {
    await pool.close();
  }
}
