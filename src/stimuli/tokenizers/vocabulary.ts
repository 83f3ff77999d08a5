import { EncodingError } from "../../core/index.ts";

/** A WordPiece vocabulary of a small corpus: the special tokens, every letter (alone and inside a word), then the most frequent words.
 * The same texts give the same vocabulary, in whatever order they come; every word of the corpus's letters can be written.
 * @param words of all texts, split as BERT does. @param size most entries.
 * @returns pieces in the order of their ids, for `wordPieceFile`; [PAD] is 0.
 * @throws EncodingError "option" if the letters alone are more than `size`. */
export function makeVocabulary(words: Iterable<string>, size: number): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const letters = [...new Set([...counts.keys()].flatMap((word) => [...word]))].sort();
  const start = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    ...letters,
    ...letters.map((letter) => `##${letter}`),
  ];
  if (start.length > size)
    throw new EncodingError(
      "option",
      `makeVocabulary: size must be at least ${start.length}, special tokens and letters; got ${size}.`,
    );
  const known = new Set(start);
  const frequent = [...counts]
    .filter(([word]) => !known.has(word))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word]) => word);
  return [...start, ...frequent].slice(0, size);
}

/** Words and punctuation marks of a text as the uncased BERT sees them before they are cut into pieces.
 * @source Devlin 2019 (released code). */
export function splitWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "");
  return plain.match(/[\p{P}$+<=>^`|~]|[^\s\p{P}$+<=>^`|~]+/gu) ?? [];
}
