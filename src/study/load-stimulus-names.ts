import { posix } from "node:path";
import { EncodingError } from "../core/index.ts";
import { hashBytes } from "../engine/index.ts";
import { parseTable } from "../io/index.ts";
import type { StimulusNames, StudyRun } from "./data.ts";
import type { StudyFiles } from "./files.ts";
import type { StudySettings } from "./settings.ts";

const pictures = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i;

/** The stimulus of every sample, from the list that `labels` names: lines of a .txt, or a column of a table. Pictures are known by their
 * bytes, texts by their words (letters and digits, lower case).
 * @returns null without such a list. @throws EncodingError "shape" if its rows are not those of the runs, "settings" if it lacks the column. */
export async function loadStimulusNames(
  files: StudyFiles,
  { labels }: StudySettings,
  runs: readonly StudyRun[],
): Promise<StimulusNames | null> {
  if (labels === undefined) return null;
  const names = listNames(await files.text(labels.file, {}), labels.file, labels.column);
  const samples = runs.reduce((sum, run) => sum + run.samples, 0);
  if (names.length !== samples)
    throw new EncodingError(
      "shape",
      `labels: ${labels.file} lists ${names.length} stimuli; the runs have ${samples} samples, and each needs one.`,
    );
  const texts = !names.every((name) => pictures.test(name));
  const beside = (name: string) => posix.join(posix.dirname(labels.file), name);
  const hash = async (name: string) =>
    texts
      ? hashBytes(new TextEncoder().encode(wordsOf(name)))
      : hashBytes(await files.bytes(beside(name), {}));
  const known = new Map<string, string>();
  for (const name of names) if (!known.has(name)) known.set(name, await hash(name));
  const hashes = names.map((name) => known.get(name) as string);
  if (texts) return { names, hashes, texts };
  return {
    names,
    hashes,
    texts,
    paths: await Promise.all(names.map((name) => files.path(beside(name), {}))),
  };
}

function listNames(text: string, file: string, column: string | undefined): string[] {
  if (!/\.(csv|tsv)$/i.test(file)) return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
  const { names, rows } = parseTable(text, {
    header: true,
    ...(/\.tsv$/i.test(file) && { separator: "\t" }),
  });
  const place = column === undefined ? 0 : (names?.indexOf(column) ?? -1);
  if (place < 0)
    throw new EncodingError(
      "settings",
      `labels.column: ${file} has no column "${column}"; it has ${names?.join(", ")}.`,
    );
  return rows.map((row) => row[place] as string);
}

function wordsOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}
