import { EncodingError, type FloatArray, type Matrix, matrix } from "../core/index.ts";
import type { ReadArray } from "../io/index.ts";
import type { StudyRun } from "./data.ts";
import type { Places, StudyFiles } from "./files.ts";

/** Where numbers of all runs stand; see the settings `responses` and `features.*.ready`. */
export interface RunSource {
  readonly file: string;
  readonly dataset?: string | undefined;
  readonly columns?: readonly (string | number)[] | undefined;
  readonly drop: number;
  readonly test?: { readonly file: string; readonly dataset?: string | undefined } | undefined;
  readonly mask?: string | undefined;
}

/** Read the numbers of every run (and repeat) of one source.
 *
 * With {run} in the name there is one file a run; without, one file holds all runs under each other, or, where `test` names a file
 * of its own, the training runs, and that one the test runs. A file of repeats has them in front (repeats × samples × columns) or
 * one file each, with {repeat} in its name.
 * @param repeated whether test runs bring all their repeats (responses) or stand once (features).
 * @returns [run][repeat], each (samples × columns).
 * @throws EncodingError "shape" if the rows do not fit the runs. */
export async function readRuns<C extends string>(
  files: StudyFiles,
  source: RunSource,
  runs: readonly StudyRun[],
  { places, axis, repeated, what }: { places: Places; axis: C; repeated: boolean; what: string },
): Promise<Matrix<"samples", C>[][]> {
  const out: Matrix<"samples", C>[][] = runs.map(() => []);
  for (const group of groupsOf(runs, source)) {
    for (let repeat = 1; ; repeat++) {
      const path = group.file;
      const filled = { ...places, run: group.runs[0]?.run.id ?? "", repeat };
      const array = await files.array(path, filled, {
        dataset: group.dataset,
        columns: source.columns,
        mask: source.mask,
      });
      const wanted = repeated ? (group.runs[0]?.run.repeats ?? 1) : 1;
      const perRepeat = path.includes("{repeat}") ? [array] : splitRepeats(array, wanted, `${what}, ${path}`);
      for (const one of perRepeat)
        for (const { index, part } of cutRuns(one, group.runs, source.drop, axis, `${what}, ${path}`))
          (out[index] as Matrix<"samples", C>[]).push(part);
      if (!path.includes("{repeat}") || repeat >= wanted) break;
    }
  }
  return out;
}

interface Group {
  readonly file: string;
  readonly dataset: string | undefined;
  readonly runs: readonly { readonly run: StudyRun; readonly index: number }[];
}

/** The files of a source, each with the runs that it holds. */
function groupsOf(runs: readonly StudyRun[], { file, dataset, test }: RunSource): Group[] {
  const all = runs.map((run, index) => ({ run, index }));
  const parts = test
    ? [
        { file, dataset, runs: all.filter(({ run }) => run.role === "train") },
        {
          file: test.file,
          dataset: test.dataset ?? dataset,
          runs: all.filter(({ run }) => run.role === "test"),
        },
      ]
    : [{ file, dataset, runs: all }];
  return parts.flatMap((part) =>
    part.file.includes("{run}")
      ? part.runs.map((one) => ({ ...part, runs: [one] }))
      : part.runs.length > 0
        ? [part]
        : [],
  );
}

function splitRepeats({ shape, data, names }: ReadArray, wanted: number, what: string): ReadArray[] {
  if (shape.length < 3) {
    if (wanted > 1)
      throw new EncodingError(
        "shape",
        `${what}: ${wanted} repeats are declared, but the file has only [${shape.join(", ")}]; give repeats × samples × columns, or one file each with {repeat}.`,
      );
    return [{ shape, data, names }];
  }
  if (shape.length > 3 || shape[0] !== wanted)
    throw new EncodingError(
      "shape",
      `${what}: needs [${wanted} repeats, samples, columns]; got [${shape.join(", ")}].`,
    );
  const size = data.length / wanted;
  return Array.from({ length: wanted }, (_, k) => ({
    shape: shape.slice(1),
    data: data.slice(k * size, (k + 1) * size) as FloatArray,
    names,
  }));
}

function cutRuns<C extends string>(
  { shape, data }: ReadArray,
  runs: Group["runs"],
  drop: number,
  axis: C,
  what: string,
): { index: number; part: Matrix<"samples", C> }[] {
  const rows = shape[0] ?? 1;
  const cols = shape[1] ?? 1;
  const wanted = runs.reduce((sum, { run }) => sum + run.samples + drop, 0);
  if (rows !== wanted) {
    const told = runs.map(({ run }) => `${run.id} ${run.samples}`).join(", ");
    throw new EncodingError(
      "shape",
      `${what}: the runs (${told}${drop > 0 ? `, and ${drop} dropped from each` : ""}) need ${wanted} rows; the file has ${rows}. Were volumes dropped from only one side?`,
      { rows, wanted },
    );
  }
  let row = 0;
  return runs.map(({ run, index }) => {
    const from = (row + drop) * cols;
    row += drop + run.samples;
    const part = data.slice(from, from + run.samples * cols) as FloatArray;
    return { index, part: matrix(["samples", axis], run.samples, cols, part) };
  });
}
