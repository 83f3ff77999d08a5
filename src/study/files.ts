import { readdir } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { decodeText, hashFile, type ReadArray, type ReadOptions, readArray, readBytes } from "../io/index.ts";

/** Values of the placeholders of a path: {participant}, {run}, {repeat}, {layer}. */
export type Places = Readonly<Record<string, string | number>>;

/** The files of a study: paths are filled in, and every file that was read is remembered with its hash. */
export interface StudyFiles {
  array(template: string, places: Places, options?: ReadOptions): Promise<ReadArray>;
  text(template: string, places: Places): Promise<string>;
  bytes(template: string, places: Places): Promise<Uint8Array>;
  /** Where a file stands. */
  path(template: string, places: Places): Promise<string>;
  /** Files read so far, by name relative to the data folder, sorted. */
  inputs(): Promise<{ name: string; sha256: string }[]>;
}

/** Open the data folder of a study.
 * @param root the setting `data`; `${NAME:-default}` takes an environment variable. @param folder of the study file. */
export function openFiles(root: string, folder: string): StudyFiles {
  const base = resolve(folder, expandVariables(root));
  const hashes = new Map<string, Promise<string>>();
  const locate = async (template: string, places: Places) => {
    const path = await matchOne(resolve(base, fillIn(template, places)));
    const image = path.replace(/\.hdr(\.gz)?$/i, ".img$1"); // a NIfTI header's numbers stand in a file beside it
    for (const file of new Set([path, image])) {
      if (!hashes.has(file)) hashes.set(file, hashFile(file));
      hashes.get(file)?.catch(() => {}); // a file that cannot be read is told of by its reader
    }
    return path;
  };
  return {
    array: async (template, places, options = {}) => {
      const mask = options.mask === undefined ? undefined : await locate(options.mask, places);
      return readArray(await locate(template, places), { ...options, mask });
    },
    text: async (template, places) => {
      const path = await locate(template, places);
      return decodeText(path, await readBytes(path));
    },
    bytes: async (template, places) => readBytes(await locate(template, places)),
    path: locate,
    async inputs() {
      const entries = [...hashes].map(async ([path, hash]) => ({
        name: relative(base, path).replaceAll("\\", "/"),
        sha256: await hash,
      }));
      return (await Promise.all(entries)).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/** Put values into {placeholders}.
 * @throws EncodingError "settings" for a placeholder that has no value here. */
export function fillIn(template: string, places: Places): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = places[name];
    if (value === undefined)
      throw new EncodingError(
        "settings",
        `path "${template}": {${name}} has no value here; legal: ${
          Object.keys(places)
            .map((key) => `{${key}}`)
            .join(", ") || "none"
        }.`,
      );
    return String(value);
  });
}

/** Put environment variables into `${NAME}` and `${NAME:-default}`.
 * @throws EncodingError "settings" for a variable that is not set and has no default. */
export function expandVariables(text: string): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, fallback: string | undefined) => {
    const value = process.env[name];
    if (value !== undefined && value !== "") return value;
    if (fallback === undefined)
      throw new EncodingError(
        "settings",
        `data: the environment variable ${name} is not set; set it, or write \${${name}:-default}.`,
      );
    return fallback;
  });
}

/** The one file that a name with `*` stands for; a name without is itself. */
async function matchOne(path: string): Promise<string> {
  const name = basename(path);
  if (!name.includes("*")) return path;
  const pattern = new RegExp(
    `^${name
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  );
  const names = await readdir(dirname(path)).catch(() => [] as string[]);
  const found = names.filter((one) => pattern.test(one)).sort();
  if (found.length !== 1)
    throw new EncodingError(
      "file",
      `${path}: must match exactly one file; it matches ${found.length === 0 ? "none" : found.slice(0, 4).join(", ")}.`,
    );
  return join(dirname(path), found[0] as string);
}
