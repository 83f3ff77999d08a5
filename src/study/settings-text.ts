import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../core/index.ts";

/** More than any settings file has: one mebibyte. */
const mostBytes = 2 ** 20;

/** The text of a settings file.
 * @throws EncodingError "file" if there is none or it cannot be read, "settings" if it is a folder or device, empty, no text, or over 1 MiB. */
export async function readSettingsText(path: string): Promise<string> {
  const bytes = await readSmallFile(path);
  if (bytes.length === 0) throw wrong(path, "is empty. Copy one from the folder examples");
  const text = bytes.toString("utf8");
  if (text.includes("\0") || text.includes("\ufffd"))
    throw wrong(path, "is not text (UTF-8). Settings are a YAML file; is this a data file?");
  return text;
}

async function readSmallFile(path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw wrong(path, await folderHint(path));
    if (found.size > mostBytes)
      throw wrong(path, `has ${Math.ceil(found.size / 2 ** 20)} MiB, settings at most 1. Is it a data file?`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError(
      "file",
      `readSettings: cannot read ${path}: ${reasonOf(cause)}.`,
      { path },
      cause,
    );
  }
}

async function folderHint(path: string): Promise<string> {
  const inside = join(path, "study.yaml");
  const there = await stat(inside).catch(() => null);
  return there === null ? "is not a file. Name a YAML file" : `is a folder. Did you mean ${inside}?`;
}

function wrong(path: string, what: string): EncodingError {
  return new EncodingError("settings", `readSettings: ${path} ${what}${/[.?]$/.test(what) ? "" : "."}`, {
    path,
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  return code === "EACCES" || code === "EPERM" ? "no permission" : message;
}
