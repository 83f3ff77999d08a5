import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { hashFile, parseTable, tableToMatrix } from "../io/index.ts";
import type { ShownEvent, ShownPicture, ShownStimuli, StudyRun } from "./data.ts";
import type { StudyFiles } from "./files.ts";
import { type Sense, sensesOf } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";

/** Read which pictures and sentences were shown when. Each file and each sentence is listed once.
 * @throws EncodingError "file" naming a picture that is not there, "shape" if rows do not fit the samples, "settings" for a column that is
 * missing. */
export async function listShown(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
): Promise<ShownStimuli> {
  const events: ShownEvent[][] = runs.map(() => []);
  const places = { pictures: new Map<string, number>(), sentences: new Map<string, number>() };
  for (const sense of sensesOf(settings))
    for (const [r, run] of runs.entries())
      for (const { stimulus, ...when } of await readRun(files, settings, sense, run)) {
        const index = places[sense].get(stimulus) ?? places[sense].size;
        places[sense].set(stimulus, index);
        events[r]?.push({ sense, index, ...when });
      }
  const pictures = await Promise.all([...places.pictures.keys()].map(describePicture));
  return { pictures, sentences: [...places.sentences.keys()], events };
}

async function readRun(files: StudyFiles, settings: StudySettings, sense: Sense, run: StudyRun) {
  const { file, column = sense === "pictures" ? "file" : "text" } = settings.stimuli?.[sense] ?? { file: "" };
  const table = parseTable(await files.text(file, { run: run.id }), { header: true });
  const place = table.names?.indexOf(column) ?? -1;
  if (place < 0)
    throw new EncodingError(
      "settings",
      `stimuli.${sense}: ${file} (run ${run.id}) has no column "${column}"; it has ${table.names?.join(", ") ?? "none"}.`,
    );
  const timed = settings.design === "time-series";
  if (!timed && table.rows.length !== run.samples)
    throw new EncodingError(
      "shape",
      `stimuli.${sense}: ${file} has ${table.rows.length} rows, and run ${run.id} has ${run.samples} samples; one row a sample is needed.`,
    );
  const times = timed ? tableToMatrix(table, { columns: ["onset", "duration"] }).data : null;
  const folder = dirname(await files.path(file, { run: run.id }));
  return table.rows.map((row, i) => ({
    stimulus: sense === "pictures" ? resolve(folder, row[place] as string) : (row[place] as string),
    onset: times ? (times[2 * i] as number) : i,
    duration: times ? (times[2 * i + 1] as number) : 1,
  }));
}

async function describePicture(path: string): Promise<ShownPicture> {
  const there = await stat(path).catch(() => null);
  if (!there?.isFile())
    throw new EncodingError(
      "file",
      `stimuli.pictures: there is no picture ${path}. Paths start from the table's folder.`,
      {
        path,
      },
    );
  return { name: path, path, sha256: await hashFile(path) };
}
