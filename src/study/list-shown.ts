import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { hashFile, parseTable, tableToMatrix } from "../io/index.ts";
import type { ShownEvent, ShownPicture, ShownStimuli, StudyRun } from "./data.ts";
import type { StudyFiles } from "./files.ts";
import { listFrames } from "./films/list-frames.ts";
import { type RunSteps, watchFilms, watchHere } from "./films/watch-films.ts";
import type { Sense } from "./read-model.ts";
import type { StudySettings } from "./settings.ts";

/** Read which pictures, films and sentences were shown when, and see every film. Each file and each sentence is listed once; frames of films that models are
 * shown stand after the pictures.
 * @param run computes the steps of films. @throws EncodingError "file" naming a picture that is not there, "shape" if rows do not fit the samples, "settings" for a column that is
 * missing. */
export async function listShown(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
  run: RunSteps = watchHere,
): Promise<ShownStimuli> {
  const events: ShownEvent[][] = runs.map(() => []);
  const places = { pictures: new Map<string, number>(), sentences: new Map<string, number>() };
  for (const sense of ["pictures", "sentences"] as const)
    for (const [r, one] of runs.entries())
      for (const { stimulus, ...when } of await readRun(files, settings, sense, one)) {
        const index = places[sense].get(stimulus) ?? places[sense].size;
        places[sense].set(stimulus, index);
        events[r]?.push({ sense, index, ...when });
      }
  const pictures = await Promise.all([...places.pictures.keys()].map(describePicture));
  const shown = { pictures, sentences: [...places.sentences.keys()], events };
  return settings.stimuli?.films === undefined ? shown : addFilms(files, settings, runs, run, shown);
}

async function addFilms(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
  run: RunSteps,
  shown: ShownStimuli,
): Promise<ShownStimuli> {
  const tables = await Promise.all(runs.map((one) => readRun(files, settings, "films", one)));
  const rows = tables.map((own) =>
    own.map(({ stimulus: path, onset, duration }) => ({ path, onset, duration })),
  );
  const films = await watchFilms(rows, settings, runs, run);
  if (settings.models === undefined) return { ...shown, films };
  const frames = listFrames(films, {
    frameRate: settings.activations.frameRate,
    timed: settings.design === "time-series",
    first: shown.pictures.length,
  });
  return {
    ...shown,
    pictures: [...shown.pictures, ...frames.pictures],
    events: shown.events.map((own, r) => [...own, ...(frames.events[r] ?? [])]),
    films,
  };
}

async function readRun(files: StudyFiles, settings: StudySettings, sense: Sense | "films", run: StudyRun) {
  const source = settings.stimuli?.[sense];
  if (source === undefined) return [];
  const { file, column = sense === "sentences" ? "text" : "file" } = source;
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
    stimulus: sense === "sentences" ? (row[place] as string) : resolve(folder, row[place] as string),
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
