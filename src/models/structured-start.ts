import { EncodingError } from "../core/index.ts";
import type { VitConfig } from "./vit.ts";

/** First patch kernels of a vision transformer that answer detail as well as colour: two-dimensional cosines of rising frequency, half of
 * the rows of brightness, a quarter each of red against green and of yellow against blue.
 *
 * Neighbouring pixels are nearly alike, so that random kernels answer the mean colour of a patch and little else. The gain of a cosine rises
 * with its frequency as amplitudes of pictures fall (about 1 / frequency), so that all rows answer about equally strongly. Rows beyond the
 * cosines of a patch are 0.
 * @returns (width, 3, patch, patch).
 * @throws EncodingError "option" if pictures have no three colours.
 * @source cosines: Ahmed 1974; amplitudes of pictures: Field 1987. */
export function cosinePatches({
  width,
  patch,
  channels,
}: Pick<VitConfig, "width" | "patch" | "channels">): Float32Array<ArrayBuffer> {
  if (channels !== 3)
    throw new EncodingError("option", `cosinePatches: pictures must have 3 colours; got ${channels}.`);
  const kernels = new Float32Array(width * 3 * patch * patch);
  const waves = wavesOf(patch);
  const starts = [0, Math.ceil(width / 2), Math.ceil((3 * width) / 4), width];
  for (const [axis, mix] of colorAxes.entries()) {
    const [from, to] = [starts[axis] as number, starts[axis + 1] as number];
    for (const [k, wave] of waves.slice(0, to - from).entries())
      kernels.set(kernelOf(wave, mix, patch, axis === 0 ? 0.2 : 0.4), (from + k) * 3 * patch * patch);
  }
  return kernels;
}

/** Brightness, red against green, yellow against blue; of length 1. */
const colorAxes = [
  [1, 1, 1],
  [1, -1, 0],
  [0.5, 0.5, -1],
].map((axis) => axis.map((x) => x / Math.hypot(...axis)));

type Wave = readonly [down: number, across: number];

/** Half periods within a patch, the slowest first. */
function wavesOf(patch: number): Wave[] {
  const all = Array.from({ length: patch * patch }, (_, k): Wave => [Math.floor(k / patch), k % patch]);
  return all.sort((a, b) => Math.hypot(...a) - Math.hypot(...b) || a[0] - b[0]);
}

/** @param gain length of the kernel of frequency 0. @returns (3, patch, patch). */
function kernelOf([down, across]: Wave, mix: readonly number[], patch: number, gain: number): number[] {
  const cosine = (wave: number, k: number) => Math.cos((Math.PI / patch) * (k + 0.5) * wave);
  const plane = Array.from(
    { length: patch * patch },
    (_, k) => cosine(down, Math.floor(k / patch)) * cosine(across, k % patch),
  );
  const scale = (gain * (1 + 2 * Math.hypot(down, across))) / Math.hypot(...plane);
  return mix.flatMap((share) => plane.map((x) => share * scale * x));
}

/** First position embeddings that tell near from far: sines and cosines of a patch's row in the first half of the width, of its column in
 * the second; [CLS] has zeros.
 * @param amplitude of the waves.
 * @returns (1 + patches, width).
 * @throws EncodingError "option" if the width is no multiple of 4.
 * @source Vaswani 2017, in two dimensions as in MAE (He 2022). */
export function wavePositions(
  { width, size, patch }: Pick<VitConfig, "width" | "size" | "patch">,
  amplitude = 0.5,
): Float32Array<ArrayBuffer> {
  if (width % 4 !== 0)
    throw new EncodingError("option", `wavePositions: the width must be a multiple of 4; got ${width}.`);
  const [rows, cols] = [size[0] / patch, size[1] / patch];
  const out = new Float32Array((1 + rows * cols) * width);
  const quarter = width / 4;
  for (let cell = 0; cell < rows * cols; cell++) {
    const places = [Math.floor(cell / cols), cell % cols];
    for (const [half, place] of places.entries())
      for (let k = 0; k < quarter; k++) {
        const at = (1 + cell) * width + 2 * half * quarter + k;
        const angle = place / 10_000 ** (k / quarter);
        out[at] = amplitude * Math.sin(angle);
        out[at + quarter] = amplitude * Math.cos(angle);
      }
  }
  return out;
}
