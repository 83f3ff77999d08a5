import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { checkNumber, EncodingError } from "../../core/index.ts";
import { openAnimation } from "./animation.ts";
import { openFfmpeg } from "./ffmpeg.ts";
import type { Film, FilmOptions } from "./film.ts";
import { openFrameArray } from "./frame-array.ts";
import { openFrameFolder } from "./frame-folder.ts";

const stills = [".png", ".jpg", ".jpeg", ".tif", ".tiff", ".avif", ".bmp"];
const arrays = [".npy", ".h5", ".hdf", ".hdf5"];
/** Frames a second that a film may have. */
const mostRate = 1000;

/** Open a film; needs Node.
 *
 * - An **animation** (`.gif`, `.webp`), by sharp. Frames of unlike length are repeated at the rate that fits all of them; lengths of 0 are 0.1 s, as
 *   browsers have it. Alpha is dropped.
 * - A **folder of numbered pictures** (`frame-0001.png` …), in the order of the last number in their names; none may be missing. `rate` must be given.
 * - An **array** (`.npy`, or a data set of `.h5`, `.hdf`, `.hdf5`): frames × height × width (grey) or × 3, bytes or fractions of white. `rate` must be given.
 * - **Any other film file** (`.mp4`, `.mkv`, an animated `.png` as `.apng` …), by the program `ffmpeg`, if there is one: at a constant rate, pixels made
 *   square, turned as the file says.
 * @param path of a file or a folder.
 * @throws EncodingError "file" if there is nothing; "format" if it is damaged, a still picture, or frames are missing or differ in size; "option" if
 * `rate` is missing or cannot be; "backend" naming the remedy, where ffmpeg or sharp is needed and not there. */
export async function openFilm(
  path: string,
  { rate, dataset, ffmpeg = "ffmpeg" }: FilmOptions = {},
): Promise<Film> {
  if (rate !== undefined) checkNumber("openFilm", "rate", rate, { min: 0.01, max: mostRate });
  const found = await stat(path).catch((cause: unknown) => {
    throw new EncodingError("file", `openFilm: there is no film ${path}.`, { path }, cause);
  });
  if (found.isDirectory()) return openFrameFolder(path, rateOf(path, rate, "a folder of frames"));
  if (found.size === 0)
    throw new EncodingError("format", `openFilm: cannot read ${path}: it is empty.`, { path });
  const end = extname(path).toLowerCase();
  if (arrays.includes(end)) return openFrameArray(path, rateOf(path, rate, "an array of frames"), dataset);
  if (end === ".gif" || end === ".webp") return openAnimation(path, rate);
  if (stills.includes(end))
    throw new EncodingError(
      "format",
      `openFilm: ${path} is a still picture. A folder of numbered pictures is a film; an animated PNG is one under the name .apng.`,
      { path },
    );
  return openFfmpeg(path, rate, ffmpeg);
}

function rateOf(path: string, rate: number | undefined, what: string): number {
  if (rate !== undefined) return rate;
  throw new EncodingError(
    "option",
    `openFilm: ${path} is ${what}, which does not say its frames a second; give \`rate\`.`,
    { path },
  );
}
