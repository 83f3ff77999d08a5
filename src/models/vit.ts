import { EncodingError } from "../core/index.ts";
import { add, linear, pad, patchify, reshape, type Value } from "../graph/index.ts";
import {
  type BlockConfig,
  checkBlocks,
  feedForward,
  normLayer,
  selfAttention,
  type TowerOutput,
} from "./block.ts";
import type { Weights } from "./weights.ts";

/** Sizes of a vision transformer. */
export interface VitConfig extends BlockConfig {
  /** Height and width of a picture in pixels, whole patches each. */
  readonly size: readonly [height: number, width: number];
  /** Edge of a patch in pixels. */
  readonly patch: number;
  /** Colours. */
  readonly channels: number;
}

/** Vision transformer, exact to Hugging Face's `ViTModel` (pre-norm, exact GELU, learned positions, [CLS] first), without dropout.
 * @param images (batch, channels, height, width), normalised as the model wants. The batch may be open ("batch").
 * @param weights asked for by Hugging Face's names: `embeddings.cls_token`, `encoder.layer.0.attention.attention.query.weight` …
 * @returns hidden states (batch, 1 + patches, width) of every block, not normed; `last` is after the final norm.
 * @throws EncodingError "option" for impossible sizes, "shape" if the pictures have another size.
 * @source Dosovitskiy 2021; definition as in transformers 4. */
export function vit(images: Value, weights: Weights, config: VitConfig): TowerOutput {
  checkPictures(images, config);
  const layers = [embed(images, weights, config)];
  for (let i = 0; i < config.layers; i++)
    layers.push(block(layers[i] as Value, weights, `encoder.layer.${i}`, config));
  return { layers, last: normLayer(layers.at(-1) as Value, weights, "layernorm", config.epsilon) };
}

/** Tokens of a picture: patches and [CLS]. */
export function vitTokens({ size, patch }: VitConfig): number {
  return 1 + (size[0] / patch) * (size[1] / patch);
}

/** Patches through a dense layer (the kernel of the convolution, flattened), [CLS] before them, positions added. The row of [CLS] is
 * zeros that `cls_token` is added to together with the positions, so that the batch may be open. */
function embed(images: Value, weights: Weights, config: VitConfig): Value {
  const { width, patch, channels } = config;
  const at = "embeddings.patch_embeddings.projection";
  const kernel = weights(`${at}.weight`, [width, channels, patch, patch]);
  const cells = linear(
    patchify(images, patch),
    reshape(kernel, [width, channels * patch * patch]),
    weights(`${at}.bias`, [width]),
  );
  const tokens = vitTokens(config);
  const start = pad(weights("embeddings.cls_token", [1, 1, width]), 1, 0, tokens - 1);
  const positions = add(weights("embeddings.position_embeddings", [1, tokens, width]), start);
  return add(pad(cells, 1, 1, 0), positions);
}

function block(x: Value, weights: Weights, at: string, { heads, inner, epsilon }: VitConfig): Value {
  const before = normLayer(x, weights, `${at}.layernorm_before`, epsilon);
  const mixed = add(selfAttention(before, weights, { at, inside: "attention", heads }), x);
  const after = normLayer(mixed, weights, `${at}.layernorm_after`, epsilon);
  return add(feedForward(after, weights, at, inner), mixed);
}

function checkPictures(images: Value, config: VitConfig): void {
  checkBlocks("vit", config);
  const { size, patch, channels } = config;
  if (!Number.isInteger(patch) || patch < 1 || size.some((edge) => !(edge > 0) || edge % patch !== 0))
    throw new EncodingError(
      "option",
      `vit: the size must be whole patches; got ${size.join(" × ")} at patch ${patch}.`,
    );
  const wanted = [channels, ...size];
  if (images.shape.length !== 4 || wanted.some((edge, i) => images.shape[i + 1] !== edge))
    throw new EncodingError(
      "shape",
      `vit: pictures must be [batch, ${wanted.join(", ")}]; got [${images.shape.join(", ")}]. Resize them, or read the model with its position embeddings interpolated.`,
    );
}
