import { type Picture, resizePicture } from "../../stimuli/index.ts";

/** Signatures of a second of film. */
export const signaturesPerSecond = 2;
/** Numbers of 32 bits of a signature. */
export const signatureWords = 4;

const side = 9;
const even = 3; // spread of 8-bit greys below which a frame looks like no other

/** 128 bits, as four numbers, that say how a frame looks: whether each of 8 × 8 places is brighter than its neighbour to the right, and than the one below. Compression,
 * noise, size and brightness change few of them. 0 for an even frame, which says nothing. @source the difference hash (dHash), both ways. */
export function signFrame(frame: Picture): Uint32Array {
  const { data } = resizePicture(
    frame,
    { width: side, height: side },
    { filter: "bilinear", reducingGap: 2 },
  );
  const grey = Float64Array.from({ length: side * side }, (_, k) => {
    const [r, g, b] = [data[3 * k] as number, data[3 * k + 1] as number, data[3 * k + 2] as number];
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
  const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
  const spread = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  const out = new Uint32Array(signatureWords);
  if (spread < even) return out;
  let bit = 0;
  for (const beside of [1, side])
    for (let y = 0; y < side - 1; y++)
      for (let x = 0; x < side - 1; x++, bit++) {
        const k = y * side + x;
        if ((grey[k] as number) > (grey[k + beside] as number)) out[bit >> 5]! |= 1 << (bit & 31);
      }
  return out;
}
