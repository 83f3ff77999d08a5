import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";
import { type Gifti, parseGifti } from "./gifti.ts";
import { quote } from "./text.ts";
import { readBytes } from "./write-file.ts";

/** Read a GIFTI file and the files beside it that hold its data, where it says so. Of these only the bytes it names are read.
 * @throws EncodingError "file" | "format" as {@link parseGifti}; "format" also for data in a file outside its folder. */
export async function readGifti(path: string): Promise<Gifti> {
  const folder = dirname(path);
  return parseGifti(await readBytes(path), {
    external: (name, offset, length) => readPart(join(folder, checkInside(name)), offset, length),
  });
}

/** A GIFTI file from elsewhere must not make us read any file of this machine: a plain name, in its own folder. */
function checkInside(name: string): string {
  if (name !== "" && name !== "." && name !== ".." && !/[/\\:\0]/.test(name)) return name;
  throw new EncodingError(
    "format",
    `GIFTI: the data must stand in a file of the same folder; got ${quote(name)}. Move it there, or put the data inside.`,
  );
}

function readPart(path: string, offset: number, length: number): Uint8Array {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    throw new EncodingError("file", `GIFTI: cannot read ${path}, which holds the data.`, { path }, cause);
  }
  try {
    const { size } = fstatSync(file);
    if (offset + length > size)
      throw new EncodingError(
        "format",
        `GIFTI: bytes ${offset} … ${offset + length} of ${path} are wanted; it has ${size}. Is it cut off?`,
      );
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = readSync(file, out, done, length - done, offset + done);
      if (got === 0) throw new EncodingError("file", `GIFTI: ${path} became shorter while it was read.`);
      done += got;
    }
    return out;
  } finally {
    closeSync(file);
  }
}
