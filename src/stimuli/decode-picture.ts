import { EncodingError, isEncodingError, waitInNative } from "../core/index.ts";
import { decodeBmp, isBmp } from "./decode-bmp.ts";
import type { Picture } from "./render.ts";

/** Decode a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP file to RGB, as Pillow's `Image.open(…).convert("RGB")` does; needs Node (sharp).
 *
 * Alpha is dropped, not mixed with a background; grey becomes three equal channels; palettes are looked up; embedded colour profiles are
 * ignored. **A turn in the EXIF data is not applied**, as Pillow does not apply it either. Of an animation the first picture is taken; of
 * 16-bit values the high byte.
 * @param bytes the whole file. @param name of the file, for messages.
 * @returns RGB, three bytes a pixel.
 * @throws EncodingError "format" if the file is damaged, cut off or no picture; "backend" if sharp is missing. */
export async function decodePicture(bytes: Uint8Array, name = "picture"): Promise<Picture> {
  try {
    return isBmp(bytes) ? decodeBmp(bytes) : await decodeSharp(bytes);
  } catch (cause) {
    if (isEncodingError(cause, "backend") || isEncodingError(cause, "cancelled")) throw cause;
    throw new EncodingError(
      "format",
      `decodePicture: cannot read ${name}: ${reasonOf(cause, bytes)}`,
      { name },
      cause,
    );
  }
}

async function decodeSharp(bytes: Uint8Array): Promise<Picture> {
  const { default: sharp } = await waitInNative(() => import("sharp")).catch((cause: unknown) => {
    if (isEncodingError(cause, "cancelled")) throw cause; // the thread is asked to stop
    throw new EncodingError("backend", "decodePicture: sharp is not there. Run npm ci.", {}, cause);
  });
  const { data, info } = await waitInNative(() =>
    sharp(bytes, { failOn: "error", ignoreIcc: true })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  const out = new Uint8Array(data); // not a view of a shared pool
  return { width: info.width, height: info.height, data: info.channels === 1 ? repeat(out) : out };
}

/** Grey as RGB. */
function repeat(grey: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(3 * grey.length);
  for (let k = 0; k < out.length; k++) out[k] = grey[Math.floor(k / 3)] as number;
  return out;
}

function reasonOf(cause: unknown, bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty.";
  const { message } = cause as Error;
  if (/unsupported image format/i.test(message)) return "it is no picture of a known format.";
  return `${message
    .replace(/^BMP: /, "")
    .trim()
    .replace(/\s*\n\s*/g, "; ")
    .replace(/\.?$/, ".")}`;
}
