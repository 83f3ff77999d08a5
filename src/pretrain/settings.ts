import { z } from "zod";
import { brivlConfigs } from "../models/index.ts";
import { objectives } from "./objectives.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().min(1);
const names = <T extends object>(of: T) => Object.keys(of) as [keyof T & string, ...(keyof T & string)[]];

const world = z
  .strictObject({
    scenes: count.default(6000),
    seed: z.number().int().default(1),
    /** Share of scenes that are made to have one object. */
    alone: share.default(0),
    /** Share of scenes with one object that are seen from close by. */
    close: share.default(0),
    /** Share of captions that are mere names of the objects. */
    names: share.default(0),
  })
  .describe("the procedural world: rendered scenes with captions of a grammar");

const captions = z.strictObject({
  file: z.string(),
  image: z.string().default("image"),
  caption: z.string().default("caption"),
});

/** Which pairs to train on: exactly one kind. */
const data = z
  .strictObject({
    world: world.optional(),
    /** WebDataset shards: tar files, or folders of them. */
    shards: z.array(z.string()).min(1).optional(),
    /** A CSV or JSON Lines of pictures and captions. */
    captions: captions.optional(),
    /** Share of the pairs that are held out. */
    test: z.number().min(0).max(0.9).default(0.2),
  })
  .refine((one) => [one.world, one.shards, one.captions].filter(Boolean).length === 1, {
    message: "exactly one of world, shards, captions",
  });

const model = z.strictObject({
  preset: z.enum(names(brivlConfigs)).default("brivl-tiny"),
  /** Most tokens of a vocabulary that is made from the training captions. */
  vocabulary: count.default(8192),
  /** Most tokens of a caption; default the preset's. */
  tokens: count.optional(),
  /** Folder of a finished twin that all start from, with its sizes and words; the only one of these three. */
  twin: z.string().optional(),
  /** Folder of a ViT that the image tower starts from, in Hugging Face's layout; default chance. */
  image: z.string().optional(),
  /** Folder of an uncased BERT that the text tower starts from, with its vocab.txt; default chance. */
  text: z.string().optional(),
  /** What of a text is projected to the shared space. */
  pooling: z.enum(["cls", "mean"]).default("cls"),
});

/** A brain that saw the pictures, for the signals that need one. */
const brain = z.strictObject({
  /** NPY of responses, (pictures × targets), in the order of data.captions; default: a virtual brain that sees the world. */
  responses: z.string().optional(),
  /** Targets of a virtual brain. */
  targets: count.default(64),
  /** Share of a virtual target's variance that the picture explains. */
  signal: share.default(0.5),
  /** How much the error of the readout counts beside the contrastive loss. */
  weight: z.number().positive().default(1),
});

const training = z.strictObject({
  steps: count.default(600),
  batch: z.number().int().min(2).default(64),
  accumulate: count.default(1),
  learningRate: z.number().positive().default(1e-3),
  warmup: z.number().int().min(0).default(50),
  weightDecay: z.number().min(0).default(0.05),
  clip: z.number().positive().default(1),
  queue: count.default(512),
  negatives: z.enum(["queue", "batch and queue", "batch"]).default("batch and queue"),
  momentum: share.default(0.99),
  temperature: z.number().positive().default(0.07),
  beta2: z.number().min(0).max(0.9999).default(0.98),
  deviation: z.number().positive().default(0.02),
  /** What patch kernels and positions of the image tower start from: chance, or waves. */
  start: z.enum(["random", "waves"]).default("random"),
  learnTemperature: z.boolean().default(false),
  /** Samples that the shuffling buffer holds. */
  buffer: count.default(10_000),
});

const augmentation = z.strictObject({
  crop: z.tuple([share, share]).default([0.6, 1]),
  flip: z.boolean().default(false),
  color: share.default(0.2),
  grey: share.default(0),
});

/** Settings of `simcortex pretrain`: what is trained on what, and how. */
export const pretrainSchema = z.strictObject({
  title: z.string().default("pretraining"),
  seed: z.number().int().default(1),
  model: model.prefault({}),
  data,
  /** Training signals: one model each, from the same start on the same data in the same order. */
  twins: z
    .array(z.enum(names(objectives)))
    .min(1)
    .default(["image-text"]),
  /** Keep the start too, as the untrained twin. */
  untrained: z.boolean().default(false),
  brain: brain.optional(),
  training: training.prefault({}),
  augmentation: augmentation.prefault({}),
  /** Steps between checkpoints, and between looks at held-out pairs. */
  checkpointEvery: count.default(200),
  evaluateEvery: count.default(100),
  /** Threads of the training, and of decoding. */
  threads: count.default(2),
  workers: count.default(1),
  /** Numbers of the finished models' files. */
  floats: z.enum(["F32", "F16"]).default("F32"),
});

/** Checked settings of a pretraining, all defaults filled in. */
export type PretrainSettings = z.infer<typeof pretrainSchema>;
