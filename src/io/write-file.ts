import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
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

/** Remove what killed writers left behind: drafts of {@link writeFileAtomic} in a folder and the folders in it.
 * @param olderThan milliseconds; younger drafts may belong to a writer that is alive. 0 removes all. */
export async function removeDrafts(folder: string, { olderThan }: { olderThan: number }): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const drafts = entries.filter((entry) => entry.isFile() && /^\..+\.[0-9a-f]{12}\.part$/.test(entry.name));
  for (const { parentPath, name } of drafts) {
    const path = join(parentPath, name);
    const age =
      olderThan === 0
        ? 0
        : await stat(path).then(
            ({ mtimeMs }) => Date.now() - mtimeMs,
            () => -1,
          );
    if (age >= olderThan) await rm(path, { force: true }).catch(() => {});
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
