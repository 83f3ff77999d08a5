import { z } from "zod";
import { ruleNames } from "./guard/finding.ts";
import { reliability } from "./reliability-settings.ts";
import { motionEnergy, stimuli } from "./stimuli-settings.ts";
import { card, nameSchema, surface } from "./surface-settings.ts";
import { tests } from "./test-settings.ts";

/** Settings of a study, as the YAML file writes them. Times are seconds, delays and gaps are samples (TRs or rows). */
const name = nameSchema;
const count = z.int().min(1);
const rows = z.int().min(0);
const strict = z.strictObject;

const sampling = z.enum(["mean", "sum", "lanczos"]);

/** A file with one row a sample: NPY, NPZ, HDF5, NIfTI with a mask, GIFTI or a table. */
const table = {
  /** May hold {participant}, {run} and {repeat}; `*` matches exactly one file. */
  file: z.string().min(1),
  /** Path inside an HDF5 file, or the entry of an NPZ file. */
  dataset: z.string().optional(),
  /** Names (tables with a header) or zero-based numbers of the columns to take. */
  columns: z
    .array(z.union([z.string(), rows]))
    .min(1)
    .optional(),
  /** Rows to drop from the start of each run. */
  drop: rows.default(0),
};

const responses = strict({
  ...table,
  /** File of the test runs, if it differs; a leading repeat axis (repeats × samples × targets) is understood. */
  test: strict({ file: z.string().min(1), dataset: z.string().optional() }).optional(),
  /** Brain mask for NIfTI responses. */
  mask: z.string().optional(),
  /** Degree of the polynomial drift removed from each run; −1 for none. */
  detrend: z.int().min(-1).max(20).default(-1),
  /** Confounds (motion …), regressed out run by run. */
  confounds: strict(table).optional(),
  /** z-score each run and repeat by itself (declared in the report); default: true for time series, false for stimulus rows. */
  zscore: z.boolean().optional(),
});

const regions = z.union([
  /** One name a target, in order. */
  strict({ names: z.array(name).min(1) }),
  /** One label a target, from a table, NPY, GIFTI or NIfTI label file; label 0 is none. */
  strict({
    labels: z.string(),
    dataset: z.string().optional(),
    names: z.record(z.string().regex(/^\d+$/, "label numbers"), name),
  }),
]);

const words = strict({
  /** Praat TextGrid with one interval a word. */
  textgrid: z.string(),
  tier: z.string().default("word"),
  /** Interval texts that are not words (silence, noise). */
  skip: z.array(z.string()).default(["", "sp", "sil"]),
  /** Time in the TextGrid of the first sample that is kept, seconds. */
  start: z.number().default(0),
  /** What of the words becomes a feature. */
  measure: z.enum(["rate", "letters", "embedding"]),
  /** JSON object of word → vector, for `embedding`. */
  vectors: z.string().optional(),
  sampling: sampling.default("lanczos"),
});

const events = strict({
  /** Table with columns onset, duration and one a value; may hold {participant} and {run}. */
  file: z.string(),
  values: z.array(z.string()).min(1),
  sampling: sampling.default("mean"),
});

const space = strict({
  description: z.string().default(""),
  /** A control feature space (sound power, word rate, luminance …). */
  control: z.boolean().default(false),
  /** false: fitted alone for comparison, not part of the joint model. */
  joint: z.boolean().default(true),
  /** Ready-made features; may hold {participant}, {run} and {layer}. */
  ready: strict({
    ...table,
    test: strict({ file: z.string().min(1), dataset: z.string().optional() }).optional(),
  }).optional(),
  words: words.optional(),
  events: events.optional(),
  motionEnergy: motionEnergy.optional(),
  /** Overrides the study's delays. */
  delays: z.array(rows).min(1).optional(),
  /** Principal components kept, fitted on training rows only. */
  pca: count.optional(),
}).refine((s) => [s.ready, s.words, s.events, s.motionEnergy].filter((x) => x !== undefined).length === 1, {
  message: "needs exactly one source: ready, words, events or motionEnergy",
});

/** A foundation model: one folder with the towers that the stimuli need, or one folder a tower. */
const model = strict({
  description: z.string().default(""),
  folder: z.string().min(1).optional(),
  /** Folder of the tower that sees the pictures. */
  image: z.string().min(1).optional(),
  /** Folder of the tower that reads the sentences. */
  text: z.string().min(1).optional(),
  /** A control (untrained, permuted captions): a win that a control also has is not a win. */
  control: z.boolean().default(false),
}).refine((m) => (m.folder === undefined) !== (m.image === undefined && m.text === undefined), {
  message: "needs `folder`, or `image` and `text` (one of them if only one sense is shown), not both",
});

/** What is done to the activations of every model alike. */
const activations = strict({
  /** One vector a layer and stimulus: the first token, or the mean over patches or real tokens. */
  pooling: z.enum(["cls", "mean"]).default("mean"),
  /** Layers that each model chooses from; 0 is the embeddings. Default: all that every model has. */
  layers: z.array(rows).min(1).optional(),
  /** nested: each target's layer is chosen on inner folds; stacked: the columns of all layers side by side, none chosen. */
  layerRule: z.enum(["nested", "stacked"]).default("nested"),
  /** Principal components kept of a layer, fitted on training rows only. */
  pca: count.optional(),
  /** Overrides the study's delays. */
  delays: z.array(rows).min(1).optional(),
  sampling: sampling.default("mean"),
  /** Frames of a second of film that image towers are shown, evenly spaced. */
  frameRate: z.number().min(0.01).max(240).default(1),
});

