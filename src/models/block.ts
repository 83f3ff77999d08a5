import { EncodingError } from "../core/index.ts";
import {
  add,
  cast,
  div,
  gelu,
  l2Normalise,
  layerNorm,
  linear,
  matmul,
  mul,
  reshape,
  type Size,
  slice,
  softmax,
  sum,
  tanh,
  transpose,
  type Value,
} from "../graph/index.ts";
import type { Weights } from "./weights.ts";

/** Sizes that every transformer tower has. */
export interface BlockConfig {
  /** Blocks. */
  readonly layers: number;
  /** Width of a token. */
  readonly width: number;
  /** Heads of attention; they divide the width. */
  readonly heads: number;
  /** Width inside the feed-forward part (Hugging Face: intermediate_size); published models: 4 × width. */
  readonly inner: number;
  /** Added to the variance in normalisations. */
  readonly epsilon: number;
}

/** What a tower gives. */
export interface TowerOutput {
  /** Hidden states (batch, tokens, width): `layers[0]` the embeddings, `layers[i]` after the i-th block, as Hugging Face's `hidden_states`. */
  readonly layers: readonly Value[];
  /** Hidden states that the model ends with, (batch, tokens, width), as Hugging Face's `last_hidden_state`. */
  readonly last: Value;
}

/** x Wᵀ + b with the weights `name.weight` (out, in) and `name.bias`. */
export function denseLayer(x: Value, weights: Weights, name: string, out: number): Value {
  return linear(x, weights(`${name}.weight`, [out, widthOf(x)]), weights(`${name}.bias`, [out]));
}

/** Layer normalisation with the weights `name.weight` and `name.bias`. */
export function normLayer(x: Value, weights: Weights, name: string, epsilon: number): Value {
  const width = [widthOf(x)];
  return layerNorm(x, weights(`${name}.weight`, width), weights(`${name}.bias`, width), epsilon);
}

/** Multi-head self-attention, with its output projection.
 * @param x (batch, tokens, width). @param at name of the block. @param inside what the block calls the part with query, key and value.
 * @param bias added to the scores, broadcast to (batch, heads, tokens, tokens).
 * @source Vaswani 2017. */
export function selfAttention(
  x: Value,
  weights: Weights,
  { at, inside, heads, bias }: { at: string; inside: string; heads: number; bias?: Value },
): Value {
  const [batch, tokens, width] = x.shape as [Size, number, number];
  const parts = ["query", "key", "value"].map((part) => {
    const rows = denseLayer(x, weights, `${at}.attention.${inside}.${part}`, width);
    return transpose(reshape(rows, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]); // (batch, heads, tokens, width / heads)
  });
  const [query, key, value] = parts as [Value, Value, Value];
  const scores = mul(matmul(query, key, { transposeB: true }), 1 / Math.sqrt(width / heads));
  const mixed = matmul(softmax(bias ? add(scores, bias) : scores), value);
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
  return denseLayer(joined, weights, `${at}.attention.output.dense`, width);
}

/** The feed-forward part of a block: dense, GELU, dense. */
export function feedForward(x: Value, weights: Weights, at: string, inner: number): Value {
  const hidden = gelu(denseLayer(x, weights, `${at}.intermediate.dense`, inner));
  return denseLayer(hidden, weights, `${at}.output.dense`, widthOf(x));
}

/** The first token of each sample, [CLS]: (batch, tokens, width) → (batch, width). */
export function firstToken(x: Value): Value {
  const [batch, , width] = x.shape as [Size, number, number];
  return reshape(slice(x, 1, 0, 1), [batch, width]);
}

/** Hugging Face's `pooler_output`: tanh of a dense layer (`pooler.dense`) on the first token of `last`. @returns (batch, width). */
export function poolFirst(last: Value, weights: Weights): Value {
  return tanh(denseLayer(firstToken(last), weights, "pooler.dense", widthOf(last)));
}

/** The [CLS] of the last hidden states through `projection.weight` and `.bias`, of length 1: (batch, project). */
export function projectFirst(last: Value, weights: Weights, project: number): Value {
  return l2Normalise(denseLayer(firstToken(last), weights, "projection", project));
}

/** What of a text stands for it. */
export type TextPooling = "cls" | "mean";

/** The mean of the last hidden states of real tokens through `projection.weight` and `.bias`, of length 1: (batch, project).
 * @param mask (batch, tokens), 1 for real tokens, of any number type; each text has one at least. */
export function projectMean(last: Value, mask: Value, weights: Weights, project: number): Value {
  const [batch, tokens] = last.shape as [Size, number];
  const real = cast(mask, last.type);
  const sums = sum(mul(last, reshape(real, [batch, tokens, 1])), [1]);
  const means = div(sums, sum(real, [1], { keep: true }));
  return l2Normalise(denseLayer(means, weights, "projection", project));
}

/** Check the sizes of a tower.
 * @throws EncodingError "option" if a size is not a whole number ≥ 1, or the heads do not divide the width. */
export function checkBlocks(name: string, { layers, width, heads, inner }: BlockConfig): void {
  for (const [option, value] of Object.entries({ layers, width, heads, inner }))
    if (!Number.isInteger(value) || value < 1)
      throw new EncodingError("option", `${name}: ${option} must be a whole number ≥ 1; got ${value}.`);
  if (width % heads !== 0)
    throw new EncodingError(
      "option",
      `${name}: heads must divide width; got ${heads} heads × width ${width}.`,
    );
}

function widthOf(x: Value): number {
  return x.shape.at(-1) as number;
}
