import type { Bitmap, Box, PictureSize } from "./bitmap.ts";

/** How new pixels are made of old ones; the names are Pillow's. */
export type Filter = "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** Half width of each filter, in output pixels, and its weight at a distance. */
export const filters: Readonly<
  Record<Exclude<Filter, "nearest">, { support: number; weigh: (x: number) => number }>
> = {
  box: { support: 0.5, weigh: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weigh: hamming },
  bicubic: { support: 2, weigh: bicubic },
  lanczos: { support: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function hamming(x: number): number {
  const t = Math.abs(x) * Math.PI;
  if (t === 0) return 1;
  return Math.abs(x) >= 1 ? 0 : (Math.sin(t) / t) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(t));
}

function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Weights of one axis: output pixel k is the sum over i < counts[k] of weights[k * width + i] · input[from[k] + i] / 2²². */
interface Weights {
  readonly from: Int32Array;
  readonly counts: Int32Array;
  readonly width: number;
  readonly weights: Int32Array;
}

/** Fraction bits of the weights: 8 bits of the pixel, 2 of overshoot and these make 32. */
const bits = 22;

/** The weights of one axis as whole numbers. @param start @param end part of the input, single precision. */
function weighAxis(
  size: number,
  [start, end]: readonly [number, number],
  out: number,
  filter: Exclude<Filter, "nearest">,
): Weights {
  const { support, weigh } = filters[filter];
  const scale = Math.fround(end - start) / out;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  const width = Math.ceil(reach) * 2 + 1;
  const from = new Int32Array(out);
  const counts = new Int32Array(out);
  const weights = new Int32Array(out * width);
  const exact = new Float64Array(width);
  for (let k = 0; k < out; k++) {
    const center = start + (k + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - reach + 0.5));
    const count = Math.min(size, Math.trunc(center + reach + 0.5)) - low;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      exact[i] = weigh((i + low - center + 0.5) * (1 / stretch));
      sum += exact[i] as number;
    }
    from[k] = low;
    counts[k] = count;
    for (let i = 0; i < count; i++) {
      const weight = (sum === 0 ? (exact[i] as number) : (exact[i] as number) / sum) * 2 ** bits;
      weights[k * width + i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { from, counts, width, weights };
}

/** Resample in two passes of whole numbers, rows first.
 * @param box part of the picture, in single precision. */
export function resample(
  picture: Bitmap,
  { width, height }: PictureSize,
  box: Box,
  filter: Exclude<Filter, "nearest">,
): Bitmap {
  const rows = weighAxis(picture.height, [box[1], box[3]], height, filter);
  const first = rows.from[0] as number;
  const last = (rows.from[height - 1] as number) + (rows.counts[height - 1] as number);
  const across = width !== picture.width || box[0] !== 0 || box[2] !== width;
  const down = height !== picture.height || box[1] !== 0 || box[3] !== height;
  let now = picture;
  if (across) {
    const columns = weighAxis(picture.width, [box[0], box[2]], width, filter);
    now = resampleRows(picture, columns, { width, first, last });
  }
  return down ? resampleColumns(now, rows, height, across ? first : 0) : now;
}

/** The first pass: each row for itself. @param part rows that the second pass needs. */
function resampleRows(
  { width: wide, channels, data }: Bitmap,
  { from, counts, width: taps, weights }: Weights,
  { width, first, last }: { width: number; first: number; last: number },
): Bitmap {
  const out = new Uint8ClampedArray((last - first) * width * channels);
  let to = 0;
  for (let y = first; y < last; y++)
    for (let x = 0; x < width; x++) {
      const start = (y * wide + (from[x] as number)) * channels;
      const count = counts[x] as number;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (bits - 1);
        let at = start + c;
        const end = x * taps + count;
        for (let i = x * taps; i < end; i++) {
          sum = (sum + Math.imul(data[at] as number, weights[i] as number)) | 0;
          at += channels;
        }
        out[to++] = sum >> bits; // clamped to a byte
      }
    }
  return { width, height: last - first, channels, data: new Uint8Array(out.buffer) };
}

/** The second pass: a row of output is a weighted sum of rows. @param first input row that row 0 of `data` is. */
function resampleColumns(
  { width, channels, data }: Bitmap,
  { from, counts, width: taps, weights }: Weights,
  height: number,
  first: number,
): Bitmap {
  const stride = width * channels;
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (bits - 1));
    const count = counts[y] as number;
    for (let i = 0; i < count; i++) {
      const weight = weights[y * taps + i] as number;
      let at = ((from[y] as number) - first + i) * stride;
      for (let x = 0; x < stride; x++)
        sums[x] = (sums[x] as number) + Math.imul(data[at++] as number, weight);
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = (sums[x] as number) >> bits;
  }
  return { width, height, channels, data: new Uint8Array(out.buffer) };
}
