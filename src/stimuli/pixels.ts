import { EncodingError } from "../core/index.ts";
import { bitmapOf } from "./bitmap.ts";
import type { Picture } from "./render.ts";

/** How bytes become a network's numbers: (byte · rescale − mean[c]) / std[c]. */
export interface PixelScale {
  /** Factor of the bytes; null: 1. Usually 1/255. */
  readonly rescale: number | null;
  /** Mean and standard deviation of each channel; null: not normalised. */
  readonly normalise: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
}

/** The numbers that a network sees, channel by channel: (channels, height, width).
 *
 * Each step is rounded to single precision, as the image processors of transformers compute it.
 * @returns channels · height · width numbers.
 * @throws EncodingError "shape" if mean or std have another number of channels. */
export function scalePixels(picture: Picture, { rescale, normalise }: PixelScale): Float32Array<ArrayBuffer> {
  const { channels, width, height, data } = bitmapOf("scalePixels", picture);
  for (const part of [normalise?.mean, normalise?.std])
    if (part !== undefined && part.length !== channels)
      throw new EncodingError(
        "shape",
        `scalePixels: mean and std must have one number a channel; the picture has ${channels}, got [${part.join(", ")}].`,
      );
  const size = width * height;
  const out = new Float32Array(channels * size);
  for (let c = 0; c < channels; c++) {
    const values = tableOf(rescale ?? 1, normalise?.mean[c] ?? 0, normalise?.std[c] ?? 1);
    const plane = out.subarray(c * size, (c + 1) * size);
    for (let k = 0, at = c; k < size; k++, at += channels) plane[k] = values[data[at] as number] as number;
  }
  return out;
}

/** The number of each byte; assigning to a Float32Array rounds. */
function tableOf(rescale: number, mean: number, std: number): Float32Array {
  const table = new Float32Array(256);
  const [m, s] = [Math.fround(mean), Math.fround(std)];
  for (let byte = 0; byte < 256; byte++) table[byte] = Math.fround(Math.fround(byte * rescale) - m) / s;
  return table;
}
