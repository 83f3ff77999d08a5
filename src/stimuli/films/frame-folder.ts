import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { checkCancelled, EncodingError } from "../../core/index.ts";
import { readBytes } from "../../io/index.ts";
import { decodePicture } from "../decode-picture.ts";
import type { Film } from "./film.ts";

const pictures = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i;

/** A folder of numbered pictures as a film.
 * @throws EncodingError "format" if there are none, a number is missing or twice there, or a frame is not as large as the first. */
export async function openFrameFolder(path: string, rate: number): Promise<Film> {
  const names = await listFrames(path);
  const frame = async (k: number) => {
    const file = join(path, names[k] as string);
    return decodePicture(await readBytes(file), file);
  };
  const { width, height } = await frame(0);
  return {
    name: path,
    width,
    height,
    rate,
    frames: names.length,
    async *read({ signal } = {}) {
      for (const [k, name] of names.entries()) {
        checkCancelled(signal);
        const picture = await frame(k);
        if (picture.width !== width || picture.height !== height)
          throw new EncodingError(
            "format",
            `openFilm: frames must be equally large; ${path}: ${names[0]} has ${width} × ${height} pixels, ${name} ${picture.width} × ${picture.height}.`,
            { path },
          );
        yield picture;
      }
    },
  };
}

/** Names of the frames of a folder, in order. */
export async function listFrames(path: string): Promise<string[]> {
  const fail = (why: string) => new EncodingError("format", `openFilm: ${path}: ${why}`, { path });
  const numbered = (await readdir(path))
    .filter((name) => pictures.test(name) && !name.startsWith("."))
    .map((name) => ({
      name,
      number: Number(/(\d+)\D*$/.exec(name.replace(pictures, ""))?.[1] ?? Number.NaN),
    }))
    .sort((a, b) => a.number - b.number);
  if (numbered.length === 0) throw fail("the folder holds no numbered pictures (frame-0001.png …).");
  for (const [k, { name, number }] of numbered.entries()) {
    if (Number.isNaN(number))
      throw fail(`${name} has no number; frames are ordered by the last number in their names.`);
    const before = numbered[k - 1];
    if (before === undefined || number === before.number + 1) continue;
    throw fail(
      number === before.number
        ? `${before.name} and ${name} have one number.`
        : `frame ${before.number + 1} is missing between ${before.name} and ${name}.`,
    );
  }
  return numbered.map(({ name }) => name);
}
