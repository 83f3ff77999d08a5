import { EncodingError } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import { type BertConfig, bert } from "./bert.ts";
import { projectFirst, projectMean, type TextPooling, type TowerOutput } from "./block.ts";
import { type VitConfig, vit } from "./vit.ts";
import { type MadeWeights, type Weights, weightsWithin } from "./weights.ts";

/** Sizes of a two-tower model. */
export interface BrivlConfig {
  readonly image: VitConfig;
  readonly text: BertConfig;
  /** Tokens of a text after padding or truncation. */
  readonly tokens: number;
  /** Width of the shared space. */
  readonly project: number;
  /** What of a text is projected to the shared space: its [CLS] as in the paper, the default, or the mean of its real tokens. */
  readonly pooling?: TextPooling;
  /** The first blocks of both towers that are not trained, with the embeddings below them; 0 trains all. */
  readonly frozen: number;
}

/** Configurations by name.
 *
 * `brivl-base`: the paper's sizes (ViT-B/16 at 384 px, BERT-base uncased, at most 80 tokens, projection to 256, blocks 0–5 of both towers
 * frozen); that the embeddings are frozen with them is our reading. `brivl-tiny`: 64 px at patch 8, 32 tokens, 4 layers of width 96, all
 * trained; about 1.0 million weights, 2 MB as float16.
 * @source arXiv 2208.08263 and its released code. */
export const brivlConfigs = {
  "brivl-base": {
    image: { ...blocks(12, 768, 12), size: [384, 384], patch: 16, channels: 3 },
    text: { ...blocks(12, 768, 12), vocabulary: 30_522, positions: 512, types: 2 },
    tokens: 80,
    project: 256,
    frozen: 6,
  },
  "brivl-tiny": {
    image: { ...blocks(4, 96, 3), size: [64, 64], patch: 8, channels: 3 },
    text: { ...blocks(4, 96, 3), vocabulary: 1024, positions: 32, types: 1 },
    tokens: 32,
    project: 96,
    frozen: 0,
  },
} as const satisfies Readonly<Record<string, BrivlConfig>>;

/** What a tower of {@link brivl} gives: hidden states, and the [CLS] of `last` projected to length 1, (batch, project). */
export interface ProjectedTower extends TowerOutput {
  readonly embedding: Value;
}

/** The image tower: ViT, its [CLS] projected to the shared space and L2-normalised.
 * @param images (batch, channels, height, width). @param weights asked for as `image.…`, the projection as `image.projection`. */
export function imageTower(images: Value, weights: Weights, { image, project }: BrivlConfig): ProjectedTower {
  const inside = weightsWithin(weights, "image.");
  return projectTower(vit(images, inside, image), inside, project);
}

/** The text tower: BERT, its [CLS] projected to the shared space and L2-normalised.
 * @param tokens int64 (batch, length). @param mask (batch, length), 1 for real tokens. @param weights asked for as `text.…`. */
export function textTower(
  tokens: Value,
  mask: Value,
  weights: Weights,
  { text, project, pooling }: BrivlConfig,
): ProjectedTower {
  const inside = weightsWithin(weights, "text.");
  const tower = bert(tokens, mask, inside, text);
  return pooling === "mean"
    ? { ...tower, embedding: projectMean(tower.last, mask, inside, project) }
    : projectTower(tower, inside, project);
}

/** Both towers on a batch of pairs. */
export function brivl(
  { images, tokens, mask }: { readonly images: Value; readonly tokens: Value; readonly mask: Value },
  weights: Weights,
  config: BrivlConfig,
): { readonly image: ProjectedTower; readonly text: ProjectedTower } {
  return {
    image: imageTower(images, weights, config),
    text: textTower(tokens, mask, weights, config),
  };
}

/** Whether a weight of a two-tower model stays as it is in training.
 * @param name in the names of {@link brivl}, such as `text.encoder.layer.5.output.dense.weight`, after any prefix. */
export function isFrozen(name: string, { frozen }: Pick<BrivlConfig, "frozen">): boolean {
  if (frozen === 0) return false;
  const layer = /(?:^|\.)(?:image|text)\.encoder\.layer\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? /(?:^|\.)(?:image|text)\.embeddings\./.test(name) : Number(layer) < frozen;
}

/** The weights that are trained, in the order they were made.
 * @param made weights that the towers asked for.
 * @throws EncodingError "option" if more blocks are frozen than a tower has. */
export function trainableWeights(made: MadeWeights, config: BrivlConfig): Value[] {
  const { frozen, image, text } = config;
  const most = Math.min(image.layers, text.layers);
  if (!Number.isInteger(frozen) || frozen < 0 || frozen > most)
    throw new EncodingError(
      "option",
      `trainableWeights: frozen must be a whole number of blocks in [0, ${most}]; got ${frozen}.`,
    );
  return Array.from(made).flatMap(([name, value]) => (isFrozen(name, config) ? [] : [value]));
}

function projectTower(tower: TowerOutput, weights: Weights, project: number): ProjectedTower {
  return { ...tower, embedding: projectFirst(tower.last, weights, project) };
}

function blocks(layers: number, width: number, heads: number) {
  return { layers, width, heads, inner: 4 * width, epsilon: 1e-12 };
}
