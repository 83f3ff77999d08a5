import type { Features } from "../../core/index.ts";
import { bareWord, type FeatureEvent, sampleEvents } from "../../features/index.ts";
import type { StudyData, StudyRun } from "../data.ts";
import type { StudySettings } from "../settings.ts";

/** A stretch of text while it is on: a sentence, or one word. */
interface Text {
  readonly text: string;
  readonly onset: number;
  readonly duration: number;
}

/** How many words there are in each sample, how long and how frequent they are; nothing of what they mean. */
export interface WordRuns {
  /** (samples × 3) of each run. */
  readonly runs: readonly Features[];
  readonly columns: readonly string[];
}

const frequencyColumn = "log frequency of the words in this study's own text";

/** Number, length and frequency of words, from the sentences that were shown, from `labels` that are sentences, or from a TextGrid.
 *
 * Sentences have words a second (rows that stand for stimuli: words), letters a word and the mean log frequency of their words; words with times of their own have their
 * count, their letters and their log frequencies, summed over those that begin in the sample. Frequencies are counted in the study's own text, about
 * their mean over all words: a published list says more, and can be declared as a control space.
 * @returns null where no words are known. */
export function layWords(data: StudyData, settings: StudySettings): WordRuns | null {
  const timed = settings.design === "time-series";
  const known = textsOf(data, timed);
  if (known === null) return null;
  const frequencyOf = countWords(known.runs.flat().map(({ text }) => text));
  const runs = known.runs.map((texts, r) =>
    known.single
      ? sampleWords(texts, frequencyOf, data.runs[r] as StudyRun, settings.tr ?? 1)
      : sampleSentences(texts, frequencyOf, data.runs[r] as StudyRun, settings),
  );
  return {
    runs,
    columns: known.single
      ? ["words a sample", "their letters", frequencyColumn]
      : [timed ? "words a second" : "words", "letters a word", frequencyColumn],
  };
}

/** Texts run by run, and whether each is one word; null where none are known. */
function textsOf(
  { shown, runs, stimulusList: list, words }: StudyData,
  timed: boolean,
): { readonly runs: readonly (readonly Text[])[]; readonly single: boolean } | null {
  if (shown && shown.sentences.length > 0) {
    const own = runs.map((_, r) =>
      (shown.events[r] ?? [])
        .filter(({ sense }) => sense === "sentences")
        .map(({ index, onset, duration }) => ({ onset, duration, text: shown.sentences[index] as string })),
    );
    return { runs: own, single: false };
  }
  if (words && timed) return { runs: words, single: true };
  const many = list?.names.filter((name) => /\S\s+\S/u.test(name)).length ?? 0;
  if (timed || !list?.texts || 2 * many < list.names.length) return null; // names, not sentences
  let start = 0;
  const own = runs.map(({ samples }) => {
    const texts = list.names.slice(start, start + samples);
    start += samples;
    return texts.map((text, onset) => ({ text, onset, duration: 1 }));
  });
  return { runs: own, single: false };
}

function wordsOf(text: string): string[] {
  return text
    .split(/\s+/u)
    .map(bareWord)
    .filter((word) => word !== "");
}

/** Natural logarithm of how often each word occurs, less its mean over all words. */
function countWords(texts: readonly string[]): (word: string) => number {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap(wordsOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
  let [sum, all] = [0, 0];
  for (const count of counts.values()) {
    sum += count * Math.log(count);
    all += count;
  }
  if (new Set(counts.values()).size < 2) return () => 0; // all words equally frequent: no noise of rounding
  return (word) => Math.log(counts.get(word) ?? 1) - sum / all;
}

function sampleSentences(
  texts: readonly Text[],
  frequencyOf: (word: string) => number,
  { samples }: StudyRun,
  { design, tr = 1, activations }: StudySettings,
): Features {
  const timed = design === "time-series";
  const events = texts.map(({ text, onset, duration }): FeatureEvent => {
    const words = wordsOf(text);
    const mean = (of: (word: string) => number) =>
      words.reduce((sum, word) => sum + of(word), 0) / Math.max(1, words.length);
    const values = [
      words.length / (timed ? Math.max(duration, 0.1) : 1),
      mean((word) => word.length),
      mean(frequencyOf),
    ];
    return { onset, duration, values };
  });
  return sampleEvents(events, { tr: timed ? tr : 1, samples, columns: 3, sampling: activations.sampling });
}

/** Words with times of their own. */
function sampleWords(
  texts: readonly Text[],
  frequencyOf: (word: string) => number,
  { samples }: StudyRun,
  tr: number,
): Features {
  const events = texts.flatMap(({ text, onset, duration }): FeatureEvent[] => {
    const word = bareWord(text);
    return word === "" ? [] : [{ onset, duration, values: [1, word.length, frequencyOf(word)] }];
  });
  return sampleEvents(events, { tr, samples, columns: 3, sampling: "sum" });
}
