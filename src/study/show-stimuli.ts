import { EncodingError, isEncodingError } from "../core/index.ts";
import type { OnnxTensorInfo, Tensors } from "../graph/index.ts";
import { makeTensor, type Preprocessing, preprocessPicture } from "../models/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import type { Stimulus } from "./list-stimuli.ts";

/** Sentences as a text network reads them: equally long rows of token numbers, and 1 for tokens, 0 for padding. */
export type Tokenise = (texts: readonly string[]) => {
  readonly length: number;
  /** (texts × length). */
  readonly ids: ArrayLike<number>;
  readonly mask: ArrayLike<number>;
};

/** A batch as the network is given it. */
export interface Shown {
  readonly feeds: Tensors;
  /** Padding of text; null for others. */
  readonly mask: ArrayLike<number> | null;
  /** Places in the batch that are shown. */
  readonly kept: readonly number[];
  /** Stimuli that could not be read, and why. */
  readonly broken: readonly { readonly name: string; readonly why: string }[];
}

/** Make pictures ready for a network: decoded, resized, cropped, scaled. All pictures must come out equally large.
 * @param skip leave broken pictures out instead of stopping.
 * @throws EncodingError "format" naming a broken file; "shape" if pictures differ in size. */
export async function showPictures(
  batch: readonly Stimulus[],
  { input, preprocessing, skip }: { input: OnnxTensorInfo; preprocessing: Preprocessing; skip: boolean },
): Promise<Shown> {
  const made = await Promise.all(
    batch.map(async ({ name, content }) => {
      try {
        return preprocessPicture(await decodePicture(content as Uint8Array, name), preprocessing);
      } catch (error) {
        if (isEncodingError(error, "format")) return error;
        throw error;
      }
    }),
  );
  const first = made.find((one) => "kind" in one);
  if (first !== undefined && !skip) throw first;
  const broken = made.flatMap((one, k) =>
    "kind" in one ? [{ name: batch[k]?.name as string, why: one.message }] : [],
  );
  const kept = made.flatMap((one, k) => ("kind" in one ? [] : [k]));
  const pictures = made.flatMap((one) => ("kind" in one ? [] : [one]));
  const [model] = pictures;
  if (model === undefined) return { feeds: {}, mask: null, kept, broken };
  const size = model.data.length;
  const data = new Float32Array(pictures.length * size);
  for (const [k, { shape, data: one }] of pictures.entries()) {
    if (shape.join() !== model.shape.join())
      throw new EncodingError(
        "shape",
        `extract: pictures must be equally large for one batch; ${batch[kept[0] as number]?.name} gives [${model.shape.join(", ")}], ${batch[kept[k] as number]?.name} [${shape.join(", ")}]. Crop them, or use --batch 1.`,
      );
    data.set(one, k * size);
  }
  return {
    feeds: { [input.name]: makeTensor(input, [pictures.length, ...model.shape], data) },
    mask: null,
    kept,
    broken,
  };
}

/** Sentences as token numbers, attention mask and, where the network asks for them, token types (all 0) and positions.
 * @throws EncodingError "option" for an input that is none of these. */
export function showTexts(
  batch: readonly Stimulus[],
  { inputs, tokenise }: { inputs: readonly OnnxTensorInfo[]; tokenise: Tokenise },
): Shown {
  const { length, ids, mask } = tokenise(batch.map(({ content }) => content as string));
  const count = batch.length * length;
  const known: Readonly<Record<string, ArrayLike<number>>> = {
    input_ids: ids,
    attention_mask: mask,
    token_type_ids: new Uint8Array(count),
    position_ids: Int32Array.from({ length: count }, (_, k) => k % length),
  };
  const feeds = inputs.map((input) => {
    const data = known[input.name];
    if (data === undefined)
      throw new EncodingError(
        "option",
        `extract: the network wants an input "${input.name}"; text gives ${Object.keys(known).join(", ")}. Choose layers that do not need it.`,
      );
    return [input.name, makeTensor(input, [batch.length, length], data)] as const;
  });
  return { feeds: Object.fromEntries(feeds), mask, kept: batch.map((_, k) => k), broken: [] };
}

/** Rows of numbers, given as they are. */
export function showArrays(
  batch: readonly Stimulus[],
  { input, sizes }: { input: OnnxTensorInfo; sizes: readonly number[] },
): Shown {
  const size = sizes.reduce((a, b) => a * b, 1);
  const data = new Float32Array(batch.length * size);
  for (const [k, { content }] of batch.entries()) data.set(content as Float32Array, k * size);
  const feeds = { [input.name]: makeTensor(input, [batch.length, ...sizes], data) };
  return { feeds, mask: null, kept: batch.map((_, k) => k), broken: [] };
}
