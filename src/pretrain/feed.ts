import { createRandom } from "../core/index.ts";
import type { Tensor, Tensors } from "../graph/index.ts";
import type { BrivlConfig } from "../models/index.ts";
import type { CaptionTokenizer } from "./caption-tokens.ts";
import type { Batch } from "./data/loader.ts";
import { maskWords } from "./data/mask-words.ts";
import type { Signal } from "./objectives/objective.ts";

/** Inputs of a step made from a batch.
 * @param number of the batch; with the seed it draws which words are hidden. */
export function feedBatch(
  batch: Batch,
  number: number,
  {
    signal,
    config,
    tokenizer,
    seed,
  }: {
    readonly signal: Signal;
    readonly config: BrivlConfig;
    readonly tokenizer: CaptionTokenizer;
    readonly seed: number;
  },
): Tensors {
  const feeds: Record<string, Tensor> = {};
  const count = batch.keys.length;
  const { size, channels } = config.image;
  const shape = [count, channels, ...size];
  for (const [k, name] of (["images", "views"] as const).entries())
    if (k < signal.views)
      feeds[name] = { type: "float32", shape, data: batch.views[k] as Float32Array<ArrayBuffer> };
  if (signal.responses)
    feeds.responses = {
      type: "float32",
      shape: [count, batch.responses.length / count],
      data: batch.responses,
    };
  if (signal.text === "none") return feeds;
  const { tokens: told, mask } = tokenizer.encodeBatch(batch.captions, config.tokens);
  const tokens = told.data;
  const texts = [count, config.tokens];
  feeds.mask = mask;
  if (signal.text === "captions") return { ...feeds, tokens: told };
  const random = createRandom(seed).stream(`hidden words of batch ${number}`);
  const seen = tokens.slice();
  const hidden = new Float32Array(tokens.length);
  for (let from = 0; from < tokens.length; from += config.tokens) {
    const masked = maskWords(tokens.subarray(from, from + config.tokens), tokenizer.masking, random);
    seen.set(masked.tokens, from);
    hidden.set(masked.weights, from);
  }
  return {
    ...feeds,
    tokens: { type: "int64", shape: texts, data: seen },
    labels: told,
    hidden: { type: "float32", shape: texts, data: hidden },
  };
}
