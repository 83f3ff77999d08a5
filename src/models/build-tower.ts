import { input, type Value } from "../graph/index.ts";
import { bert } from "./bert.ts";
import { projectFirst, projectMean, type TextPooling, type TowerOutput } from "./block.ts";
import type { BrivlConfig } from "./brivl.ts";
import type { TowerKind } from "./tower-config.ts";
import { vit } from "./vit.ts";
import { type Weights, weightsWithin } from "./weights.ts";

/** A tower as a model of its own: what it is, how its weights are called, and whether it ends in a shared space. */
export type TowerModel = TowerKind & {
  /** Before the names of its weights, such as "image."; default none. */
  readonly prefix?: string;
  /** Tokens of a text; default: the most that the model takes. */
  readonly length?: number;
  /** Width of the shared space that `projection.weight` leads to; default: no projection. */
  readonly project?: number;
  /** What of a text is projected; default "cls". */
  readonly pooling?: TextPooling;
};

/** A tower on inputs of its own. */
export interface BuiltTower extends TowerOutput {
  /** Projected [CLS] (or mean, as the model says) of length 1, (batch, project), where the tower has a projection. */
  readonly embedding: Value | null;
  /** `images`, or `tokens` and `mask`. */
  readonly inputs: Readonly<Record<string, Value>>;
}

/** One of the towers of a two-tower model, as a model of its own. */
export function towerOf(
  { image, text, tokens, project, pooling = "cls" }: BrivlConfig,
  which: "image" | "text",
): TowerModel {
  return which === "image"
    ? { kind: "vit", config: image, prefix: "image.", project }
    : { kind: "bert", config: text, prefix: "text.", length: tokens, project, pooling };
}

/** Build a tower on inputs: `images` (batch, channels, height, width) for a ViT; int64 `tokens` and `mask`, both (batch, length), for BERT.
 * @param options.type of weights, images and mask. @param options.batch a number, or a name that leaves it open (default "batch"). */
export function buildTower(
  model: TowerModel,
  weights: Weights,
  options: { readonly type: "float32" | "float64"; readonly batch?: number | string },
): BuiltTower {
  const { type, batch = "batch" } = options;
  const inside = weightsWithin(weights, model.prefix ?? "");
  const inputs: Record<string, Value> = {};
  let tower: TowerOutput;
  if (model.kind === "vit") {
    inputs.images = input("images", type, [batch, model.config.channels, ...model.config.size]);
    tower = vit(inputs.images, inside, model.config);
  } else {
    const shape = [batch, model.length ?? model.config.positions];
    inputs.tokens = input("tokens", "int64", shape);
    inputs.mask = input("mask", type, shape);
    tower = bert(inputs.tokens, inputs.mask, inside, model.config);
  }
  return {
    ...tower,
    inputs,
    embedding: model.project ? projectTower(tower.last, inside, model, inputs.mask) : null,
  };
}

function projectTower(
  last: Value,
  weights: Weights,
  { project = 0, pooling }: TowerModel,
  mask?: Value,
): Value {
  return mask && pooling === "mean"
    ? projectMean(last, mask, weights, project)
    : projectFirst(last, weights, project);
}
