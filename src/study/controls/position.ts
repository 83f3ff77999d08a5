import { type Features, matrix, stackCols } from "../../core/index.ts";
import { bareWord, type FeatureEvent, sampleEvents } from "../../features/index.ts";
import type { StudyData, StudyRun } from "../data.ts";
import { stretchesOf } from "../plan.ts";
import type { StudySettings } from "../settings.ts";

/** Seconds in which the start of a run fades. */
const startSeconds = 10;

/** Where a sample stands, and how much text it holds: place in the run (time series: to the third degree, and its start), place in the group,
 * and, where words are known, their number (a time series: words a second) and mean length. Nothing of what they mean.
 * @returns (samples × columns) of each run, and the columns in words. */
export function layPosition(
  data: StudyData,
  settings: StudySettings,
): { runs: Features[]; columns: readonly string[] } {
  const timed = settings.design === "time-series";
  const group = data.groups ? placeInGroup(data) : null;
  const words = wordsOfRuns(data, settings);
  let start = 0;
  const runs = data.runs.map((run, r) => {
    const from = start;
    start += run.samples;
    const place = rowsOf(run.samples, (i) => {
      const x = run.samples > 1 ? (2 * i) / (run.samples - 1) - 1 : 0;
      const own = timed
        ? [
            x,
            (3 * x * x - 1) / 2,
            (5 * x ** 3 - 3 * x) / 2,
            Math.exp((-i * (settings.tr ?? 1)) / startSeconds),
          ]
        : [x];
      return group ? [...own, ...(group[from + i] as number[])] : own;
    });
    const text = words?.[r];
    return text ? stackCols([place, text]) : place;
  });
  return {
    runs,
    columns: [
      timed ? "place in the run (to the third degree, and its start)" : "place in the run",
      ...(group ? ["place in the group (to the second degree)"] : []),
      ...(words ? [timed ? "words a second" : "words", "letters a word"] : []),
    ],
  };
}

function rowsOf(samples: number, row: (i: number) => readonly number[]): Features {
  const rows = Array.from({ length: samples }, (_, i) => row(i));
  return matrix(["samples", "features"], samples, rows[0]?.length ?? 0, Float64Array.from(rows.flat()));
}

/** Place of each row in its stretch of one group, −1 to 1, and its second Legendre polynomial. */
function placeInGroup(data: StudyData): number[][] {
  const stretches = stretchesOf(data);
  const sizes: number[] = [];
  for (const stretch of stretches) sizes[stretch] = (sizes[stretch] ?? 0) + 1;
  let within = 0;
  return Array.from(stretches, (stretch, row) => {
    within = row > 0 && stretches[row - 1] === stretch ? within + 1 : 0;
    const size = sizes[stretch] as number;
    const x = size > 1 ? (2 * within) / (size - 1) - 1 : 0;
    return [x, (3 * x * x - 1) / 2];
  });
}

/** Words and mean length of a word, run by run; null where no words are known. */
function wordsOfRuns(data: StudyData, settings: StudySettings): readonly Features[] | null {
  const { shown, runs, stimulusList: list } = data;
  if (shown && shown.sentences.length > 0)
    return runs.map((run, r) => {
      const events = (shown.events[r] ?? []).filter(({ sense }) => sense === "sentences");
      return sampleWords(
        events.map(({ index, onset, duration }) => ({
          onset,
          duration,
          text: shown.sentences[index] as string,
        })),
        run,
        settings,
      );
    });
  const many = list?.names.filter((name) => /\S\s+\S/u.test(name)).length ?? 0;
  if (settings.design === "time-series" || !list?.texts || 2 * many < list.names.length) return null; // names, not sentences
  let start = 0;
  return runs.map((run) => {
    const texts = list.names.slice(start, start + run.samples);
    start += run.samples;
    return sampleWords(
      texts.map((text, onset) => ({ text, onset, duration: 1 })),
      run,
      settings,
    );
  });
}

function sampleWords(
  events: readonly { readonly text: string; readonly onset: number; readonly duration: number }[],
  { samples }: StudyRun,
  { design, tr = 1, activations }: StudySettings,
): Features {
  const timed = design === "time-series";
  const measured = events.map(({ text, onset, duration }): FeatureEvent => {
    const words = text
      .split(/\s+/u)
      .map(bareWord)
      .filter((word) => word !== "");
    const letters = words.reduce((sum, word) => sum + word.length, 0);
    const values = [
      words.length / (timed ? Math.max(duration, 0.1) : 1),
      letters / Math.max(1, words.length),
    ];
    return { onset, duration, values };
  });
  return sampleEvents(measured, { tr: timed ? tr : 1, samples, columns: 2, sampling: activations.sampling });
}
