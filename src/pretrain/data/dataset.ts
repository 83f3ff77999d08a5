import { EncodingError, type Random } from "../../core/index.ts";

/** Bytes within a file: a picture or a caption inside a tar archive, or a whole file. */
export interface Place {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
}

/** Where a worker finds a picture: encoded bytes, or a scene of the procedural world to be drawn. */
export type PictureSource = { readonly kind: "file"; readonly place: Place } | WorldPicture;

/** Which scenes a world is made of. */
export interface World {
  readonly seed: number;
  /** Share of scenes that are made to have one object; the others have one to three, as they are drawn. Default 0. */
  readonly alone?: number;
  /** Share of scenes with one object that are seen from close by: the object large, about in the middle. Default 0. */
  readonly close?: number;
  /** Share of captions that are mere names of the objects, "a cat and a house". Default 0. */
  readonly names?: number;
}

/** A picture of the procedural world: scene `index` of a world. */
export interface WorldPicture {
  readonly kind: "scene";
  readonly world: World;
  readonly index: number;
}

/** Where a caption stands: the words themselves, or bytes of a file (several captions one a line are one caption). */
export type CaptionSource = string | Place;

/** One sample before it is loaded; plain data that can travel to a worker. */
export interface Sample {
  readonly key: string;
  readonly picture: PictureSource;
  /** One or more captions of the picture. */
  readonly captions: readonly CaptionSource[];
}

/** Pictures with captions, numbered. Nothing is decoded, and where captions stand in shards they are not read, until a batch needs them. */
export interface Dataset {
  readonly name: string;
  /** Samples of each shard, in order; one number where there are no shards. */
  readonly shards: readonly number[];
  readonly count: number;
  /** Where sample `index` is found. */
  sample(index: number): Sample;
  /** A brain's responses to the picture of sample `index`. */
  responses?(index: number): Float32Array<ArrayBuffer>;
}

/** A data set of some samples of another.
 * @param indices of the samples to keep, in their order; the parts of a shard stay together where they are sorted. */
export function takeSamples(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const kept = Array.from(indices).sort((a, b) => a - b);
  const shards: number[] = [];
  let [end, at] = [0, 0];
  for (const size of dataset.shards) {
    end += size;
    const from = at;
    while (at < kept.length && (kept[at] as number) < end) at++;
    if (at > from) shards.push(at - from);
  }
  return {
    name: dataset.name,
    shards,
    count: kept.length,
    sample: (index) => dataset.sample(kept[index] as number),
    ...(dataset.responses && { responses: (index) => respond(dataset, kept[index] as number) }),
  };
}

/** Responses of a data set that has them. */
export function respond(dataset: Dataset, index: number): Float32Array<ArrayBuffer> {
  if (dataset.responses) return dataset.responses(index);
  throw new EncodingError("option", `respond: ${dataset.name} has no brain's responses.`);
}

/** Part a data set at random into one to train on and one to test on; no sample is in both.
 * @param share of the samples that are held out, in [0, 1). */
export function splitDataset(
  dataset: Dataset,
  share: number,
  random: Random,
): { train: Dataset; test: Dataset } {
  const order = random.permutation(dataset.count);
  const held = Math.round(share * dataset.count);
  return {
    test: takeSamples(dataset, order.subarray(0, held)),
    train: takeSamples(dataset, order.subarray(held)),
  };
}
