import { type Features, matrix, stackCols } from "../../core/index.ts";
import type { StudyData } from "../data.ts";
import { stretchesOf } from "../plan.ts";
import type { StudySettings } from "../settings.ts";
import { layWords } from "./words.ts";

/** Seconds in which the start of a run fades. */
const startSeconds = 10;

/** Where a sample stands, and how much text it holds: place in the run (time series: to the third degree, and its start), place in the group,
 * and, where words are known, their number, length and frequency ({@link layWords}). Nothing of what they mean.
 * @returns (samples × columns) of each run, and the columns in words. */
export function layPosition(
  data: StudyData,
  settings: StudySettings,
): { runs: Features[]; columns: readonly string[] } {
  const timed = settings.design === "time-series";
  const group = data.groups ? placeInGroup(data) : null;
  const words = layWords(data, settings);
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
    const text = words?.runs[r];
    return text ? stackCols([place, text]) : place;
  });
  return {
    runs,
    columns: [
      timed ? "place in the run (to the third degree, and its start)" : "place in the run",
      ...(group ? ["place in the group (to the second degree)"] : []),
      ...(words?.columns ?? []),
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
