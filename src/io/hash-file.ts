import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { readBytes } from "./write-file.ts";

/** SHA-256 of a file's bytes, without holding them; of a folder (a Zarr store), that of the names and hashes of all files below it.
 * @throws EncodingError "file". */
export async function hashFile(path: string): Promise<string> {
  const folder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  return folder ? hashFolder(path) : hashBytes(path);
}

async function hashBytes(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch {
    await readBytes(path); // the clear error
  }
  return hash.digest("hex");
}

async function hashFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
  const names = paths.map((path) => relative(folder, path).replaceAll(sep, "/")).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0${await hashBytes(join(folder, name))}\n`);
  return hash.digest("hex");
}
