import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { hashBytes } from "../engine/index.ts";
import { decodeText, openRows, parseTable, readBytes } from "../io/index.ts";

/** What a network is shown: pictures in files, sentences, or rows of numbers that are ready for it. */
export type StimulusKind = "picture" | "text" | "array";

/** One stimulus, read. */
export interface Stimulus {
  readonly name: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
  /** Bytes of a picture file; the sentence; the numbers of a row. */
  readonly content: Uint8Array | string | Float32Array;
}

/** Stimuli in their order, read one by one. */
export interface StimulusList {
  readonly kind: StimulusKind;
  readonly names: readonly string[];
  /** Sizes of one row of an array; empty otherwise. */
  readonly sizes: readonly number[];
  read(index: number): Promise<Stimulus>;
  close(): Promise<void>;
}

const pictureFiles = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i;
const fileColumns = ["file", "filename", "path", "image", "picture", "stimulus"];
const textColumns = ["text", "sentence", "caption", "words", "stimulus"];

/** List stimuli: the pictures of a folder by name (and of folders in it), the files or sentences of a list (.txt: one a line; .csv, .tsv: a
 * column), or the rows of an array (.npy).
 * @param wanted what the network is shown, where the list could be either. @param column of a table; default a usual name, else the first.
 * @throws EncodingError "file" if there is none, or files of a list are missing; "settings" if the column is. */
export async function listStimuli(
  path: string,
  wanted: "picture" | "text",
  { column }: { readonly column?: string | undefined } = {},
): Promise<StimulusList> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new EncodingError("file", `listStimuli: there is no file or folder ${path}.`, { path }, cause);
  });
  if (found.isDirectory()) return pictureList(path, await picturesIn(path));
  if (extname(path).toLowerCase() === ".npy") return arrayList(path);
  if (pictureFiles.test(path)) return pictureList(dirname(path), [basename(path)]);
  const entries = await readList(path, wanted, column);
  if (entries.length === 0) throw new EncodingError("file", `listStimuli: ${path} lists nothing.`, { path });
  if (wanted === "text") return textList(entries);
  await checkThere(path, entries);
  return pictureList(dirname(path), entries);
}

async function picturesIn(folder: string): Promise<string[]> {
  const all = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const pictures = all.filter((name) => pictureFiles.test(name)).sort();
  if (pictures.length > 0) return pictures;
  throw new EncodingError(
    "file",
    `listStimuli: ${folder} holds no pictures (png, jpg, webp, gif, tif, avif, bmp) among its ${all.length} files. Sentences go into a .txt or .csv file.`,
    { folder },
  );
}

async function readList(path: string, wanted: "picture" | "text", column?: string): Promise<string[]> {
  const text = decodeText("list", await readBytes(path));
  if (!/\.(csv|tsv)$/i.test(path)) return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
  const { names, rows } = parseTable(text, {
    header: true,
    ...(/\.tsv$/i.test(path) && { separator: "\t" }),
  });
  const usual = wanted === "text" ? textColumns : fileColumns;
  const place =
    column !== undefined
      ? names?.indexOf(column)
      : names?.findIndex((name) => usual.includes(name.toLowerCase()));
  if (column !== undefined && place === -1)
    throw new EncodingError(
      "settings",
      `listStimuli: ${path} has no column "${column}"; it has ${names?.join(", ")}.`,
    );
  return rows.map((row) => row[Math.max(0, place ?? 0)] as string);
}

async function checkThere(path: string, entries: readonly string[]): Promise<void> {
  const folder = dirname(path);
  const there = await Promise.all(
    entries.map((name) =>
      stat(resolve(folder, name)).then(
        (file) => file.isFile(),
        () => false,
      ),
    ),
  );
  const missing = entries.filter((_, k) => !there[k]);
  if (missing.length > 0)
    throw new EncodingError(
      "file",
      `listStimuli: ${missing.length} of ${entries.length} files in ${path} are not there, the first is ${resolve(folder, missing[0] as string)}. Paths start from the list's folder.`,
      { missing: missing.slice(0, 10) },
    );
}

function pictureList(folder: string, names: readonly string[]): StimulusList {
  const read = async (index: number) => {
    const name = names[index] as string;
    const content = await readBytes(resolve(folder, name));
    return { name, content, hash: hashBytes(content) };
  };
  return { kind: "picture", names, sizes: [], read, close: async () => {} };
}

function textList(names: readonly string[]): StimulusList {
  const read = async (index: number) => {
    const content = names[index] as string;
    return { name: content, content, hash: hashBytes(content) };
  };
  return { kind: "text", names, sizes: [], read, close: async () => {} };
}

async function arrayList(path: string): Promise<StimulusList> {
  const file = await openRows(path);
  const names = Array.from({ length: file.shape[0] ?? 0 }, (_, k) => `${basename(path)}[${k}]`);
  const read = async (index: number) => {
    const content = Float32Array.from(await file.read(index, index + 1));
    return { name: names[index] as string, content, hash: hashBytes(new Uint8Array(content.buffer)) };
  };
  return { kind: "array", names, sizes: file.shape.slice(1), read, close: () => file.close() };
}
