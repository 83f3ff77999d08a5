import { EncodingError } from "../core/index.ts";
import type { BertConfig } from "./bert.ts";
import type { VitConfig } from "./vit.ts";

/** A tower and its sizes. */
export type TowerKind =
  | { readonly kind: "vit"; readonly config: VitConfig }
  | { readonly kind: "bert"; readonly config: BertConfig };

/** The values that a definition of Hugging Face has more than one choice for, and the only one that our towers have. */
const onlyChoice = {
  hidden_act: "gelu",
  qkv_bias: true,
  position_embedding_type: "absolute",
  is_decoder: false,
  add_cross_attention: false,
} as const;

/** Read what a Hugging Face `config.json` says of a ViT or BERT. What is left out has Hugging Face's default.
 * @throws EncodingError "format" if it is no such model, or a variant that our towers do not have. */
export function parseTowerConfig(text: string, from = "config.json"): TowerKind {
  const json = parseObject(text, from);
  const kind = json.model_type;
  if (kind !== "vit" && kind !== "bert")
    throw new EncodingError(
      "format",
      `parseTowerConfig: ${from}: model_type must be "vit" or "bert"; got ${JSON.stringify(kind)}. Export other models to ONNX: any ONNX file can be tapped.`,
    );
  for (const [name, only] of Object.entries(onlyChoice))
    if (Object.hasOwn(json, name) && json[name] !== only)
      throw new EncodingError(
        "format",
        `parseTowerConfig: ${from}: ${name} must be ${JSON.stringify(only)}; got ${JSON.stringify(json[name])}. Export the model to ONNX: any ONNX file can be tapped.`,
      );
  const number = (name: string, standard: number) => readNumber(json[name] ?? standard, name, from);
  const blocks = {
    layers: number("num_hidden_layers", 12),
    width: number("hidden_size", 768),
    heads: number("num_attention_heads", 12),
    inner: number("intermediate_size", 3072),
    epsilon: number("layer_norm_eps", 1e-12),
  };
  if (kind === "bert") {
    const vocabulary = number("vocab_size", 30_522);
    const positions = number("max_position_embeddings", 512);
    return { kind, config: { ...blocks, vocabulary, positions, types: number("type_vocab_size", 2) } };
  }
  const edges = json.image_size ?? 224;
  const [height, width] = Array.isArray(edges) ? edges : [edges, edges];
  const size = [readNumber(height, "image_size", from), readNumber(width, "image_size", from)] as const;
  return {
    kind,
    config: { ...blocks, size, patch: number("patch_size", 16), channels: number("num_channels", 3) },
  };
}

/** JSON text that must be an object. @throws EncodingError "format". */
export function parseObject(text: string, from: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncodingError("format", `${from} is no JSON text.`, {}, cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new EncodingError("format", `${from} must be a JSON object.`);
  return json as Readonly<Record<string, unknown>>;
}

function readNumber(value: unknown, name: string, from: string): number {
  if (typeof value !== "number" || !(value > 0))
    throw new EncodingError(
      "format",
      `parseTowerConfig: ${from}: ${name} must be a number > 0; got ${JSON.stringify(value) ?? "nothing"}.`,
    );
  return value;
}
