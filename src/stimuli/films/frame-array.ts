import { extname } from "node:path";
import { checkCancelled, EncodingError, isEncodingError } from "../../core/index.ts";
import { type Numbers, openHdf5, openRows } from "../../io/index.ts";
import type { Film } from "./film.ts";

/** Numbers of frames, by the first axis. */
interface FrameFile {
  readonly shape: readonly number[];
  read(from: number, to: number): Promise<Numbers> | Numbers;
  close(): Promise<void> | void;
}

/** Bytes that are read at once: chunks of HDF5 may hold several frames. */
const mostBytes = 16 * 2 ** 20;

/** Frames in an array as a film: NPY, or a data set of an HDF5 file. Bytes are taken as they are, fractions of 0 to 1 as parts of white (beyond
 * them: 0 or 1); grey becomes three equal channels.
 * @param dataset of HDF5; default the only one of three or four axes.
 * @throws EncodingError "format" for other numbers or sizes, or a file that is cut off; "range" for a data set that is not there. */
export async function openFrameArray(path: string, rate: number, dataset?: string): Promise<Film> {
  const open = () => openFile(path, dataset);
  const { width, height, channels, frames } = await withFile(open, (file) => sizesOf(path, file));
  const atOnce = Math.max(1, Math.floor(mostBytes / (channels * width * height)));
  return {
    name: path,
    width,
    height,
    rate,
    frames,
    async *read({ signal } = {}) {
      const file = await open();
      try {
        for (let k = 0; k < frames; k += atOnce) {
          checkCancelled(signal);
          const some = await file.read(k, Math.min(frames, k + atOnce));
          const size = channels * width * height;
          for (let at = 0; at < some.length; at += size)
            yield { width, height, data: toRgb(some.subarray(at, at + size), channels === 3) };
        }
      } finally {
        await file.close();
      }
    },
  };
}

async function openFile(path: string, dataset: string | undefined): Promise<FrameFile> {
  try {
    return extname(path).toLowerCase() === ".npy" ? await openRows(path) : await openDataset(path, dataset);
  } catch (cause) {
    if (!isEncodingError(cause, "format")) throw cause;
    const why = cause.message.replace(`${path}: `, "");
    throw new EncodingError("format", `openFilm: cannot read ${path}: ${why}`, { path }, cause);
  }
}

async function openDataset(path: string, dataset: string | undefined): Promise<FrameFile> {
  const file = await openHdf5(path);
  const all = file.datasets();
  const known = all.filter((one) => one.shape.length === 3 || one.shape.length === 4);
  const found =
    dataset === undefined
      ? known.length === 1
        ? known[0]
        : undefined
      : all.find((one) => one.path.replace(/^\//, "") === dataset.replace(/^\//, ""));
  if (found !== undefined)
    return {
      shape: found.shape,
      read: (from, to) => file.read(found.path, { from, to }).data,
      close: () => file.close(),
    };
  file.close();
  const names = known.map((one) => one.path).join(", ") || "none";
  throw new EncodingError(
    "range",
    `openFilm: ${path} has ${dataset === undefined ? `${known.length} data sets that could be films` : `no data set "${dataset}"`}; name one in \`dataset\`: ${names}.`,
    { path },
  );
}

async function withFile<T>(open: () => Promise<FrameFile>, use: (file: FrameFile) => Promise<T>): Promise<T> {
  const file = await open();
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function sizesOf(path: string, file: FrameFile) {
  const [frames = 0, height = 0, width = 0, channels = 1] = file.shape;
  const fits = file.shape.length === 3 || (file.shape.length === 4 && channels === 3);
  const first = fits && frames > 0 ? await file.read(0, 1) : null;
  const known = first instanceof Uint8Array || first instanceof Float32Array || first instanceof Float64Array;
  const whites =
    known && !(first instanceof Uint8Array) && (first as Float64Array).some((value) => !(value <= 2));
  if (!known || whites || width < 1 || height < 1)
    throw new EncodingError(
      "format",
      `openFilm: ${path} must hold frames × height × width (× 3) numbers: bytes (uint8), or fractions of white from 0 to 1; it is [${file.shape.join(", ")}]${known && whites ? " of larger fractions" : ""}.`,
      { path },
    );
  return { frames, height, width, channels };
}

function toRgb(values: Numbers, color: boolean): Uint8Array<ArrayBuffer> {
  const bytes =
    values instanceof Uint8Array
      ? values
      : Uint8Array.from(values as Float64Array, (value) => Math.round(255 * Math.max(0, Math.min(1, value))));
  if (color) return new Uint8Array(bytes);
  const out = new Uint8Array(3 * bytes.length);
  for (let k = 0, at = 0; k < bytes.length; k++) {
    const value = bytes[k] as number;
    out[at++] = value;
    out[at++] = value;
    out[at++] = value;
  }
  return out;
}
