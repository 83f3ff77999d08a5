import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";

/** A new name beside a path, for what is renamed into place when it is whole; {@link removeDrafts} knows it. */
export function draftPath(path: string): string {
  const short = basename(path).slice(0, 60); // a name may be as long as the file system allows; the draft's must fit too
  return join(dirname(path), `.${short}.${randomBytes(6).toString("hex")}.part`);
}

/** Write a file whole or not at all: beside its place, flushed, then renamed into it. Folders are made.
 * @param bytes all of it, or its pieces one after the other.
 * @throws EncodingError "file", one line: full disk, no permission, a part of the path that is a file. */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string | Iterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const draft = draftPath(path);
  try {
    await makeFolder(folder);
    const file = await open(draft, "wx");
    try {
      for (const piece of piecesOf(bytes)) await file.writeFile(piece); // each goes on where the last ended
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    if (cause instanceof EncodingError) throw cause; // of the pieces
    throw new EncodingError(
      "file",
      `cannot write ${path}: ${reasonOf(cause)}.`,
      { path, code: codeOf(cause) },
      cause,
    );
  }
}

function piecesOf(bytes: Uint8Array | string | Iterable<Uint8Array>): Iterable<Uint8Array | string> {
  return typeof bytes === "string" || bytes instanceof Uint8Array ? [bytes] : bytes;
}

/** Make a folder and those above it. Node says ENOENT where a folder above cannot be made; the reason is told by making that one. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(async (cause: unknown) => {
    if (codeOf(cause) !== "ENOENT" || dirname(folder) === folder) throw cause;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  });
}

/** Remove what killed writers left behind: drafts of {@link writeFileAtomic}, and of Zarr stores, in a folder and the folders in it.
 * @param olderThan milliseconds; younger drafts may belong to a writer that is alive. 0 removes all. */
export async function removeDrafts(folder: string, { olderThan }: { olderThan: number }): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const drafts = entries.filter(
    (entry) => !entry.isSymbolicLink() && /^\..+\.[0-9a-f]{12}\.part$/.test(entry.name),
  );
  for (const { parentPath, name } of drafts) {
    const path = join(parentPath, name);
    const age =
      olderThan === 0
        ? 0
        : await stat(path).then(
            ({ mtimeMs }) => Date.now() - mtimeMs,
            () => -1,
          );
    if (age >= olderThan) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** What one buffer holds. */
const mostBytes = 2 ** 32 - 1;
const stepBytes = 2 ** 30; // one read of the system gives at most 2 GiB

/** Read a whole file.
 * @throws EncodingError "file" with the names that are nearest where there is no such file; also for what is no regular file (a folder, a
 * device, which may have no end), and for 4 GiB or more. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, "r");
    try {
      return await readAll(file, path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    const near = codeOf(cause) === "ENOENT" ? await neighbours(path) : "";
    throw new EncodingError(
      "file",
      `cannot read ${path}: ${reasonOf(cause)}.${near}`,
      { path, code: codeOf(cause) },
      cause,
    );
  }
}

async function readAll(file: FileHandle, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const found = await file.stat();
  const odd = found.isDirectory()
    ? "it is a folder"
    : !found.isFile()
      ? "it is no regular file"
      : found.size > mostBytes
        ? "it has 4 GiB or more; split it by runs, or keep it as HDF5 and read rows"
        : null;
  if (odd !== null) throw new EncodingError("file", `cannot read ${path}: ${odd}.`, { path });
  const out = new Uint8Array(found.size);
  let done = 0;
  while (done < out.length) {
    const { bytesRead } = await file.read(out, done, Math.min(stepBytes, out.length - done), done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  if (done === out.length) return out;
  throw new EncodingError("file", `cannot read ${path}: it became shorter while it was read.`, { path });
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
  ENFILE: "too many files are open",
  EFBIG: "the file would be larger than allowed",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "a link leads back to itself",
  EIO: "the disk failed",
};

function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error as Error).message;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? "");
}
