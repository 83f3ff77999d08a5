import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import type { Tensor, Tensors } from "../graph/index.ts";
import {
  decodeText,
  encodeSafetensors,
  type NdArray,
  parseSafetensors,
  readBytes,
  writeFileAtomic,
} from "../io/index.ts";
import type { BrivlConfig } from "../models/index.ts";

/** Tensors that hold floats only. */
export type FloatTensors = Readonly<Record<string, Tensor & { readonly data: Float32Array | Float64Array }>>;

/** A two-tower model with all that is needed to use it. */
export interface TwinModel {
  readonly config: BrivlConfig;
  /** WordPiece vocabulary, in order. */
  readonly vocabulary: readonly string[];
  /** In the models' names; a tower that was not trained may be missing. */
  readonly weights: Tensors;
  /** How it was trained: signal, seed, steps … */
  readonly training: Readonly<Record<string, unknown>>;
}

/** Write a model's folder: `config.json`, `vocab.txt`, `model.safetensors`, each whole or not at all.
 * @param floats "F16" halves the size. */
export async function writeModel(
  folder: string,
  { config, vocabulary, weights, training }: TwinModel,
  { floats = "F32" as "F32" | "F16" } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, "vocab.txt"), vocabulary.map((token) => `${token}\n`).join(""));
  const json = { model_type: "brivl", brivl: config, training };
  await writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(json, null, 2)}\n`);
  const pieces = encodeSafetensors(weights as FloatTensors, { floats });
  await writeFileAtomic(join(folder, "model.safetensors"), pieces);
}

/** Read what {@link writeModel} wrote.
 * @throws EncodingError "file" or "format". */
export async function readModel(folder: string): Promise<TwinModel> {
  const json = readJson(await textOf(folder, "config.json"), folder);
  const vocabulary = (await textOf(folder, "vocab.txt")).replace(/\r?\n$/, "").split(/\r?\n/);
  const { tensors } = parseSafetensors(await readBytes(join(folder, "model.safetensors")));
  return { config: json.brivl, vocabulary, weights: tensorsOf(tensors), training: json.training };
}

async function textOf(folder: string, name: string): Promise<string> {
  return decodeText(name, await readBytes(join(folder, name)));
}

function readJson(text: string, folder: string): { brivl: BrivlConfig; training: Record<string, unknown> } {
  try {
    const json = JSON.parse(text);
    if (json.model_type === "brivl") return json;
  } catch {}
  throw new EncodingError("format", `readModel: ${folder}/config.json does not describe a brivl model.`, {
    folder,
  });
}

/** Arrays of a file as tensors of a graph; all must be floats. */
export function tensorsOf(arrays: Readonly<Record<string, NdArray>>): Tensors {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]): [string, Tensor] => {
      if (data instanceof Float32Array) return [name, { type: "float32", shape, data: own(data) }];
      if (data instanceof Float64Array) return [name, { type: "float64", shape, data: own(data) }];
      throw new EncodingError("format", `safetensors: ${name} must hold floats.`);
    }),
  );
}

/** The same numbers in memory that no other array shares. */
function own<T extends Float32Array | Float64Array>(data: T): T {
  return (data.buffer.byteLength === data.byteLength ? data : data.slice()) as T;
}
