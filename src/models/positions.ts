import type { FloatArray } from "../core/index.ts";

/** Rows and columns of patches. */
export type Grid = readonly [rows: number, cols: number];

/** Position embeddings for another resolution: bicubic over the grid of patches, the row of [CLS] unchanged.
 * @param data (1 + rows · cols, width), the first row is that of [CLS]. @param grids the grid of `data`, and the grid wanted.
 * @returns (1 + to rows · to cols, width).
 * @source Hugging Face's `interpolate_pos_encoding`: torch's bicubic interpolation (A = −.75, no aligned corners, no antialiasing). */
export function interpolatePositions<T extends FloatArray>(
  data: T,
  width: number,
  grids: { readonly from: Grid; readonly to: Grid },
): T {
  const { from, to } = grids;
  const [rows, cols] = [axisTaps(from[0], to[0]), axisTaps(from[1], to[1])];
  const out = new (data.constructor as new (length: number) => T)((1 + to[0] * to[1]) * width);
  out.set(data.subarray(0, width));
  rows.forEach((down, i) => {
    cols.forEach((across, j) => {
      const at = (1 + i * to[1] + j) * width;
      for (let k = 0; k < width; k++) {
        let sum = 0;
        for (const [r, a] of down)
          for (const [c, b] of across) sum += a * b * (data[(1 + r * from[1] + c) * width + k] as number);
        out[at + k] = sum;
      }
    });
  });
  return out;
}

/** For each new place of an axis: the old places it is made of, and their weights. */
function axisTaps(from: number, to: number): (readonly [place: number, weight: number])[][] {
  return Array.from({ length: to }, (_, i) => {
    const at = ((i + 0.5) * from) / to - 0.5;
    const base = Math.floor(at);
    return [-1, 0, 1, 2].map((step) => {
      const place = Math.min(Math.max(base + step, 0), from - 1);
      return [place, cubic(Math.abs(at - base - step))] as const;
    });
  });
}

/** Keys' cubic kernel, A = −.75. @param t distance ≥ 0. */
function cubic(t: number): number {
  const a = -0.75;
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0;
}
