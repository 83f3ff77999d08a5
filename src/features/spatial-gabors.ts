import type { Pyramid, PyramidScale } from "./motion-energy-pyramid.ts";

/** The answers in space of all filters that share one, for one frame. */
export interface SpatialGabors {
  /** Places of each spatial frequency, and where its answers begin. */
  readonly scales: readonly {
    readonly count: number;
    readonly firstStripe: number;
    readonly firstBright: number;
  }[];
  /** Complex answers to stripes: of each spatial frequency, orientation (half the directions) and place. */
  readonly stripes: number;
  /** Real answers to brightness: of each spatial frequency and place. */
  readonly brightness: number;
  /** 2 · stripes + brightness. */
  readonly size: number;
  /** Filter one frame (L*, row-major) into `out`: real parts of stripes, imaginary parts, brightness. */
  apply(pixels: Float64Array, out: Float64Array): void;
}

/** Weights at one place along one axis: pixels [from, from + re.length). */
interface Taps {
  readonly from: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}
/** An orientation: which row filter, whether it is conjugated, and its column filter. */
interface Orientation {
  readonly row: number;
  readonly sign: 1 | -1;
  readonly columns: readonly Taps[];
}
interface Scale {
  readonly xs: number;
  readonly ys: number;
  /** Taps along x of each different |frequency|, each at all places; the first is the bare envelope. */
  readonly rows: readonly (readonly Taps[])[];
  readonly orientations: readonly Orientation[];
  readonly envelope: readonly Taps[];
}

const cut = 5; // standard deviations

/** Complex Gabors of every scale, orientation and place as products of a row and a column filter. Rows whose frequencies along x are equal or opposite are filtered once.
 * Positions are those of pymoten: pixel centres from 0 to the aspect ratio, both ends included. */
export function createSpatialGabors(
  width: number,
  height: number,
  scales: readonly PyramidScale[],
  { directions, spatialFrequencies }: Pyramid,
): SpatialGabors {
  const half = directions / 2;
  const made = scales.map((scale) => createScale(width, height, scale, half));
  const counts = made.map(({ xs, ys }) => xs * ys);
  const before = (s: number) => counts.slice(0, s).reduce((a, b) => a + b, 0);
  const total = before(counts.length);
  const stripes = total * half;
  const brightness = spatialFrequencies.includes(0) ? total : 0;
  const places = counts.map((count, s) => ({ count, firstStripe: before(s) * half, firstBright: before(s) }));
  const unread = new Float64Array(Math.max(...counts)); // imaginary parts of brightness
  const room = made.map(({ xs, rows }) => rows.map(() => [0, 1].map(() => new Float64Array(height * xs))));
  return {
    scales: places,
    stripes,
    brightness,
    size: 2 * stripes + brightness,
    apply(pixels, out) {
      for (const [s, scale] of made.entries()) {
        const { count, firstStripe, firstBright } = places[s] as (typeof places)[number];
        const rows = room[s] as Float64Array[][];
        for (const [r, taps] of scale.rows.entries())
          filterRows(pixels, width, taps, rows[r] as Float64Array[], r > 0);
        for (const [o, { row, sign, columns }] of scale.orientations.entries()) {
          const from = firstStripe + o * count;
          const [re, im] = [
            out.subarray(from, from + count),
            out.subarray(stripes + from, stripes + from + count),
          ];
          filterColumns(rows[row] as Float64Array[], scale, columns, { sign, odd: row > 0 }, re, im);
        }
        if (brightness === 0) continue;
        const from = 2 * stripes + firstBright;
        const bright = out.subarray(from, from + count);
        filterColumns(
          rows[0] as Float64Array[],
          scale,
          scale.envelope,
          { sign: 1, odd: false },
          bright,
          unread,
        );
      }
    },
  };
}

