import { EncodingError } from "../core/index.ts";
import type { Tensors } from "../graph/session.ts";
import { preprocessPicture } from "../models/preprocess.ts";
import type { Picture } from "../stimuli/render.ts";
import { createTokenizer, type Tokenizer } from "../stimuli/tokenizers/tokenizer.ts";
import type { Brain } from "./brain.ts";
import type { Sense, SenseModel } from "./manifest-model.ts";

/** Runs one encoder file: ONNX Runtime in Node or in the page. */
export interface EncoderSession {
  /** Run the encoder on its inputs by name. */
  run(feeds: Tensors): Promise<Tensors>;
}

/** Stimuli of one sense. */
export type Stimuli =
  | { readonly sense: "picture"; readonly pictures: readonly Picture[] }
  | { readonly sense: "sentence"; readonly sentences: readonly string[] };

/** Stimuli as an encoder sees them: the features that the weights are for. */
export interface Encoded {
  readonly sense: Sense;
  readonly count: number;
  /** (stimuli × features), row-major. */
  readonly features: Float32Array;
  /** How unlike the training stimuli each is; its percentile says what that means. */
  readonly distance: Float32Array;
  /** Sentences that were longer than the encoder reads, and were cut. */
  readonly truncated: readonly number[];
}

/** The feeds of an encoder for pictures, (batch, channels, height, width).
 * @throws EncodingError "shape" or "option" if a picture cannot be resized as the encoder wants. */
export function preparePictures({ encoder, picture }: SenseModel, pictures: readonly Picture[]): Tensors {
  if (picture === undefined || encoder.inputs.images === undefined)
    throw new EncodingError("option", "preparePictures: this encoder reads no pictures.");
  const made = pictures.map((one) => preprocessPicture(one, picture));
  const shape = made[0]?.shape ?? [3, 0, 0];
  const each = shape[0] * shape[1] * shape[2];
  const data = new Float32Array(made.length * each);
  made.forEach((one, k) => void data.set(one.data, k * each));
  return { [encoder.inputs.images]: { type: "float32", shape: [made.length, ...shape], data } };
}

/** The feeds of an encoder for sentences, both (batch, length).
 * @param tokenizer of the encoder, from {@link openTokenizer}.
 * @throws EncodingError "value" for a sentence without words. */
export function prepareSentences(
  { encoder, text }: SenseModel,
  tokenizer: Tokenizer,
  sentences: readonly string[],
): { readonly feeds: Tensors; readonly truncated: readonly number[] } {
  const { tokens: tokensName, mask: maskName } = encoder.inputs;
  if (text === undefined || tokensName === undefined || maskName === undefined)
    throw new EncodingError("option", "prepareSentences: this encoder reads no sentences.");
  const empty = sentences.findIndex((sentence) => sentence.trim() === "");
  if (empty >= 0)
    throw new EncodingError(
      "value",
      `prepareSentences: sentence ${empty + 1} of ${sentences.length} is empty.`,
    );
  const { tokens, mask, truncated } = tokenizer.encodeBatch(sentences.map(shorten), text.length);
  return { feeds: { [tokensName]: tokens, [maskName]: mask }, truncated };
}

/** A tokenizer reads no more than the first 20,000 letters: encoders have room for some hundred tokens. */
function shorten(sentence: string): string {
  return sentence.length > 20_000 ? sentence.slice(0, 20_000) : sentence;
}

/** The tokenizer of an encoder of sentences.
 * @throws EncodingError "option" if it reads none, "format" if the file is damaged. */
export async function openTokenizer(brain: Brain, { text }: SenseModel): Promise<Tokenizer> {
  if (text === undefined)
    throw new EncodingError("option", "openTokenizer: this encoder reads no sentences.");
  const source = new TextDecoder().decode(await brain.file(text.tokenizer));
  let tokenizer: Record<string, unknown>;
  try {
    tokenizer = JSON.parse(source) as Record<string, unknown>;
  } catch (cause) {
    throw new EncodingError("format", `openTokenizer: ${text.tokenizer} is no JSON text.`, {}, cause);
  }
  return createTokenizer({ tokenizer });
}

/** Stimuli through the encoder of a model, `batch` at a time (16 if left out).
 * @param session of `sense.encoder.file`.
 * @throws EncodingError "backend" with ONNX Runtime's own message. */
export async function encodeStimuli(
  sense: SenseModel,
  session: EncoderSession,
  stimuli: Stimuli,
  { tokenizer, batch = 16 }: { readonly tokenizer?: Tokenizer | undefined; readonly batch?: number } = {},
): Promise<Encoded> {
  const list = stimuli.sense === "picture" ? stimuli.pictures : stimuli.sentences;
  const width = sense.columns[1] - sense.columns[0] - 1;
  const features = new Float32Array(list.length * width);
  const distance = new Float32Array(list.length);
  const truncated: number[] = [];
  for (let from = 0; from < list.length; from += batch) {
    const part = list.slice(from, from + batch);
    const made = feedsOf(sense, stimuli.sense, part, tokenizer);
    truncated.push(...made.truncated.map((k) => k + from));
    const out = await session.run(made.feeds);
    features.set(floats(out, sense.encoder.outputs.features, part.length * width), from * width);
    distance.set(floats(out, sense.encoder.outputs.distance, part.length), from);
  }
  return { sense: stimuli.sense, count: list.length, features, distance, truncated };
}

function feedsOf(
  sense: SenseModel,
  kind: Sense,
  part: readonly (Picture | string)[],
  tokenizer: Tokenizer | undefined,
): { readonly feeds: Tensors; readonly truncated: readonly number[] } {
  if (kind === "picture") return { feeds: preparePictures(sense, part as readonly Picture[]), truncated: [] };
  if (tokenizer === undefined)
    throw new EncodingError("option", "encodeStimuli: sentences need the encoder's tokenizer.");
  return prepareSentences(sense, tokenizer, part as readonly string[]);
}

function floats(out: Tensors, name: string, count: number): Float32Array {
  const data = out[name]?.data;
  if (data instanceof Float32Array && data.length === count) return data;
  throw new EncodingError(
    "format",
    `encodeStimuli: the encoder must give ${count} float32 numbers as "${name}"; it gave ${data?.length ?? "none"}. Does the file belong to this manifest?`,
  );
}
