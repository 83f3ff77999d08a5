import { access } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError, type Features, matrix } from "../core/index.ts";
import type { Tensor } from "../graph/index.ts";
import { decodeText, readBytes } from "../io/index.ts";
import {
  activations,
  type Preprocessing,
  parseTowerConfig,
  preprocessPicture,
  readBrivlConfig,
  readBrivlFolder,
  readPreprocessing,
  readTowerFolder,
  type TowerKind,
  type TowerModel,
  type TowerStimuli,
  towerOf,
  type WeightTensors,
} from "../models/index.ts";
import { decodePicture, type Picture, pickFrames, readTokenizer, type Tokenizer } from "../stimuli/index.ts";
import type { ShownPicture } from "./data.ts";
import { openShown } from "./films/open-shown.ts";
import type { StudyTower } from "./read-model.ts";
import { drawTower } from "./untrained-twin.ts";

/** Which tower is opened. */
export type TowerPlace = Pick<StudyTower, "path" | "kind" | "sense" | "drawn">;

/** How activations are made. */
export interface Showing {
  readonly pooling: "cls" | "mean";
  readonly layers: readonly number[];
}

/** What a tower answers to stimuli. */
export interface TowerAnswers {
  /** Of each layer that was asked for, (stimuli × width), float32. */
  readonly layers: readonly Features[];
  /** Sentences that were longer than the tower reads, and were cut. */
  readonly cut: number;
}

/** A tower with its weights, ready to be shown stimuli. */
export interface OpenTower {
  /** Pictures or sentences, as the tower's sense is. */
  show(stimuli: readonly (ShownPicture | string)[], showing: Showing): Promise<TowerAnswers>;
}

const batch = 32;

/** Open a tower. Pictures are made ready as `preprocessor_config.json` says; for models of `simcortex pretrain` as in their training without
 * augmentation: the middle square, resized (bilinear, as Pillow does), −1 to 1. Sentences are padded to the longest that is shown.
 * @throws EncodingError "file" | "format" if the folder does not hold it. */
export async function openTower(place: TowerPlace): Promise<OpenTower> {
  const { path, kind } = place;
  const { model, weights, positions } = await readTowerModel(place);
  if (model.kind === "vit") {
    const ready = await preprocessingOf(path, kind, model.config.size);
    return {
      show: async (pictures, showing) => {
        const shape = [model.config.channels, ...model.config.size];
        const feeds = imagesOf(pictures as readonly ShownPicture[], ready, shape);
        return { layers: await answers(model, weights, feeds, showing), cut: 0 };
      },
    };
  }
  const tokenizer = await readTokenizer(path);
  return {
    show: async (stimuli, showing) => {
      const texts = stimuli as readonly string[];
      const length = Math.min(positions, longestOf(tokenizer, texts));
      const { tokens, mask, truncated } = tokenizer.encodeBatch(texts, length);
      const layers = await answers({ ...model, length }, weights, { tokens, mask }, showing);
      return { layers, cut: truncated.length };
    },
  };
}

/** A tower's graph, its weights by full names and, of texts, the positions that it has. */
export async function readTowerModel({ path, kind, sense, drawn }: TowerPlace): Promise<{
  readonly model: TowerModel;
  readonly weights: WeightTensors;
  readonly positions: number;
}> {
  if (drawn !== undefined) {
    const own = await readSizes(path, kind, sense);
    return { ...own, weights: drawTower(own.model, drawn) };
  }
  if (kind === "brivl") {
    const tower = sense === "pictures" ? "image" : "text";
    const { config, weights } = await readBrivlFolder(path, { towers: [tower] });
    const model = towerOf(config, tower);
    return { model, weights, positions: config.tokens };
  }
  const { weights, ignored: _, ...tower } = await readTowerFolder(path);
  return { model: tower, weights, positions: positionsOf(tower) };
}

