import { EncodingError, isEncodingError } from "../../core/index.ts";
import type { Augmentation } from "./augment.ts";
import { type Dataset, respond } from "./dataset.ts";
import type { LoadedSample } from "./load-sample.ts";
import { derange, orderSamples } from "./order.ts";
import type { LoadPool } from "./pool.ts";

/** Samples of one step. */
export interface Batch {
  readonly keys: readonly string[];
  readonly captions: readonly string[];
  /** Of each view: (batch, 3, edge, edge). */
  readonly views: readonly Float32Array<ArrayBuffer>[];
  /** (batch, targets); empty where no responses are asked for. */
  readonly responses: Float32Array<ArrayBuffer>;
}

/** Batches by their number from 0; each is a function of the settings and its number alone. */
export interface Loader {
  /** A batch; the next ones are loaded meanwhile.
   * @throws EncodingError "format" where 20 samples in a row are damaged. */
  batch(number: number): Promise<Batch>;
  /** Damaged samples met so far: why, by key. */
  readonly damaged: ReadonlyMap<string, string>;
  /** Batches in one pass over the data. */
  readonly perPass: number;
}

/** What a loader is made of. */
export interface LoaderOptions {
  readonly dataset: Dataset;
  readonly pool: LoadPool;
  readonly seed: number;
  readonly batch: number;
  readonly edge: number;
  readonly views: readonly Augmentation[];
  /** Samples that the shuffling buffer holds. */
  readonly buffer?: number;
  /** Every picture with another one's caption, the same one in each pass. */
  readonly permuted?: boolean;
  /** A brain's responses: to the picture, or to another one, the same one in each pass. */
  readonly responses?: "own" | "permuted" | undefined;
  /** Batches that are loaded ahead. */
  readonly ahead?: number;
}

/** Load shuffled, augmented batches in workers, pass after pass. A pass ends with its last whole batch. A damaged sample is counted, and
 * one from further on in the pass takes its place.
 * @throws EncodingError "option" if there are fewer samples than a batch holds. */
export function openLoader({
  dataset,
  pool,
  seed,
  batch: size,
  edge,
  views,
  buffer = 10_000,
  permuted = false,
  responses,
  ahead = 2,
}: LoaderOptions): Loader {
  const perPass = Math.floor(dataset.count / size);
  if (perPass < 1)
    throw new EncodingError(
      "option",
      `openLoader: a batch of ${size} needs as many samples; ${dataset.name} has ${dataset.count}.`,
    );
  const captionOf = permuted ? derange(dataset.count, seed) : undefined;
  const responseOf = responses === "permuted" ? derange(dataset.count, seed) : undefined;
  const damaged = new Map<string, string>();
  const orders = new Map<number, Uint32Array>();
  const orderOf = (pass: number) => {
    const order = orders.get(pass) ?? orderSamples(dataset, { seed, pass, buffer });
    for (const old of orders.keys()) if (old < pass - 1) orders.delete(old);
    orders.set(pass, order);
    return order;
  };
  const loadOne = (index: number, position: number): Promise<LoadedSample> => {
    const sample = dataset.sample(index);
    const { captions } = captionOf ? dataset.sample(captionOf[index] as number) : sample;
    return pool.load({ sample, position, seed, edge, views, captions }, index);
  };
  const load = async (number: number): Promise<Batch> => {
    const order = orderOf(Math.floor(number / perPass));
    const from = (number % perPass) * size;
    const planned = new Set(order.subarray(from, from + size));
    const rows = Array.from({ length: size }, async (_, row) => {
      for (const index of candidates(order, from + row, planned)) {
        const loaded = await loadOne(index, number * size + row).catch((error: unknown) => {
          if (!isEncodingError(error, "format")) throw error;
          damaged.set(dataset.sample(index).key, error.message);
          return undefined;
        });
        if (loaded === undefined) continue;
        const asked = responseOf ? (responseOf[index] as number) : index;
        return { ...loaded, responses: responses ? respond(dataset, asked) : nothing };
      }
      throw new EncodingError(
        "format",
        `openLoader: ${tries} samples in a row of ${dataset.name} are damaged, the last because: ${[...damaged.values()].at(-1)}`,
      );
    });
    return stack(await Promise.all(rows), views.length);
  };
  const loading = new Map<number, Promise<Batch>>();
  const begin = (number: number) => {
    const promise = loading.get(number) ?? load(number);
    promise.catch(() => {}); // told to who asks for it
    loading.set(number, promise);
    return promise;
  };
  return {
    damaged,
    perPass,
    batch: (number) => {
      const wanted = begin(number);
      for (let k = 1; k <= ahead; k++) begin(number + k);
      for (const old of loading.keys()) if (old <= number || old > number + ahead) loading.delete(old);
      return wanted;
    },
  };
}

const tries = 20;
const nothing = new Float32Array(0);

/** The sample of a place, then those that replace it if it is damaged: from half a pass further on, none of the same batch. */
function* candidates(order: Uint32Array, place: number, planned: ReadonlySet<number>): Generator<number> {
  yield order[place] as number;
  const half = order.length >> 1;
  for (let k = 0, given = 1; given < tries && k < order.length; k++) {
    const index = order[(place + half + k) % order.length] as number;
    if (planned.has(index)) continue;
    given++;
    yield index;
  }
}

type Shown = LoadedSample & Pick<Batch, "responses">;

function stack(samples: readonly Shown[], views: number): Batch {
  return {
    responses: join(samples.map((sample) => sample.responses)),
    keys: samples.map(({ key }) => key),
    captions: samples.map(({ caption }) => caption),
    views: Array.from({ length: views }, (_, v) =>
      join(samples.map((sample) => sample.views[v] as Float32Array<ArrayBuffer>)),
    ),
  };
}

/** Arrays of one length, one after the other. */
function join(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const each = parts[0]?.length ?? 0;
  const all = new Float32Array(each * parts.length);
  for (const [k, part] of parts.entries()) all.set(part, k * each);
  return all;
}