function createScale(
  width: number,
  height: number,
  { frequency, sigma, xs, ys }: PyramidScale,
  half: number,
): Scale {
  const step = { x: width / height / (width - 1), y: 1 / (height - 1) };
  const k = 2 * Math.PI * frequency;
  const known: number[] = [0];
  const orientations = Array.from({ length: half }, (_, o): Orientation => {
    const angle = (Math.PI * o) / half;
    const [kx, ky] = [snap(-k * Math.cos(angle)), snap(k * Math.sin(angle))];
    let row = known.findIndex((one) => Math.abs(one - Math.abs(kx)) < 1e-9 * k);
    if (row < 0) row = known.push(Math.abs(kx)) - 1;
    return { row, sign: kx < 0 ? -1 : 1, columns: ys.map((y) => tapsAt(y, height, step.y, sigma, ky)) };
  });
  return {
    xs: xs.length,
    ys: ys.length,
    rows: known.map((kx) => xs.map((x) => tapsAt(x, width, step.x, sigma, kx))),
    orientations,
    envelope: ys.map((y) => tapsAt(y, height, step.y, sigma, 0)),
  };
  function snap(value: number): number {
    return Math.abs(value) < 1e-9 * k ? 0 : value; // cos 90° is not quite 0
  }
}

function tapsAt(centre: number, length: number, step: number, sigma: number, k: number): Taps {
  const from = Math.max(0, Math.ceil((centre - cut * sigma) / step));
  const to = Math.min(length, Math.floor((centre + cut * sigma) / step) + 1);
  const at = Float64Array.from({ length: to - from }, (_, i) => (from + i) * step - centre);
  const envelope = at.map((d) => Math.exp(-(d * d) / (2 * sigma * sigma)));
  return {
    from,
    re: envelope.map((e, i) => e * Math.cos(k * (at[i] as number))),
    im: envelope.map((e, i) => e * Math.sin(k * (at[i] as number))),
  };
}

/** Into (picture rows × places), real and imaginary. */
function filterRows(
  pixels: Float64Array,
  width: number,
  places: readonly Taps[],
  [outRe, outIm]: readonly Float64Array[],
  odd: boolean,
): void {
  const [re, im] = [outRe as Float64Array, outIm as Float64Array];
  const rows = pixels.length / width;
  for (let p = 0; p < places.length; p++) {
    const { from, re: even, im: quarter } = places[p] as Taps;
    for (let r = 0, out = p; r < rows; r++, out += places.length) {
      let [a, b] = [0, 0];
      if (odd)
        for (let i = 0, k = r * width + from; i < even.length; i++, k++) {
          const value = pixels[k] as number;
          a += value * (even[i] as number);
          b += value * (quarter[i] as number);
        }
      else
        for (let i = 0, k = r * width + from; i < even.length; i++, k++)
          a += (pixels[k] as number) * (even[i] as number);
      re[out] = a;
      im[out] = b;
    }
  }
}

/** From (picture rows × places along x) into places, x first and y within. */
function filterColumns(
  [inRe, inIm]: readonly Float64Array[],
  { xs, ys }: Pick<Scale, "xs" | "ys">,
  columns: readonly Taps[],
  { sign, odd }: { readonly sign: 1 | -1; readonly odd: boolean },
  outRe: Float64Array,
  outIm: Float64Array,
): void {
  const [re, im] = [inRe as Float64Array, inIm as Float64Array];
  for (let q = 0; q < ys; q++) {
    const { from, re: even, im: quarter } = columns[q] as Taps;
    for (let p = 0; p < xs; p++) {
      let [u, v] = [0, 0];
      for (let j = 0, k = from * xs + p; j < even.length; j++, k += xs) {
        const [c, d, a] = [even[j] as number, quarter[j] as number, re[k] as number];
        u += a * c;
        v += a * d;
        if (!odd) continue;
        const b = sign * (im[k] as number);
        u -= b * d;
        v += b * c;
      }
      outRe[p * ys + q] = u;
      outIm[p * ys + q] = v;
    }
  }
}
