import { type Dtype, EncodingError, type Matrix, matrix } from "../core/index.ts";
import { sampleEvents } from "./sample-events.ts";
import type { FeatureSpace } from "./space.ts";

/** A word as heard or read, in seconds on the clock of the run. */
export interface TimedWord {
  readonly text: string;
  readonly onset: number;
  readonly duration: number;
}

/** Word rate and word length on the TR grid, the low-level controls of language.
 *
 * Columns: `word rate` (words that begin in the sample) and `letters` (their letters and digits together).
 * Entries without a letter or digit (pauses, punctuation) count as nothing.
 * @param options `tr` in seconds, `samples` of the run, `start` of sample 0 in seconds.
 * @throws EncodingError "value" for times that sampleEvents refuses; "option" for a grid that makes no sense. */
export function wordFeatures(
  words: readonly TimedWord[],
  options: { readonly tr: number; readonly samples: number; readonly start?: number; readonly dtype?: Dtype },
): FeatureSpace {
  const events = words.map(({ text, onset, duration }) => {
    const letters = countLetters(text);
    return { onset, duration, values: [letters > 0 ? 1 : 0, letters] };
  });
  const X = sampleEvents(events, { ...options, sampling: "sum", columns: 2 });
  return { name: "words", columns: ["word rate", "letters"], X };
}

/** The word as word-vector tables list it: lower case, without punctuation around it and without a possessive 's.
 * Curly apostrophes become straight; apostrophes and hyphens inside stay (`don't`, `tea-party`). */
export function bareWord(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[‘’ʼ]/gu, "'")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")
    .replace(/'s$/u, "");
}

/** Look words up in a table of word vectors.
 *
 * A word is tried as it stands, then as {@link bareWord}. Unknown words become zero vectors and are reported.
 * @param words in the order of the samples.
 * @param vectors word → vector, all of one length, e.g. GloVe.
 * @returns values: samples (one a word) × features, float64; missing: the unknown words as they came, each once, in order.
 * @throws EncodingError "shape" if the table is empty or vectors differ in length; "value" if a vector used is not finite. */
export function lookUpVectors(
  words: readonly string[],
  vectors: Readonly<Record<string, readonly number[]>>,
): { values: Matrix<"samples", "features">; missing: readonly string[] } {
  const length = vectorLength(vectors);
  const data = new Float64Array(words.length * length);
  const missing = new Set<string>();
  for (const [i, word] of words.entries()) {
    const key = [word, bareWord(word)].find((k) => Object.hasOwn(vectors, k)); // never "constructor" of the prototype
    if (key === undefined) missing.add(word);
    else data.set(checkVector(key, vectors[key] as readonly number[], length), i * length);
  }
  return { values: matrix(["samples", "features"], words.length, length, data), missing: [...missing] };
}

function vectorLength(vectors: Readonly<Record<string, readonly number[]>>): number {
  for (const word in vectors)
    if (Object.hasOwn(vectors, word)) return (vectors[word] as readonly number[]).length;
  throw new EncodingError("shape", "lookUpVectors: the table of word vectors is empty.");
}

function checkVector(word: string, vector: readonly number[], length: number): readonly number[] {
  if (vector.length !== length)
    throw new EncodingError(
      "shape",
      `lookUpVectors: all vectors must have ${length} numbers, as the first has; "${word}" has ${vector.length}.`,
      { word },
    );
  const bad = vector.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0)
    throw new EncodingError(
      "value",
      `lookUpVectors: vectors must be finite; "${word}" has ${vector[bad]} at ${bad}.`,
      { word },
    );
  return vector;
}

function countLetters(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
