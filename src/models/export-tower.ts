import { EncodingError } from "../core/index.ts";
import {
  compileGraph,
  div,
  encodeGraph,
  matmul,
  maximum,
  mean,
  reshape,
  type Size,
  slice,
  sum,
  type Value,
} from "../graph/index.ts";
import { firstToken } from "./block.ts";
import { type BuiltTower, buildTower, type TowerModel } from "./build-tower.ts";
import { collectWeights, type WeightTensors } from "./weights.ts";

/** What an exported tower can give of each layer i: `hidden.i` (batch, tokens, width), `cls.i` the first token, `mean.i` the average over
 * the patches without [CLS], or over the real tokens of a text with [CLS] and [SEP] (a text without tokens gives zeros); and `last`, the
 * hidden states after the final norm. */
export type TowerOutputName = "hidden" | "cls" | "mean" | "last";

/** Options of {@link exportTower}. */
export interface ExportTowerOptions {
  /** What the file gives, default `cls`, `hidden` and `last`. */
  readonly outputs?: readonly TowerOutputName[];
  /** Name of the graph, written into the file. */
  readonly name?: string;
}

/** A tower with its weights as a plain ONNX file, with an open batch ("batch").
 *
 * Inputs: `images`, or `tokens` (int64) and `mask`. Outputs: `cls.0` … and `hidden.0` … of every layer (0: embeddings), `last` (hidden states
 * after the final norm), and `embedding` where the tower has a projection. The same model gives the same bytes.
 * @param weights by full names; all of one type, which becomes that of images and mask. Others than the tower's are left out.
 * @throws EncodingError "option" if weights are missing, "shape" if one has another shape, "memory" if the file would exceed 2 GiB, the
 * most that ONNX allows in one file. */
export function exportTower(
  model: TowerModel,
  weights: WeightTensors,
  { outputs = ["cls", "hidden", "last"], name = "tower" }: ExportTowerOptions = {},
): Uint8Array {
  const type = typeOf(weights);
  const { weights: collected, made } = collectWeights(type);
  const tower = buildTower(model, collected, { type });
  checkComplete([...made.keys()], weights);
  const bound = Object.fromEntries(
    [...made.keys()].map((key) => [key, weights[key] as WeightTensors[string]]),
  );
  checkSize(bound);
  return encodeGraph(compileGraph(outputsOf(tower, outputs), { name, weights: bound }));
}

function outputsOf(tower: BuiltTower, wanted: readonly TowerOutputName[]): Record<string, Value> {
  const { last, embedding, layers, inputs } = tower;
  const found: [string, Value][] = wanted.flatMap((name) =>
    name === "last"
      ? [[name, last]]
      : layers.map((layer, i): [string, Value] => [`${name}.${i}`, ofLayer[name](layer, inputs.mask)]),
  );
  return { ...Object.fromEntries(found), ...(embedding && { embedding }) };
}

const ofLayer: Readonly<Record<Exclude<TowerOutputName, "last">, (layer: Value, mask?: Value) => Value>> = {
  hidden: (layer) => layer,
  cls: (layer) => firstToken(layer),
  mean: meanToken,
};

/** The average over the patches without [CLS], or over the real tokens of a text.
 * @param layer hidden states (batch, tokens, width). @param mask (batch, tokens) of a text; a text without tokens gives zeros.
 * @returns (batch, width). */
export function meanToken(layer: Value, mask?: Value): Value {
  const [batch, tokens, width] = layer.shape as [Size, number, number];
  if (mask === undefined) return mean(slice(layer, 1, 1, tokens), [1]);
  const total = reshape(matmul(reshape(mask, [batch, 1, tokens]), layer), [batch, width]);
  return div(total, maximum(sum(mask, [1], { keep: true }), 1));
}

/** Type of all weights. @throws EncodingError "option" if they are of several types, or none. */
export function typeOf(weights: WeightTensors): "float32" | "float64" {
  const types = new Set(Object.values(weights).map(({ type }) => type));
  const [type] = types;
  if (types.size !== 1 || (type !== "float32" && type !== "float64"))
    throw new EncodingError(
      "option",
      `exportTower: weights must be all float32 or all float64; got ${[...types].join(", ") || "none"}.`,
    );
  return type;
}

function checkComplete(wanted: readonly string[], weights: WeightTensors): void {
  const missing = wanted.filter((name) => !Object.hasOwn(weights, name));
  if (missing.length > 0)
    throw new EncodingError(
      "option",
      `exportTower: ${missing.length} of ${wanted.length} weights are missing, the first: "${missing[0]}". Is the prefix right?`,
      { missing },
    );
}

function checkSize(weights: WeightTensors): void {
  const bytes = Object.values(weights).reduce((all, { data }) => all + data.byteLength, 0);
  if (bytes > 2 ** 31 - 2 ** 20)
    throw new EncodingError(
      "memory",
      `exportTower: the weights have ${(bytes / 2 ** 30).toFixed(2)} GiB; one ONNX file holds 2 GiB. Export float32, or the towers one by one.`,
    );
}
