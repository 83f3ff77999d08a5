import { EncodingError } from "../../core/index.ts";
import { listTar } from "../../io/index.ts";
import type { Dataset, Place, Sample } from "./dataset.ts";

const pictureEnds = ["png", "jpg", "jpeg", "webp", "gif", "tif", "tiff"];
const captionEnds = ["txt", "text", "caption"];

/** What is known of shards once their headers are read. */
export interface Shards {
  readonly dataset: Dataset;
  /** Samples that lack a picture or a caption, by key: they are left out. */
  readonly incomplete: readonly string[];
}

/** Open WebDataset shards: tar archives where neighbouring files with one key (the name up to the first dot of its last part) are a
 * sample, with a picture (`.png`, `.jpg` …) and a caption (`.txt`). Only headers are read; each sample takes 48 bytes and its key.
 * @param paths of the shards, in order.
 * @throws EncodingError "file" or "format" of a shard that cannot be read; "format" if there is no whole sample.
 * @source WebDataset's file format. */
export async function openShards(paths: readonly string[]): Promise<Shards> {
  const keys: string[] = [];
  const places: number[] = []; // picture offset and size, caption offset and size of each sample
  const sizes: number[] = [];
  const incomplete: string[] = [];
  for (const path of paths) {
    const before = keys.length;
    for await (const { key, picture, caption } of samplesOf(path)) {
      if (picture === undefined || caption === undefined) {
        incomplete.push(key);
        continue;
      }
      keys.push(key);
      places.push(picture.offset, picture.size, caption.offset, caption.size);
    }
    sizes.push(keys.length - before);
  }
  if (keys.length === 0)
    throw new EncodingError(
      "format",
      `openShards: no sample has a picture (.${pictureEnds.join(", .")}) and a caption (.${captionEnds.join(", .")}); got ${paths.length} shards with ${incomplete.length} others.`,
    );
  const numbers = Float64Array.from(places);
  const ends = sizes.map((_, k) => sizes.slice(0, k + 1).reduce((a, b) => a + b, 0));
  const sample = (index: number): Sample => {
    const path = paths[ends.findIndex((end) => index < end)] as string;
    const [a, b, c, d] = numbers.subarray(4 * index, 4 * index + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return {
      key: keys[index] as string,
      picture: { kind: "file", place: { path, offset: a, size: b } },
      captions: [{ path, offset: c, size: d }],
    };
  };
  return { dataset: { name: "shards", shards: sizes, count: keys.length, sample }, incomplete };
}

interface Parts {
  readonly key: string;
  picture?: Place;
  caption?: Place;
}

async function* samplesOf(path: string): AsyncGenerator<Parts> {
  let now: Parts | undefined;
  for await (const { name, offset, size } of listTar(path)) {
    const [, key, end] = /^((?:.*\/)?[^/.]*)\.?([^/]*)$/.exec(name) as unknown as [string, string, string];
    if (now !== undefined && now.key !== key) yield now;
    if (now?.key !== key) now = { key };
    const kind = end.toLowerCase().split(".").at(-1) as string;
    if (pictureEnds.includes(kind)) now.picture ??= { path, offset, size };
    if (captionEnds.includes(kind)) now.caption ??= { path, offset, size };
  }
  if (now !== undefined) yield now;
}
