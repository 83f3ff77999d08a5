import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";

/** Write a file whole or not at all: beside its place, flushed, then renamed into it. Folders are made.
 * @throws EncodingError "file", one line: full disk, no permission, a part of the path that is a file. */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(draft, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw new EncodingError(
      "file",
      `cannot write ${path}: ${reasonOf(cause)}.`,
      { path, code: codeOf(cause) },
      cause,
    );
  }
}

/** Read a whole file.
 * @throws EncodingError "file" with the names that are nearest where there is no such file. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const near = codeOf(cause) === "ENOENT" ? await neighbours(path) : "";
    throw new EncodingError(
      "file",
      `cannot read ${path}: ${reasonOf(cause)}.${near}`,
      { path, code: codeOf(cause) },
      cause,
    );
  }
}

async function neighbours(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => null);
  if (names === null) return ` The folder ${dirname(path)} does not exist.`;
  const wanted = basename(path);
  const near = names
    .map((name) => ({ name, same: sharedStart(name, wanted) }))
    .filter(({ same }) => same >= Math.min(3, wanted.length))
    .sort((a, b) => b.same - a.same)
    .slice(0, 3);
  return near.length > 0 ? ` Near it: ${near.map(({ name }) => name).join(", ")}.` : "";
}

function sharedStart(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file",
  EMFILE: "too many files are open",
};

function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error as Error).message;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? "");
}
