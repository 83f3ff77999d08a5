import type { Bitmap } from "./bitmap.ts";

/** Colours multiplied by their alpha (the last channel), so that hidden colours do not leak into neighbours; Pillow's rounding. */
export function multiplyAlpha(picture: Bitmap): Bitmap {
  return mapColors(picture, (color, alpha) => {
    const product = color * alpha + 128;
    return ((product >> 8) + product) >> 8;
  });
}

/** Colours divided by their alpha again; Pillow's rounding. */
export function divideAlpha(picture: Bitmap): Bitmap {
  return mapColors(picture, (color, alpha) =>
    alpha === 0 || alpha === 255 ? color : Math.min(255, Math.trunc((255 * color) / alpha)),
  );
}

function mapColors(picture: Bitmap, change: (color: number, alpha: number) => number): Bitmap {
  const { channels } = picture;
  const data = picture.data.slice();
  for (let at = 0; at < data.length; at += channels) {
    const alpha = data[at + channels - 1] as number;
    for (let c = 0; c < channels - 1; c++) data[at + c] = change(data[at + c] as number, alpha);
  }
  return { ...picture, data };
}
