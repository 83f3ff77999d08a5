import {
  createTokenizer,
  makeVocabulary,
  splitWords,
  type Tokenizer,
  wordPieceFile,
} from "../stimuli/index.ts";
import type { MaskVocabulary } from "./data/mask-words.ts";

/** Turns captions into tokens, and knows which tokens masking must leave alone. */
export interface CaptionTokenizer extends Tokenizer {
  readonly masking: MaskVocabulary;
  /** Tokens in the order of their numbers. */
  readonly pieces: readonly string[];
}

const specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** BERT's uncased tokenizer on a vocabulary. @param pieces in the order of their numbers. */
export function captionTokenizer(pieces: readonly string[]): CaptionTokenizer {
  const special = new Set(specialTokens.map((token) => pieces.indexOf(token)));
  const masking = { size: pieces.length, special, mask: pieces.indexOf("[MASK]") };
  return { ...createTokenizer(wordPieceFile(pieces)), masking, pieces };
}

/** A vocabulary for a new small model: the characters and the most frequent words of its training captions.
 * @param atLeast times that a word must come; rarer ones are spelt. */
export function vocabularyOf(
  captions: readonly string[],
  { size, atLeast = 2 }: { size: number; atLeast?: number },
): string[] {
  const words = captions.flatMap(splitWords);
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rare = new Set(
    [...counts].filter(([word, count]) => count < atLeast && [...word].length > 1).map(([word]) => word),
  );
  const letters = [...rare].flatMap((word) => [...word]); // they must be spelt
  return makeVocabulary([...words.filter((word) => !rare.has(word)), ...letters], size);
}
