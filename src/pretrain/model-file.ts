import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import type { Tensor } from "../graph/index.ts";
import { decodeText, type NdArray, readBytes, writeFileAtomic } from "../io/index.ts";
import { type BrivlConfig, readBrivlFolder, type WeightTensors, writeBrivlFolder } from "../models/index.ts";

/** A two-tower model with all that is needed to use it. */
export interface TwinModel {
  readonly config: BrivlConfig;
  /** WordPiece vocabulary, in the order of the tokens' numbers. */
  readonly vocabulary: readonly string[];
  /** In the models' names; a tower that was not trained may be missing. */
  readonly weights: WeightTensors;
  /** How it was trained: signal, seed, steps … */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Write a model's folder: `config.json`, `model.safetensors` and `vocab.txt`, each whole or not at all.
 * With `floats` "F16" the files are half as large. */
export async function writeTwin(
  folder: string,
  { config, vocabulary, weights, metadata }: TwinModel,
  { floats = "F32" as "F32" | "F16" } = {},
): Promise<void> {
  const towers = (["image", "text"] as const).filter((tower) => `${tower}.projection.bias` in weights);
  await writeFileAtomic(join(folder, "vocab.txt"), vocabulary.map((token) => `${token}\n`).join(""));
  await writeBrivlFolder(folder, { config, weights }, { towers, floats, metadata });
}

/** Read what {@link writeTwin} wrote.
 * @throws EncodingError "file" or "format". */
export async function readTwin(folder: string): Promise<TwinModel> {
  const { config, weights, metadata } = await readBrivlFolder(folder);
  const text = decodeText("vocab.txt", await readBytes(join(folder, "vocab.txt")));
  return { config, weights, metadata, vocabulary: text.replace(/\r?\n$/, "").split(/\r?\n/) };
}

/** Arrays of a file as tensors of a graph; all must be floats. */
export function tensorsOf(arrays: Readonly<Record<string, NdArray>>): WeightTensors {
  return Object.fromEntries(
    Object.entries(arrays).map(
      ([name, { shape, data }]): [string, Tensor & { data: Float32Array | Float64Array }] => {
        if (data instanceof Float32Array) return [name, { type: "float32", shape, data: own(data) }];
        if (data instanceof Float64Array) return [name, { type: "float64", shape, data: own(data) }];
        throw new EncodingError("format", `safetensors: ${name} must hold floats.`);
      },
    ),
  );
}

/** The same numbers in memory that no other array shares. */
function own<T extends Float32Array | Float64Array>(data: T): T {
  return (data.buffer.byteLength === data.byteLength ? data : data.slice()) as T;
}
