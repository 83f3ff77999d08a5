import { join } from "node:path";
import { z } from "zod";
import { EncodingError } from "../core/index.ts";
import { decodeText, readBytes, writeFileAtomic, writeSafetensors } from "../io/index.ts";
import type { BrivlConfig } from "./brivl.ts";
import { buildTower, towerOf } from "./build-tower.ts";
import { typeOf } from "./export-tower.ts";
import { matchWeights } from "./match-weights.ts";
import { parseObject } from "./tower-config.ts";
import { openWeights, readWeight } from "./tower-folder.ts";
import { collectWeights, type MadeWeights, type WeightTensors } from "./weights.ts";

/** A two-tower model that was read; a unimodal twin has one tower only. */
export interface ReadBrivl {
  readonly config: BrivlConfig;
  readonly towers: readonly ("image" | "text")[];
  readonly weights: WeightTensors;
  /** Texts that the writer added: seed, steps, signal … */
  readonly metadata: Readonly<Record<string, string>>;
}

const whole = z.int().min(1);
const blocks = { layers: whole, width: whole, heads: whole, inner: whole, epsilon: z.number().positive() };
const schema = z.object({
  model_type: z.literal("brivl"),
  towers: z.array(z.enum(["image", "text"])).min(1),
  image: z.object({ ...blocks, size: z.tuple([whole, whole]), patch: whole, channels: whole }),
  text: z.object({ ...blocks, vocabulary: whole, positions: whole, types: whole }),
  tokens: whole,
  project: whole,
  pooling: z.enum(["cls", "mean"]).exactOptional(),
  frozen: z.int().min(0),
});

/** Write a two-tower model, or one of its towers, as a folder: `config.json` and `model.safetensors` with the names `image.…` and
 * `text.…`. The same model gives the same bytes.
 * @param weights by name; what is no part of the towers (momentum copies, heads) is left out.
 * @param options.towers which towers, default both. @param options.floats kind of the stored numbers, default as they are.
 * @throws EncodingError "option" if a weight is missing, "file". */
export async function writeBrivlFolder(
  folder: string,
  { config, weights }: { readonly config: BrivlConfig; readonly weights: WeightTensors },
  options: {
    readonly towers?: readonly ("image" | "text")[];
    readonly floats?: "F32" | "F16" | "BF16";
    readonly metadata?: Readonly<Record<string, string>>;
  } = {},
): Promise<void> {
  const { towers = ["image", "text"], ...storing } = options;
  const names = [...wantedWeights(config, towers, typeOf(weights)).keys()];
  const missing = names.filter((name) => !Object.hasOwn(weights, name));
  if (missing.length > 0)
    throw new EncodingError(
      "option",
      `writeBrivlFolder: ${missing.length} of ${names.length} weights are missing, the first: "${missing[0]}".`,
      { missing },
    );
  const kept = Object.fromEntries(names.map((name) => [name, weights[name] as WeightTensors[string]]));
  await writeSafetensors(join(folder, "model.safetensors"), kept, storing);
  const { image, text, tokens, project, pooling, frozen } = config;
  const json = {
    model_type: "brivl",
    towers,
    image,
    text,
    tokens,
    project,
    ...(pooling && { pooling }),
    frozen,
  };
  await writeFileAtomic(join(folder, "config.json"), `${JSON.stringify(json, null, 2)}\n`);
}

/** Read a folder of {@link writeBrivlFolder}.
 * `towers`: whose weights to read, default all that the folder has.
 * @throws EncodingError "file"; "format" naming what is wrong in the configuration, or every tensor that is missing or misshapen. */
export async function readBrivlFolder(
  folder: string,
  {
    type = "float32",
    towers: asked,
  }: { readonly type?: "float32" | "float64"; readonly towers?: readonly ("image" | "text")[] } = {},
): Promise<ReadBrivl> {
  const { config, towers: all } = await readBrivlConfig(folder);
  const towers = all.filter((tower) => asked?.includes(tower) ?? true);
  const file = await openWeights(folder);
  try {
    const { places } = matchWeights(wantedWeights(config, all, type), file.tensors, { from: folder });
    const weights: Record<string, WeightTensors[string]> = {};
    for (const [name, place] of places)
      if (towers.some((tower) => name.startsWith(`${tower}.`)))
        weights[name] = await readWeight(file, place, type);
    return { config, towers, weights, metadata: file.metadata };
  } finally {
    await file.close();
  }
}

/** What a folder of {@link writeBrivlFolder} holds, without its weights.
 * @throws EncodingError "file"; "format" naming what is wrong in the configuration. */
export async function readBrivlConfig(folder: string): Promise<Pick<ReadBrivl, "config" | "towers">> {
  const path = join(folder, "config.json");
  const json = parseObject(decodeText("config.json", await readBytes(path)), path);
  const { data, error } = schema.safeParse(json);
  if (data === undefined) {
    const issue = error?.issues[0];
    throw new EncodingError(
      "format",
      `readBrivlFolder: ${path}: ${issue?.path.join(".")}: ${issue?.message}.`,
    );
  }
  const { towers, model_type: _, ...config } = data;
  return { config, towers };
}

function wantedWeights(
  config: BrivlConfig,
  towers: readonly ("image" | "text")[],
  type: "float32" | "float64",
): MadeWeights {
  const { weights, made } = collectWeights(type);
  for (const tower of towers) buildTower(towerOf(config, tower), weights, { type });
  return made;
}
