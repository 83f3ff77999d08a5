import { checkCancelled, EncodingError, isEncodingError, waitInNative } from "../../core/index.ts";
import { readBytes } from "../../io/index.ts";
import type { Picture } from "../render.ts";
import type { Film } from "./film.ts";
import { checkGif } from "./walk-gif.ts";

/** Bytes of frames that are decoded at once: an animation is decoded from its start each time. */
const mostBytes = 64 * 2 ** 20;

/** An animated GIF or WebP as a film, decoded by sharp, some frames at a time.
 * @throws EncodingError "format" if it is damaged, cut off, or a still; "backend" if sharp is missing. */
export async function openAnimation(path: string, rate: number | undefined): Promise<Film> {
  const bytes = await readBytes(path);
  const { pages, width, height, delays } = await describe(path, bytes);
  const own = rate ?? 1000 / delays.reduce(divisorOf);
  const ends = endsOf(delays);
  const frames = Math.max(1, Math.round(((ends.at(-1) as number) / 1000) * own));
  return {
    name: path,
    width,
    height,
    rate: own,
    frames,
    async *read({ signal } = {}) {
      const atOnce = Math.max(1, Math.floor(mostBytes / (3 * width * height)));
      let tick = 0;
      for (let page = 0; page < pages && tick < frames; page += atOnce) {
        checkCancelled(signal);
        const some = await decode(path, bytes, page, Math.min(atOnce, pages - page));
        for (const [k, data] of some.entries()) {
          const last = page + k === pages - 1;
          for (; tick < frames && (last || (1000 * (tick + 0.5)) / own < (ends[page + k] as number)); tick++)
            yield { width, height, data };
        }
      }
    },
  };
}

async function describe(path: string, bytes: Uint8Array) {
  if (bytes[0] === 0x47) checkGif(path, bytes); // sharp takes a GIF that is cut between two frames for a whole one
  const {
    pages = 1,
    width,
    pageHeight,
    height,
    delay = [],
  } = await inSharp(path, (sharp) => sharp(bytes).metadata());
  if (pages < 2)
    throw new EncodingError("format", `openFilm: ${path} is a still picture: it has one frame.`, { path });
  const delays = Array.from({ length: pages }, (_, k) => delay[k] || 100);
  return { pages, width, height: pageHeight ?? height, delays };
}

/** RGB of some frames. */
async function decode(
  path: string,
  bytes: Uint8Array,
  page: number,
  pages: number,
): Promise<Picture["data"][]> {
  const { data, info } = await inSharp(path, (sharp) =>
    sharp(bytes, { page, pages, failOn: "error", ignoreIcc: true })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  const size = data.length / pages;
  const grey = info.channels === 1;
  return Array.from({ length: pages }, (_, k) => {
    const own = data.subarray(k * size, (k + 1) * size);
    return grey
      ? Uint8Array.from({ length: 3 * size }, (_, i) => own[Math.floor(i / 3)] as number)
      : new Uint8Array(own);
  });
}

type Sharp = typeof import("sharp")["default"];

async function inSharp<T>(path: string, run: (sharp: Sharp) => Promise<T>): Promise<T> {
  const { default: sharp } = await waitInNative(() => import("sharp")).catch((cause: unknown) => {
    if (isEncodingError(cause, "cancelled")) throw cause; // the thread is asked to stop
    throw new EncodingError("backend", "openFilm: sharp is not there. Run npm ci.", {}, cause);
  });
  return waitInNative(() => run(sharp)).catch((cause: unknown) => {
    if (isEncodingError(cause)) throw cause;
    const why = (cause as Error).message.trim().replace(/\s*\n\s*/g, "; ");
    throw new EncodingError(
      "format",
      `openFilm: cannot read ${path}: ${why.replace(/\.?$/, ".")}`,
      { path },
      cause,
    );
  });
}

/** When each frame ends, milliseconds. */
function endsOf(delays: readonly number[]): number[] {
  let end = 0;
  return delays.map((delay) => (end += delay));
}

/** Greatest common divisor: the longest tick that all frames are whole numbers of. */
function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}