/** A tower without its weights. */
async function readSizes(path: string, kind: TowerPlace["kind"], sense: TowerPlace["sense"]) {
  if (kind === "brivl") {
    const { config } = await readBrivlConfig(path);
    return { model: towerOf(config, sense === "pictures" ? "image" : "text"), positions: config.tokens };
  }
  const file = join(path, "config.json");
  const tower = parseTowerConfig(decodeText("config.json", await readBytes(file)), file);
  return { model: tower, positions: positionsOf(tower) };
}

function positionsOf(tower: TowerKind): number {
  return tower.kind === "bert" ? tower.config.positions : 0;
}

async function answers(
  model: TowerModel,
  weights: WeightTensors,
  feeds: TowerStimuli,
  { pooling, layers }: Showing,
): Promise<readonly Features[]> {
  const found = await activations(model, weights, feeds, { pooling, batch, where: "here" });
  return layers.map(
    (layer) => found.layers[layer] ?? matrix(["samples", "features"], 0, 0, new Float32Array(0)),
  );
}

/** What is done to a picture before a tower sees it; see {@link openTower}. */
export async function preprocessingOf(
  path: string,
  kind: TowerPlace["kind"],
  [height, width]: readonly [number, number],
): Promise<Preprocessing> {
  const file = join(path, "preprocessor_config.json");
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (kind !== "brivl" && there)
    return readPreprocessing(JSON.parse(decodeText(file, await readBytes(file))), file).preprocessing;
  const half = [0.5, 0.5, 0.5];
  return {
    resize: { shortestEdge: Math.max(height, width) },
    filter: "bilinear",
    crop: { height, width },
    cropRule: "transformers",
    rescale: 1 / 255,
    normalise: { mean: half, std: half },
  };
}

/** Pictures made ready, a batch at a time: of a film only these are held. */
async function* imagesOf(
  pictures: readonly ShownPicture[],
  ready: Preprocessing,
  shape: readonly number[],
): AsyncGenerator<Readonly<Record<string, Tensor>>> {
  let images: Float32Array[] = [];
  const feeds = () => {
    const own = { type: "float32", shape: [images.length, ...shape], data: join32(images) } satisfies Tensor;
    images = [];
    return { images: own };
  };
  for await (const some of pixelsOf(pictures))
    for (const picture of some) {
      images.push(preprocessPicture(picture, ready).data);
      if (images.length === batch) yield feeds();
    }
  if (images.length > 0) yield feeds();
}

/** Pixels in their order: frames that follow each other in a film are read in one go. */
async function* pixelsOf(pictures: readonly ShownPicture[]): AsyncGenerator<readonly Picture[]> {
  for (let from = 0, to = 0; from < pictures.length; from = to) {
    const first = pictures[from] as ShownPicture;
    const film = "film" in first ? first.film : null;
    let last = Number.NEGATIVE_INFINITY;
    for (; to < pictures.length && (film !== null || to < from + batch); to++) {
      const one = pictures[to] as ShownPicture;
      if (("film" in one ? one.film.path : undefined) !== film?.path || ("film" in one && one.time < last))
        break;
      if ("film" in one) last = one.time;
    }
    const some = pictures.slice(from, to);
    if (film === null) yield await Promise.all(some.map(openStill));
    else {
      const times = some.flatMap((one) => ("film" in one ? one.time : []));
      const opened = await openShown(film);
      for await (const frame of pickFrames(opened, times)) yield [frame];
    }
  }
}

async function openStill(shown: ShownPicture): Promise<Picture> {
  if ("picture" in shown) return shown.picture;
  if ("path" in shown) return decodePicture(await readBytes(shown.path), shown.name);
  throw new EncodingError("option", `openTower: ${shown.name} is no still picture.`);
}

/** Tokens of the longest text. */
export function longestOf({ encode }: Pick<Tokenizer, "encode">, texts: readonly string[]): number {
  return texts.reduce((length, text) => Math.max(length, encode(text).length), 2);
}

function join32(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
