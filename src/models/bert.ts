import { EncodingError } from "../core/index.ts";
import { add, cast, gather, mul, reshape, type Size, slice, sub, type Value } from "../graph/index.ts";
import {
  type BlockConfig,
  checkBlocks,
  feedForward,
  normLayer,
  selfAttention,
  type TowerOutput,
} from "./block.ts";
import type { Weights } from "./weights.ts";

/** Sizes of a text transformer. */
export interface BertConfig extends BlockConfig {
  /** Rows of the word embedding. */
  readonly vocabulary: number;
  /** Longest text in tokens. */
  readonly positions: number;
  /** Kinds of tokens (first and second sentence). */
  readonly types: number;
}

/** Text transformer, exact to Hugging Face's `BertModel` (post-norm, exact GELU, learned positions), without dropout.
 * Padding (mask 0) has no influence on real tokens; hidden states at padding mean nothing.
 * @param tokens int64 (batch, length), length ≤ `positions`; the batch may be open ("batch").
 * @param mask (batch, length), 1 for real tokens and 0 for padding, of any number type.
 * @param weights asked for by Hugging Face's names: `embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight` …
 * @param types int64 (batch, length), the kind of each token; all 0 if not given.
 * @returns hidden states (batch, length, width) of every block; `last` is that of the last.
 * @throws EncodingError "option" for impossible sizes, "shape" if texts are too long or mask and tokens differ.
 * @source Devlin 2019; definition as in transformers 4. */
export function bert(
  tokens: Value,
  mask: Value,
  weights: Weights,
  config: BertConfig,
  types?: Value,
): TowerOutput {
  checkTexts(tokens, mask, config);
  const embedded = embed(tokens, weights, config, types);
  const [batch, length] = tokens.shape as [Size, number];
  const bias = reshape(mul(sub(1, cast(mask, embedded.type)), lowest), [batch, 1, 1, length]);
  const layers = [embedded];
  for (let i = 0; i < config.layers; i++)
    layers.push(block(layers[i] as Value, bias, weights, `encoder.layer.${i}`, config));
  return { layers, last: layers.at(-1) as Value };
}

/** Lowest finite float32: after softmax, padding gets exactly 0. */
const lowest = -3.4028234663852886e38;

function embed(tokens: Value, weights: Weights, config: BertConfig, types: Value | undefined): Value {
  const { width, vocabulary, positions, epsilon } = config;
  const table = (name: string, rows: number) =>
    weights(`embeddings.${name}_embeddings.weight`, [rows, width]);
  const words = gather(table("word", vocabulary), tokens);
  const places = slice(table("position", positions), 0, 0, tokens.shape[1] as number); // (length, width)
  const kinds = table("token_type", config.types);
  const kind = types === undefined ? slice(kinds, 0, 0, 1) : gather(kinds, types);
  return normLayer(add(add(words, kind), places), weights, "embeddings.LayerNorm", epsilon);
}

function block(
  x: Value,
  bias: Value,
  weights: Weights,
  at: string,
  { heads, inner, epsilon }: BertConfig,
): Value {
  const mixed = add(selfAttention(x, weights, { at, inside: "self", heads, bias }), x);
  const middle = normLayer(mixed, weights, `${at}.attention.output.LayerNorm`, epsilon);
  return normLayer(
    add(feedForward(middle, weights, at, inner), middle),
    weights,
    `${at}.output.LayerNorm`,
    epsilon,
  );
}

function checkTexts(tokens: Value, mask: Value, config: BertConfig): void {
  checkBlocks("bert", config);
  const [batch, length] = tokens.shape;
  if (tokens.shape.length !== 2 || typeof length !== "number" || length > config.positions)
    throw new EncodingError(
      "shape",
      `bert: tokens must be [batch, length] with length ≤ ${config.positions}; got [${tokens.shape.join(", ")}]. Truncate the texts.`,
    );
  if (mask.shape.length !== 2 || mask.shape[0] !== batch || mask.shape[1] !== length)
    throw new EncodingError(
      "shape",
      `bert: tokens and mask must have the same shape; got [${tokens.shape.join(", ")}] and [${mask.shape.join(", ")}].`,
    );
}
