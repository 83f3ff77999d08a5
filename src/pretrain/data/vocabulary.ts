import { EncodingError } from "../../core/index.ts";

/** BERT's special tokens, in the order in which {@link buildVocabulary} puts them first. */
export const specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;

/** A WordPiece vocabulary for a new small model: special tokens, single characters (at the start of a word, and within one as `##c`), and
 * the words that stand most often in some captions. Every word of known characters can be spelt.
 * @param texts captions to count words in; lower-cased, parted at spaces and punctuation as BERT does.
 * @param size most tokens; words that do not fit are left out, the rarest first (of equally rare ones the last in the alphabet).
 * @throws EncodingError "option" if the characters alone do not fit. */
export function buildVocabulary(texts: Iterable<string>, { size = 8192, atLeast = 2 } = {}): string[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu) ?? [])
      counts.set(word, (counts.get(word) ?? 0) + 1);
  const characters = [...new Set([...counts.keys()].flatMap((word) => [...word]))].sort();
  const inner = characters.filter((c) => /[\p{L}\p{N}\p{M}]/u.test(c)).map((c) => `##${c}`);
  const fixed = [...specialTokens, ...characters, ...inner];
  if (fixed.length > size)
    throw new EncodingError(
      "option",
      `buildVocabulary: size must hold ${fixed.length} special tokens and characters; got ${size}.`,
    );
  const words = [...counts]
    .filter(([word, count]) => count >= atLeast && [...word].length > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word]) => word);
  return [...fixed, ...words.slice(0, size - fixed.length)];
}