const virtual = strict({
  people: z.int().min(1).max(64).default(8),
  /** Training runs of each sense. */
  runs: z.int().min(2).max(40).default(5),
  /** Samples (TRs) of a run. */
  samples: z.int().min(40).max(2000).default(120),
  /** Presentations of the two test runs. */
  repeats: z.int().min(2).max(20).default(4),
  /** Targets of each region. */
  targets: z.int().min(1).max(5000).default(16),
});

const runs = z
  .array(
    strict({
      id: name,
      role: z.enum(["train", "test"]).default("train"),
      samples: count,
      repeats: count.default(1),
      /** Write `count: 12` for twelve alike runs id-1 … id-12. */
      count: count.default(1),
    }),
  )
  .min(1);

const fold = strict({
  folds: z.int().min(2),
  /** Samples left out on both sides between neighbouring time blocks of one run. */
  gap: rows.default(0),
  /** Table with one group label a sample (passage, topic); without it whole runs are kept together. */
  groups: z.string().optional(),
  /** Deal whole groups (or runs), or single rows, to the folds at random, by the seed; the guard refuses rows that hang together. */
  shuffle: z.enum(["none", "groups", "rows"]).default("none"),
});

const fit = strict({
  alphas: strict({ from: z.number().positive(), to: z.number().positive(), count: count }).default({
    from: 0.1,
    to: 1e5,
    count: 13,
  }),
  /** Band weightings tried: points of the grid for two bands, Dirichlet draws beyond the corners for more. */
  weightings: count.default(12),
  inner: strict({ folds: z.int().min(2).default(5), gap: rows.default(0) }).default({ folds: 5, gap: 0 }),
  intercept: z.boolean().default(true),
  dtype: z.enum(["float32", "float64"]).default("float32"),
  form: z.enum(["auto", "primal", "dual"]).default("auto"),
});

/** Controls that every study has by itself, each fitted alone beside the study's own spaces. */
const controls = strict({
  /** OASM: place in the run or group, neighbours alike, no content. */
  autocorrelation: z.boolean().default(true),
  /** Place in run and group; number, length and frequency of words, where words are known. */
  position: z.boolean().default(true),
  /** Luminance, contrast and Gabor energy, where pictures or films are known. */
  pictures: z.boolean().default(true),
  /** Motion energy, where films are known and no feature space is made of it. */
  motion: z.boolean().default(true),
  /** The joint model's features, whole blocks out of step with the responses. */
  permuted: z.boolean().default(true),
  /** An untrained twin of every model that has none. */
  untrained: z.boolean().default(true),
});

const layers = strict({ from: rows, to: rows });

/** A step that was fitted before this study, on which rows: what the program cannot see in the files. */
const prepared = strict({
  step: z.enum(["scaler", "pca", "layer", "mask", "regions"]),
  /** A feature space, or `responses`. */
  of: z.string().default("responses"),
  /** `outside`: data that are not in this study (an atlas, a localiser). */
  from: z.enum(["outside", "training", "all", "test"]),
  /** Among how many it chose (layers, targets). */
  choices: count.optional(),
});

const labels = strict({
  /** One stimulus a row of the study: lines of a .txt, a column of a .csv or .tsv. Names of pictures are read and hashed. */
  file: z.string(),
  column: z.string().optional(),
});

/** The schema of `study.yaml`. */
export const studySchema = strict({
  title: z.string().min(1),
  question: z.string().min(1),
  seed: z.int().min(0).default(0),
  /** Folder of the data; `${NAME:-default}` takes an environment variable. */
  data: z.string().default("."),
  design: z.enum(["time-series", "stimulus-rows"]).default("time-series"),
  /** Repetition time in seconds (time-series only). */
  tr: z.number().positive().optional(),
  virtual: virtual.optional(),
  participants: z
    .array(z.union([name, z.int()]).transform(String))
    .min(1)
    .optional(),
  runs: runs.optional(),
  responses: responses.optional(),
  regions: regions.optional(),
  surface: surface.optional(),
  card: card.optional(),
  features: z.record(name, space).optional(),
  /** Layers that {layer} in a feature file runs through; each model chooses its layer inside the training folds. */
  layers: layers.optional(),
  /** What was shown, for models. */
  stimuli: stimuli.optional(),
  /** Foundation models by name: their layers become feature spaces, each model fitted alone. */
  models: z.record(name, model).optional(),
  activations: activations.prefault({}),
  delays: z.array(rows).min(1).default([0]),
  /** Outer folds; without them the runs with `role: test` are the test. */
  outer: fold.optional(),
  fit: fit.prefault({}),
  tests: tests.prefault({}),
  /** Pairs of models or feature spaces that are compared, each fitted alone. Pairs with the control models come by themselves. */
  compare: z.array(z.tuple([name, name])).default([]),
  /** unique: the part of each feature space and one shared rest; subsets: every unique and shared part, from a model of every subset. */
  partition: z.enum(["unique", "subsets"]).default("unique"),
  /** false, or single controls off: written into the report as a warning. */
  controls: z.union([z.literal(false), controls]).prefault({}),
  /** The stimulus of each row, so that repeats and near-duplicates are recognised. */
  labels: labels.optional(),
  /** Steps that were fitted before this study. */
  prepared: z.array(prepared).default([]),
  /** Rules of method that this study may break; each is written into the report. */
  allow: z.array(z.enum(ruleNames)).default([]),
  /** Leave targets out that do not respond reliably. */
  reliability: reliability.optional(),
  /** Known noise: "people" computes the inter-subject ceiling where there are no repeats. */
  ceiling: z.enum(["repeats", "people", "none"]).default("repeats"),
});

/** A checked study. */
export type StudySettings = z.output<typeof studySchema>;
/** One feature space of a checked study. */
export type SpaceSettings = z.output<typeof space>;
/** One foundation model of a checked study. */
export type ModelSettings = z.output<typeof model>;
