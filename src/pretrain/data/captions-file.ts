import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EncodingError } from "../../core/index.ts";
import { decodeText, parseTable, readBytes } from "../../io/index.ts";
import type { Dataset } from "./dataset.ts";

/** Open a folder of pictures with a file of captions: CSV or TSV with a header, or JSON Lines, one row a caption. Rows of the same
 * picture are its captions.
 * @param path of the captions; pictures are found from its folder.
 * @param options names of the columns (or keys) of the picture's path and the caption.
 * @throws EncodingError "file" if it cannot be read; "format" naming the line, or the columns there are; "file" for the first picture that
 * does not exist. */
export async function openCaptions(
  path: string,
  { picture = "image", caption = "caption" }: { readonly picture?: string; readonly caption?: string } = {},
): Promise<Dataset> {
  const text = decodeText("captions", await readBytes(path));
  const rows = /\.(jsonl|ndjson)$/i.test(path)
    ? readLines(text, path, [picture, caption])
    : readColumns(text, path, [picture, caption]);
  const captions = new Map<string, string[]>();
  for (const [file, words] of rows) captions.set(file, [...(captions.get(file) ?? []), words]);
  const files = [...captions.keys()];
  if (files.length === 0) throw new EncodingError("format", `openCaptions: ${path} has no rows.`, { path });
  const sizes = await Promise.all(files.map((file) => sizeOf(resolve(dirname(path), file), path)));
  return {
    name: path,
    shards: [files.length],
    count: files.length,
    sample: (index) => {
      const file = files[index] as string;
      const place = { path: resolve(dirname(path), file), offset: 0, size: sizes[index] as number };
      return { key: file, picture: { kind: "file", place }, captions: captions.get(file) as string[] };
    },
  };
}

type Pair = readonly [picture: string, caption: string];

function readColumns(text: string, path: string, wanted: Pair): Pair[] {
  const { names, rows } = parseTable(text, { header: true });
  const [a, b] = wanted.map((name) => (names ?? []).indexOf(name)) as [number, number];
  if (a < 0 || b < 0)
    throw new EncodingError(
      "format",
      `openCaptions: ${path} needs the columns ${wanted.join(" and ")}; it has ${names?.join(", ")}.`,
      { path },
    );
  return rows.map((row) => [row[a] as string, row[b] as string]);
}

function readLines(text: string, path: string, [picture, caption]: Pair): Pair[] {
  return text.split(/\r?\n/).flatMap((line, k): Pair[] => {
    if (line.trim() === "") return [];
    const row = parseLine(line);
    const [a, b] = [row?.[picture], row?.[caption]];
    if (typeof a !== "string" || typeof b !== "string")
      throw new EncodingError(
        "format",
        `openCaptions: ${path}, line ${k + 1}: an object with the texts ${picture} and ${caption} belongs there.`,
        { path },
      );
    return [[a, b]];
  });
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}

async function sizeOf(file: string, path: string): Promise<number> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) return found.size;
  throw new EncodingError("file", `openCaptions: ${path} names the picture ${file}, which is not there.`, {
    path: file,
  });
}
