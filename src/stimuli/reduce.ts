import type { Bitmap, Box } from "./bitmap.ts";

/** Average blocks of `across` × `down` pixels, bit for bit as Pillow's Image.reduce; blocks cut off at the right and the bottom are
 * averaged over what there is.
 * @param box part of the picture, whole numbers.
 * @source Pillow's fixed-point mean: (sum + count/2) · ⌊2²⁴/count⌋ ≫ 24, where the factor is divided in single precision. */
export function reducePicture(
  { width: wide, channels, data }: Bitmap,
  [across, down]: readonly [number, number],
  [left, top, right, bottom]: Box,
): Bitmap {
  const width = Math.ceil((right - left) / across);
  const height = Math.ceil((bottom - top) / down);
  const out = new Uint8Array(width * height * channels);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [x0, y0] = [left + x * across, top + y * down];
      const [x1, y1] = [Math.min(right, x0 + across), Math.min(bottom, y0 + down)];
      const count = (x1 - x0) * (y1 - y0);
      for (let c = 0; c < channels; c++) {
        let sum = Math.trunc(count / 2);
        for (let j = y0; j < y1; j++)
          for (let i = x0; i < x1; i++) sum += data[(j * wide + i) * channels + c] as number;
        out[to++] = meanOf(sum, count);
      }
    }
  return { width, height, channels, data: out };
}

function meanOf(sum: number, count: number): number {
  const factor = Math.trunc(Math.fround(2 ** 32 / (256 * count)));
  return Math.imul(sum, factor) >>> 24;
}
