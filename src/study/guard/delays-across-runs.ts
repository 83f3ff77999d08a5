import { type Features, stackRows } from "../../core/index.ts";
import type { GuardDesign, GuardSpace } from "./design.ts";
import { type Finding, nameRows, type Rule } from "./finding.ts";

const longest = 12;
const mostColumns = 64;

/** Ready-made features that were delayed by their maker do not carry the end of one run into the next.
 *
 * A delayed copy is recognised where a column repeats another one some samples later, row by row, and does not as well run ahead of it within the runs: in a
 * periodic design (blocks in turn, a wedge that turns) every column is a copy of another. The study's own delays never cross. */
export const delaysAcrossRuns: Rule<GuardDesign> = {
  name: "delays-across-runs",
  keeps: "delays do not cross the border of a run",
  unseen: ({ runs, kind }) =>
    kind !== "time-series" ? "rows stand for stimuli" : runs.length < 2 ? "there is one run" : null,
  find({ kind, runs, spaces }) {
    if (kind !== "time-series" || runs.length < 2) return [];
    return spaces.filter(({ ready }) => ready).flatMap((space) => findIn(space, runs));
  },
};

function findIn(space: GuardSpace, runs: GuardDesign["runs"]): Finding[] {
  const whole = stackRows(space.runs);
  let [first, delay] = [0, 0];
  const starts = space.runs.map((run) => {
    first += run.rows;
    return first - run.rows;
  });
  for (let d = 1; d <= longest; d++) if (hasCopy(whole, starts, d)) delay = d;
  if (delay === 0) return [];
  const rows = starts.slice(1).flatMap((start) => Array.from({ length: delay }, (_, k) => start + k));
  return [
    {
      rule: "delays-across-runs",
      what: `features.${space.name} holds columns delayed by up to ${delay} samples, and the first rows of a run continue the run before it`,
      rows,
      why: `${rows.length} rows (${nameRows(rows)}) at the start of ${runs.length - 1} runs carry features of another run, ${delay} samples of each`,
      repair: `bring features.${space.name} without delays and write features.${space.name}.delays: the missing past is then the training mean`,
    },
  ];
}

/** Whether a column repeats the first varying column `delay` samples later, over all rows and across at least one border. */
function hasCopy(X: Features, starts: readonly number[], delay: number): boolean {
  const { data, rows, cols } = X;
  const at = (i: number, j: number) => data[i * cols + j] as number;
  const borders = starts.slice(1).filter((start) => start >= delay);
  for (let source = 0; source < Math.min(cols, mostColumns); source++) {
    // what is carried over must be told from an honest filling of the gap, by zeros or by the first row
    const carries = borders.some((start) =>
      Array.from({ length: delay }, (_, k) => at(start - 1 - k, source)).some(
        (value) => !near(value, 0) && !near(value, at(start, source)),
      ),
    );
    if (!carries) continue;
    for (let copy = 0; copy < cols; copy++) {
      if (copy === source) continue;
      let i = delay;
      while (i < rows && near(at(i, copy), at(i - delay, source))) i++;
      if (i === rows && !runsAhead(X, starts, source, copy)) return true;
    }
  }
  return false;
}

/** Whether a column is another one some samples earlier within every run, by at most half of the shortest. */
function runsAhead(
  { data, rows, cols }: Features,
  starts: readonly number[],
  source: number,
  copy: number,
): boolean {
  const ends = [...starts.slice(1), rows];
  const shortest = Math.min(...ends.map((end, r) => end - (starts[r] as number)));
  for (let lead = 0; 2 * lead <= shortest; lead++) {
    const same = starts.every((start, r) => {
      let i = start;
      const end = (ends[r] as number) - lead;
      while (i < end && near(data[i * cols + copy] as number, data[(i + lead) * cols + source] as number))
        i++;
      return i >= end;
    });
    if (same) return true;
  }
  return false;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
}
