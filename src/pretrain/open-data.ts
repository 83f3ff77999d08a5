import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createRandom, EncodingError } from "../core/index.ts";
import { decodeText, readRange } from "../io/index.ts";
import { openCaptions } from "./data/captions-file.ts";
import { type CaptionSource, type Dataset, splitDataset } from "./data/dataset.ts";
import { withResponses } from "./data/responses.ts";
import { openShards } from "./data/webdataset.ts";
import { worldDataset } from "./data/world.ts";
import type { PretrainSettings } from "./settings.ts";

/** Pairs to train on, and pairs that no training sees. */
export interface PretrainData {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Samples without picture or caption, left out. */
  readonly incomplete: readonly string[];
}

/** Open the data that settings name and hold out the test pairs, at random by the seed.
 * @param folder that relative paths start from. */
export async function openData(
  { data, seed, brain }: PretrainSettings,
  folder: string,
): Promise<PretrainData> {
  const { dataset: pairs, incomplete } = await openSource(data, folder);
  const dataset = brain
    ? await withResponses(pairs, { source: brain, world: data.world, seed, folder })
    : pairs;
  const random = createRandom(seed).stream("held-out pairs");
  return { ...splitDataset(dataset, data.test, random), incomplete };
}

async function openSource(
  { world, shards, captions }: PretrainSettings["data"],
  folder: string,
): Promise<{ dataset: Dataset; incomplete: readonly string[] }> {
  if (shards)
    return openShards((await Promise.all(shards.map((path) => tarsOf(resolve(folder, path))))).flat());
  if (captions) {
    const { file, image: picture, caption } = captions;
    return { dataset: await openCaptions(resolve(folder, file), { picture, caption }), incomplete: [] };
  }
  const { scenes, ...which } = world as NonNullable<typeof world>;
  return { dataset: worldDataset({ ...which, count: scenes }), incomplete: [] };
}

/** A tar file, or those of a folder in the order of their names. */
async function tarsOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() !== true) return [path];
  const tars = (await readdir(path)).filter((name) => name.endsWith(".tar")).sort();
  if (tars.length > 0) return tars.map((name) => join(path, name));
  throw new EncodingError("file", `openData: there is no .tar file in ${path}.`, { path });
}

/** Captions of a data set, one sample after the other. Those that cannot be read are passed over: their samples are reported when they
 * are trained on.
 * @param most samples. */
export async function captionsOf(dataset: Dataset, most = 50_000): Promise<string[]> {
  const all: string[] = [];
  for (let k = 0; k < Math.min(most, dataset.count); k++)
    for (const caption of dataset.sample(k).captions) all.push(await textOf(caption).catch(() => ""));
  return all;
}

async function textOf(caption: CaptionSource): Promise<string> {
  if (typeof caption === "string") return caption;
  return decodeText("caption", await readRange(caption.path, caption.offset, caption.size)).trim();
}
