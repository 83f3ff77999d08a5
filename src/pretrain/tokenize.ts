import { EncodingError } from "../core/index.ts";
import type { MaskVocabulary } from "./data/mask-words.ts";
import { specialTokens } from "./data/vocabulary.ts";

/** Turns captions into numbers of tokens. */
export interface CaptionTokenizer extends MaskVocabulary {
  /** [CLS], the caption's tokens cut to fit, [SEP]; not padded. */
  encode(text: string, length: number): readonly number[];
}

/** Tokens and mask of some captions. */
export interface TokenBatch {
  /** (captions, length), padded with 0. */
  readonly tokens: BigInt64Array<ArrayBuffer>;
  /** (captions, length), 1 for real tokens. */
  readonly mask: Float32Array<ArrayBuffer>;
}

/** Tokens of captions, padded. */
export function tokenizeCaptions(
  captions: readonly string[],
  tokenizer: CaptionTokenizer,
  length: number,
): TokenBatch {
  const tokens = new BigInt64Array(captions.length * length);
  const mask = new Float32Array(captions.length * length);
  for (const [row, caption] of captions.entries()) {
    const ids = tokenizer.encode(caption, length);
    for (const [k, id] of ids.entries()) tokens[row * length + k] = BigInt(id);
    mask.fill(1, row * length, row * length + ids.length);
  }
  return { tokens, mask };
}

/** BERT's uncased tokenizer on a vocabulary. */
export function wordPieces(vocabulary: readonly string[]): CaptionTokenizer {
  const numbers = new Map(vocabulary.map((token, k) => [token, k]));
  const [, unknown, start, end, mask] = specialTokens.map((token) => {
    const number = numbers.get(token);
    if (number !== undefined) return number;
    throw new EncodingError("value", `wordPieces: the vocabulary lacks ${token}.`);
  }) as [number, number, number, number, number];
  const piecesOf = (word: string): number[] => {
    const pieces: number[] = [];
    for (let from = 0; from < word.length; ) {
      let to = word.length;
      const at = () => numbers.get((from > 0 ? "##" : "") + word.slice(from, to));
      while (to > from && at() === undefined) to--;
      if (to === from) return [unknown];
      pieces.push(at() as number);
      from = to;
    }
    return pieces;
  };
  return {
    size: vocabulary.length,
    special: new Set(specialTokens.map((token) => numbers.get(token) as number)),
    mask,
    encode: (text, length) => {
      const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [];
      return [start, ...words.flatMap(piecesOf).slice(0, length - 2), end];
    },
  };
}
