import { checkCancelled, EncodingError, isEncodingError } from "../../core/index.ts";
import { openRows, type RowReader } from "../../io/index.ts";
import type { Film } from "./film.ts";

/** An array of frames (NPY, uint8) as a film; grey becomes three equal channels.
 * @throws EncodingError "format" for another kind of numbers or sizes, or a file that is cut off. */
export async function openFrameArray(path: string, rate: number): Promise<Film> {
  const { width, height, channels, frames } = await withRows(path, async (file) => sizesOf(path, file));
  return {
    name: path,
    width,
    height,
    rate,
    frames,
    async *read({ signal } = {}) {
      const file = await openRows(path);
      try {
        for (let k = 0; k < frames; k++) {
          checkCancelled(signal);
          const own = (await file.read(k, k + 1)) as Uint8Array<ArrayBuffer>;
          yield { width, height, data: channels === 3 ? own : spread(own) };
        }
      } finally {
        await file.close();
      }
    },
  };
}

async function withRows<T>(path: string, use: (file: RowReader) => Promise<T>): Promise<T> {
  const file = await openRows(path).catch((cause: unknown) => {
    if (!isEncodingError(cause, "format")) throw cause;
    const why = cause.message.replace(`${path}: `, "");
    throw new EncodingError("format", `openFilm: cannot read ${path}: ${why}`, { path }, cause);
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function sizesOf(path: string, file: RowReader) {
  const [frames = 0, height = 0, width = 0, channels = 1] = file.shape;
  const fits = file.shape.length === 3 || (file.shape.length === 4 && channels === 3);
  const bytes = fits && frames > 0 && (await file.read(0, 1)) instanceof Uint8Array;
  if (!bytes || width < 1 || height < 1)
    throw new EncodingError(
      "format",
      `openFilm: ${path} must hold frames × height × width (× 3) numbers of type uint8, 0 to 255; it is [${file.shape.join(", ")}]${fits && frames > 0 ? " of another type" : ""}.`,
      { path },
    );
  return { frames, height, width, channels };
}

/** Grey as RGB. */
function spread(grey: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(3 * grey.length);
  for (let k = 0, at = 0; k < grey.length; k++) {
    const value = grey[k] as number;
    out[at++] = value;
    out[at++] = value;
    out[at++] = value;
  }
  return out;
}
