import { access } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import { decodeText, openSafetensors, readBytes, type SafetensorsFile } from "../io/index.ts";
import { poolFirst } from "./block.ts";
import { buildTower } from "./build-tower.ts";
import { matchWeights } from "./match-weights.ts";
import { interpolatePositions } from "./positions.ts";
import { parseTowerConfig, type TowerKind } from "./tower-config.ts";
import type { VitConfig } from "./vit.ts";
import { collectWeights, type MadeWeights, type WeightTensors } from "./weights.ts";

/** Options of {@link readTowerFolder}. */
export interface ReadTowerOptions {
  /** Type of the weights, default float32. */
  readonly type?: "float32" | "float64";
  /** Put before the name of every weight, such as "image.". */
  readonly prefix?: string;
  /** Height and width of the pictures, if not those that a ViT was made for: its position embeddings are then interpolated. */
  readonly size?: readonly [height: number, width: number];
  /** Whether the weights of the pooler are wanted too. */
  readonly pooler?: boolean;
}

/** A tower that was read. */
export type ReadTower = TowerKind & {
  readonly weights: WeightTensors;
  /** Tensors of the file that are no part of the tower: heads, buffers, the pooler. */
  readonly ignored: readonly string[];
};

/** Read a ViT or BERT from a folder in Hugging Face's layout: `config.json` with `model.safetensors`, or its shards and their index.
 * 16-bit weights become float32.
 * @throws EncodingError "file" if a file is not there; "format" naming every tensor that is missing, unknown or of another shape;
 * "option" if `size` is given for a text model. */
export async function readTowerFolder(folder: string, options: ReadTowerOptions = {}): Promise<ReadTower> {
  const { type = "float32", prefix = "", size, pooler = false } = options;
  const path = join(folder, "config.json");
  const given = parseTowerConfig(decodeText("config.json", await readBytes(path)), path);
  if (size && given.kind !== "vit")
    throw new EncodingError(
      "option",
      "readTowerFolder: size is for pictures; the folder holds a text model.",
    );
  const tower: TowerKind =
    size && given.kind === "vit" ? { kind: "vit", config: { ...given.config, size } } : given;
  const made = wantedWeights(tower, type, pooler);
  const file = await openWeights(folder);
  try {
    const free = size ? [positionName] : [];
    const { places, ignored } = matchWeights(made, file.tensors, { from: folder, free });
    const weights: Record<string, WeightTensors[string]> = {};
    for (const [name, place] of places) weights[prefix + name] = await readWeight(file, place, type);
    const positions = weights[prefix + positionName];
    if (size && positions && tower.kind === "vit")
      weights[prefix + positionName] = fitPositions(positions, given.config as VitConfig, tower.config);
    return { ...tower, weights, ignored };
  } finally {
    await file.close();
  }
}

const positionName = "embeddings.position_embeddings";

/** The weights that a tower asks for. */
function wantedWeights(tower: TowerKind, type: "float32" | "float64", pooler: boolean): MadeWeights {
  const { weights, made } = collectWeights(type);
  const { last } = buildTower(tower, weights, { type });
  if (pooler) poolFirst(last, weights);
  return made;
}

/** The weights of a folder: one file, or shards. */
export async function openWeights(folder: string): Promise<SafetensorsFile> {
  const names = ["model.safetensors", "model.safetensors.index.json"] as const;
  for (const name of names) {
    const path = join(folder, name);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return openSafetensors(path);
  }
  throw new EncodingError(
    "file",
    `readTowerFolder: ${folder} has neither ${names.join(" nor ")}. Weights in pytorch_model.bin can be converted with save_pretrained(folder, safe_serialization=True) of transformers.`,
    { path: folder },
  );
}

/** One weight of a file. */
export async function readWeight(
  file: SafetensorsFile,
  place: string,
  type: "float32" | "float64",
): Promise<WeightTensors[string]> {
  const { shape, data } = await file.read(place);
  const wanted = type === "float32" ? Float32Array : Float64Array;
  return { type, shape, data: data instanceof wanted ? data : wanted.from(data) };
}

function fitPositions(
  positions: WeightTensors[string],
  old: VitConfig,
  now: VitConfig,
): WeightTensors[string] {
  const grid = ({ size, patch }: VitConfig) => [size[0] / patch, size[1] / patch] as const;
  const [from, to] = [grid(old), grid(now)];
  const wanted = [1, 1 + from[0] * from[1], old.width];
  if (positions.shape.join() !== wanted.join())
    throw new EncodingError(
      "format",
      `readTowerFolder: "${positionName}" is [${positions.shape.join(", ")}]; the configuration asks for [${wanted.join(", ")}].`,
    );
  if (from.join() === to.join()) return positions;
  const data = interpolatePositions(positions.data, now.width, { from, to });
  return { ...positions, shape: [1, 1 + to[0] * to[1], now.width], data };
}
