import { createRandom, EncodingError } from "../core/index.ts";
import { applySparseProjection, drawSparseProjection, type SparseProjection } from "../features/index.ts";
import type { OnnxTensorInfo } from "../graph/index.ts";
import {
  floatsOf,
  type MeasuredLayer,
  type Network,
  openTaps,
  type Preprocessing,
  parsePooling,
  pool,
  type Taps,
} from "../models/index.ts";
import type { Stimulus, StimulusList } from "./list-stimuli.ts";
import { type Shown, showArrays, showPictures, showTexts, type Tokenise } from "./show-stimuli.ts";

/** What is kept of a batch. */
export interface KeptBatch {
  /** (shown stimuli × columns) of each layer, in order. */
  readonly rows: readonly { readonly columns: number; readonly data: Float32Array }[];
  /** Places in the batch that are shown. */
  readonly shown: readonly number[];
  readonly broken: readonly { readonly place: number; readonly why: string }[];
}

/** How batches are computed. */
export interface BatchOptions {
  readonly network: Network;
  readonly layers: readonly MeasuredLayer[];
  readonly list: StimulusList;
  readonly pooling: string;
  readonly project: number | null;
  readonly seed: number;
  readonly threads: number;
  readonly where?: "worker" | "here" | undefined;
  readonly skipBroken: boolean;
  readonly preprocessing?: Preprocessing | undefined;
  readonly tokenise?: Tokenise | undefined;
}

/** All that a batch's activations depend on, but for the stimuli. */
export function batchKey({
  model,
  layers,
  pooling,
  project,
  seed,
  preprocessing,
  tokenizer,
}: Pick<BatchOptions, "layers" | "pooling" | "project" | "seed"> & {
  readonly model: string;
  readonly preprocessing: Preprocessing | null;
  /** Hash of the tokenizer's files. */
  readonly tokenizer: string | null;
}) {
  return { model, layers: layers.map(({ name }) => name), pooling, project, seed, preprocessing, tokenizer };
}

/** Computes batches; the network is opened with the first one that must be computed.
 * @throws EncodingError "settings" if it is not known how pictures are made ready, or text is read. */
export function openBatches(options: BatchOptions): {
  readonly preprocessing: Preprocessing | null;
  compute(batch: readonly Stimulus[]): Promise<KeptBatch>;
  /** End the network; may be called at any time, and again. */
  close(): Promise<void>;
} {
  const { network, layers, list, threads, where = "worker" } = options;
  const pooling = parsePooling(options.pooling);
  const preprocessing = list.kind === "picture" ? preprocessingOf(options) : null;
  const project = projectionsOf(options);
  let opened: Promise<Taps> | undefined;
  const names = layers.map(({ name }) => name);
  return {
    preprocessing,
    async compute(batch) {
      opened ??= openTaps(network.file, names, { threads, where });
      const taps = await opened;
      const { feeds, mask, kept, broken } = await show(batch, taps.inputs, preprocessing, options);
      const places = broken.map(({ name, why }) => ({
        place: batch.findIndex((one) => one.name === name),
        why,
      }));
      if (kept.length === 0) return { rows: [], shown: [], broken: places };
      const outputs = await taps.run(feeds);
      const rows = names.map((name) => {
        const tensor = outputs[name];
        if (tensor === undefined) throw new EncodingError("backend", `extract: "${name}" was not computed.`);
        const { shape } = tensor;
        if (shape[0] !== kept.length)
          throw new EncodingError(
            "shape",
            `extract: "${name}" has no row for each stimulus: [${shape.join(", ")}] for ${kept.length}. Choose another layer, or --batch 1.`,
          );
        const tokens = mask !== null && shape[1] === mask.length / kept.length ? mask : undefined;
        return project(pool(name, { shape, data: floatsOf(name, tensor) }, pooling, tokens));
      });
      return { rows, shown: kept, broken: places };
    },
    async close() {
      const closing = opened;
      opened = undefined;
      await (await closing?.catch(() => undefined))?.close();
    },
  };
}

function show(
  batch: readonly Stimulus[],
  inputs: readonly OnnxTensorInfo[],
  preprocessing: Preprocessing | null,
  { list, tokenise, skipBroken: skip }: BatchOptions,
): Shown | Promise<Shown> {
  if (list.kind === "text") {
    if (tokenise) return showTexts(batch, { inputs, tokenise });
    throw new EncodingError("settings", "openBatches: text needs a tokenizer; got none.");
  }
  const [input] = inputs;
  if (input === undefined || inputs.length > 1)
    throw new EncodingError(
      "option",
      `extract: the chosen layers need ${inputs.length} inputs (${inputs.map(({ name }) => name).join(", ")}); ${list.kind === "picture" ? "pictures" : "an array"} can fill one. Choose layers that need only one.`,
    );
  if (list.kind === "array") return showArrays(batch, { input, sizes: list.sizes });
  return showPictures(batch, { input, preprocessing: preprocessing as Preprocessing, skip });
}

function preprocessingOf({ network, preprocessing }: BatchOptions): Preprocessing {
  const found = preprocessing ?? network.preprocessing;
  if (found) return found;
  throw new EncodingError(
    "settings",
    `extract: nothing says how pictures are made ready for ${network.file.path}: there is no preprocessor_config.json beside it. Give --mean and --std as its model card says (e.g. --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225), or --preprocessing <file>.`,
  );
}

/** Project rows that are wider than asked for; one projection a width, drawn once. */
function projectionsOf({ project, seed }: BatchOptions) {
  const drawn = new Map<number, SparseProjection>();
  return (rows: { columns: number; data: Float32Array }) => {
    const { columns } = rows;
    if (project === null || columns <= project) return rows;
    const random = createRandom(seed).stream(`projection/${columns}`);
    const projection = drawn.get(columns) ?? drawSparseProjection(random, columns, project);
    drawn.set(columns, projection);
    return { columns: project, data: applySparseProjection(rows.data, projection) };
  };
}
