import { type Picture, resizePicture } from "../../stimuli/index.ts";

/** Signatures of a second of film. */
export const signaturesPerSecond = 2;

const [across, down] = [9, 8];
const even = 3; // spread of 8-bit greys below which a frame looks like no other

/** 64 bits, as two numbers of 32, that say how a frame looks: whether each of 8 × 8 places is brighter than its neighbour to the right. Compression, noise, size and brightness change few of
 * them. 0 for an even frame, which says nothing. @source the difference hash (dHash). */
export function signFrame(frame: Picture): readonly [number, number] {
  const { data } = resizePicture(
    frame,
    { width: across, height: down },
    { filter: "bilinear", reducingGap: 2 },
  );
  const grey = Float64Array.from({ length: across * down }, (_, k) => {
    const [r, g, b] = [data[3 * k] as number, data[3 * k + 1] as number, data[3 * k + 2] as number];
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
  const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
  const spread = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  if (spread < even) return [0, 0];
  const bits = [0, 0] as [number, number];
  for (let y = 0; y < down; y++)
    for (let x = 0; x + 1 < across; x++) {
      const k = y * across + x;
      const half = y < down / 2 ? 0 : 1;
      bits[half] = (bits[half] << 1) | ((grey[k] as number) > (grey[k + 1] as number) ? 1 : 0);
    }
  return bits;
}
