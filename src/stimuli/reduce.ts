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
  const sums = new Float64Array(width * channels); // of one row of blocks
  let to = 0;
  for (let y = 0; y < height; y++) {
    const [y0, y1] = [top + y * down, Math.min(bottom, top + (y + 1) * down)];
    sums.fill(0);
    for (let j = y0; j < y1; j++)
      addRow(data, (j * wide + left) * channels, { sums, channels, across, pixels: right - left });
    for (let x = 0; x < width; x++) {
      const count = (Math.min(right, left + (x + 1) * across) - left - x * across) * (y1 - y0);
      for (let c = 0; c < channels; c++)
        out[to++] = meanOf(Math.trunc(count / 2) + (sums[x * channels + c] as number), count);
    }
  }
  return { width, height, channels, data: out };
}

/** Add a row of pixels to the sums of its blocks. */
function addRow(
  data: Bitmap["data"],
  from: number,
  {
    sums,
    channels,
    across,
    pixels,
  }: { sums: Float64Array; channels: number; across: number; pixels: number },
): void {
  if (channels !== 3) {
    for (let i = 0, k = from; i < pixels; i++)
      for (let c = 0; c < channels; c++) sums[Math.floor(i / across) * channels + c]! += data[k++] as number;
    return;
  }
  for (let i = 0, k = from, at = 0; i < pixels; at += 3) {
    let [r, g, b] = [0, 0, 0];
    for (const end = Math.min(pixels, i + across); i < end; i++, k += 3) {
      r += data[k] as number;
      g += data[k + 1] as number;
      b += data[k + 2] as number;
    }
    sums[at]! += r;
    sums[at + 1]! += g;
    sums[at + 2]! += b;
  }
}

function meanOf(sum: number, count: number): number {
  const factor = Math.trunc(Math.fround(2 ** 32 / (256 * count)));
  return Math.imul(sum, factor) >>> 24;
}
