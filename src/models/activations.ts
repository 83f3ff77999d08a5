import {
  allocate,
  checkCancelled,
  checkNumber,
  type Dtype,
  EncodingError,
  type Features,
  type FloatArray,
  matrix,
  type OnProgress,
} from "../core/index.ts";
import {
  type GraphSession,
  openSession,
  type Tensor,
  type TensorData,
  type Tensors,
} from "../graph/index.ts";
import type { TowerModel } from "./build-tower.ts";
import { exportTower, typeOf } from "./export-tower.ts";
import type { WeightTensors } from "./weights.ts";

/** Stimuli as the inputs of a tower: `images`, or `tokens` and `mask`; first axis: samples. All at once, or piece by piece. */
export type TowerStimuli = Tensors | Iterable<Tensors> | AsyncIterable<Tensors>;

/** Options of {@link activations}. */
export interface ActivationOptions {
  /** One vector of a layer: its [CLS], or the average of its patches or real tokens. Default "cls". */
  readonly pooling?: "cls" | "mean";
  /** Most samples that are computed at once, default 16. */
  readonly batch?: number;
  /** Threads, default 1. */
  readonly threads?: number;
  /** "worker" (default): in a thread of its own; "here": in this one, where the caller is a worker itself. */
  readonly where?: "worker" | "here";
  /** Told the samples done; the total is unknown (0) where stimuli come piece by piece. */
  readonly onProgress?: OnProgress;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** Activations of a tower. */
export interface Activations {
  /** Of each layer, 0 the embeddings: samples × width. */
  readonly layers: readonly Features[];
  /** In the shared space, samples × project; null where the tower has no projection. */
  readonly embedding: Features | null;
}

/** Activations of every layer of a tower for stimuli, in the order they come.
 * @param weights by full names. @returns float matrices of the weights' type. Same stimuli, same numbers, for a given `batch`.
 * @throws EncodingError "shape" if a stimulus does not fit, "cancelled" if it was stopped, others of {@link exportTower}. */
export async function activations(
  model: TowerModel,
  weights: WeightTensors,
  stimuli: TowerStimuli,
  options: ActivationOptions = {},
): Promise<Activations> {
  const parts: Activations[] = [];
  for await (const part of streamActivations(model, weights, stimuli, options)) parts.push(part);
  const join = (cols: number, of: (part: Activations) => Features | null) =>
    stack(
      parts.map((part) => of(part) as Features),
      cols,
      typeOf(weights),
    );
  const { layers, width } = model.config;
  return {
    layers: Array.from({ length: layers + 1 }, (_, i) => join(width, (part) => part.layers[i] as Features)),
    embedding: model.project ? join(model.project, (part) => part.embedding) : null,
  };
}

/** As {@link activations}, batch by batch, so that they never stand in memory together. */
export async function* streamActivations(
  model: TowerModel,
  weights: WeightTensors,
  stimuli: TowerStimuli,
  { pooling = "cls", batch = 16, threads = 1, where = "worker", onProgress, signal }: ActivationOptions = {},
): AsyncGenerator<Activations> {
  checkNumber("activations", "batch", batch, { min: 1, whole: true });
  const session = await openSession(exportTower(model, weights, { outputs: [pooling] }), {
    threads,
    where,
  });
  const total = isTensors(stimuli) ? samplesOf(stimuli) : 0;
  let done = 0;
  try {
    for await (const piece of isTensors(stimuli) ? [stimuli] : stimuli)
      for (const feeds of cutBatches(piece, batch)) {
        checkCancelled(signal);
        yield await runBatch(session, feeds, { model, pooling });
        done += samplesOf(feeds);
        onProgress?.({ step: "activations", done, total });
      }
  } finally {
    await session.close();
  }
}

async function runBatch(
  session: GraphSession,
  feeds: Tensors,
  { model, pooling }: { readonly model: TowerModel; readonly pooling: string },
): Promise<Activations> {
  const found = await session.run(feeds);
  const features = (name: string): Features => {
    const { shape, data } = found[name] as Tensor;
    return matrix(["samples", "features"], shape[0] as number, shape[1] as number, data as FloatArray);
  };
  const layers = Array.from({ length: model.config.layers + 1 }, (_, i) => features(`${pooling}.${i}`));
  return { layers, embedding: model.project ? features("embedding") : null };
}

function isTensors(stimuli: TowerStimuli): stimuli is Tensors {
  return !(Symbol.iterator in stimuli) && !(Symbol.asyncIterator in stimuli);
}

/** Number of samples, the same in every tensor. */
function samplesOf(feeds: Tensors): number {
  const counts = new Set(Object.values(feeds).map(({ shape }) => shape[0]));
  const [count] = counts;
  if (counts.size === 1 && count !== undefined) return count;
  const came = Object.entries(feeds).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
  throw new EncodingError(
    "shape",
    `activations: all inputs must have the same samples; got ${came.join(" and ") || "no input"}.`,
  );
}

function* cutBatches(feeds: Tensors, batch: number): Generator<Tensors> {
  const samples = samplesOf(feeds);
  for (let from = 0; from < samples; from += batch) {
    const count = Math.min(batch, samples - from);
    yield Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name, cutRows(tensor, from, count)]),
    );
  }
}

function cutRows({ type, shape, data }: Tensor, from: number, count: number): Tensor {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const part = data.slice(from * size, (from + count) * size) as TensorData; // not a view: all memory behind it would be sent to the worker
  return { type, shape: [count, ...shape.slice(1)], data: part };
}

function stack(parts: readonly Features[], cols: number, dtype: Dtype): Features {
  const rows = parts.reduce((all, part) => all + part.rows, 0);
  const data = allocate(dtype, rows * cols);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return matrix(["samples", "features"], rows, cols, data);
}
