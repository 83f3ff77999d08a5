import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { decodeText, readBytes } from "../io/index.ts";
import { type BrivlConfig, readTowerFolder, type WeightTensors } from "../models/index.ts";
import { readTwin } from "./model-file.ts";

/** Towers that a training starts from in place of chance. */
export interface TowerStart {
  /** The preset, with the sizes of the towers that were read. */
  readonly config: BrivlConfig;
  /** In the models' names. */
  readonly weights: WeightTensors;
  /** Of the text tower, in the order of the tokens' numbers; null if it starts from chance. */
  readonly vocabulary: readonly string[] | null;
  /** SHA-256 of all names and weights. */
  readonly hash: string;
}

/** Read what a training starts from: a finished twin, with its projections; or the ViT and the uncased BERT that the towers shall start from, of folders in Hugging Face's layout; projections still start from
 * chance. Position embeddings of a ViT are interpolated to the preset's picture size; `frozen` stays the preset's.
 * @param from folders by tower. @param folder that relative paths start from.
 * @throws EncodingError "file" or "format" of {@link readTowerFolder}; "option" if a folder holds the other kind of tower, or a text tower
 * whose words are not lower case. */
export async function readTowerStart(
  from: {
    readonly twin?: string | undefined;
    readonly image?: string | undefined;
    readonly text?: string | undefined;
  },
  preset: BrivlConfig,
  folder: string,
): Promise<TowerStart> {
  if (from.twin !== undefined) {
    const { config, weights, vocabulary } = await readTwin(resolve(folder, from.twin));
    return { config: { ...config, frozen: preset.frozen }, weights, vocabulary, hash: hashOf(weights) };
  }
  let config = preset;
  let vocabulary: string[] | null = null;
  const weights: Record<string, WeightTensors[string]> = {};
  if (from.image !== undefined) {
    const path = resolve(folder, from.image);
    const read = await readTowerFolder(path, { prefix: "image.", size: preset.image.size });
    if (read.kind !== "vit") throw wrongKind("image", "a ViT", path);
    Object.assign(weights, read.weights);
    config = { ...config, image: read.config };
  }
  if (from.text !== undefined) {
    const path = resolve(folder, from.text);
    const read = await readTowerFolder(path, { prefix: "text." });
    if (read.kind !== "bert") throw wrongKind("text", "a BERT", path);
    vocabulary = await readVocabulary(path, read.config.vocabulary);
    Object.assign(weights, read.weights);
    config = { ...config, text: read.config, tokens: Math.min(config.tokens, read.config.positions) };
  }
  return { config, weights, vocabulary, hash: hashOf(weights) };
}

function wrongKind(tower: string, wanted: string, path: string): EncodingError {
  return new EncodingError(
    "option",
    `readTowerStart: model.${tower} must be ${wanted}; ${path} holds another.`,
    {
      path,
    },
  );
}

async function readVocabulary(folder: string, size: number): Promise<string[]> {
  const path = join(folder, "vocab.txt");
  const words = decodeText(path, await readBytes(path))
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  if (words.length > size)
    throw new EncodingError(
      "format",
      `readTowerStart: ${path} has ${words.length} tokens, the tower embeds ${size}.`,
      { path },
    );
  if (words.some((word) => /^[A-Z]/.test(word)))
    throw new EncodingError(
      "option",
      `readTowerStart: ${path} has words in capitals; captions are read in lower case. Take an uncased BERT.`,
      { path },
    );
  return words;
}

function hashOf(weights: WeightTensors): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(weights).sort()) {
    const { shape, data } = weights[name] as WeightTensors[string];
    hash.update(`${name} ${shape.join()}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
