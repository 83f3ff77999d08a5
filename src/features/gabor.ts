import { checkNumber, EncodingError } from "../core/index.ts";
import { checkPicture, lightnessOf, type RgbPicture } from "./picture.ts";

/** Which Gabor channels to compute. */
export interface GaborOptions {
  /** Cycles over the picture's shorter side, each ≥ 1 and at most half the shorter side (Nyquist). */
  readonly frequencies?: readonly number[];
  /** How many orientations, evenly spaced from 0° (horizontal stripes), counter-clockwise. */
  readonly orientations?: number;
  /** Energy is averaged over grid × grid cells. */
  readonly grid?: number;
  /** Last step: `sqrt` gives the amplitude in L* units, `log` gives ln(1 + energy). */
  readonly compression?: "sqrt" | "log";
}

/** Filters made once for pictures of one size. */
export interface GaborBank {
  /** `gabor 8 cycles 45° row 0 column 1`, in the order of the columns: frequency, orientation, row, column. */
  readonly names: readonly string[];
  /** frequencies × orientations × grid². */
  readonly columns: number;
  /** Energies of a picture of the bank's size, a new array each time.
   * @throws EncodingError "shape" for another size or bytes that do not fit. */
  apply(picture: RgbPicture): Float64Array;
}

/** Complex weights of one filter position along one axis: taps [from, from + re.length). */
interface Taps {
  readonly from: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly sum: { readonly re: number; readonly im: number };
}
/** A separable filter at all its positions: the product of its two axes. */
interface Filter {
  readonly x: readonly Taps[];
  readonly y: readonly Taps[];
}
/** The filters of one frequency; all have the same positions. */
interface Scale {
  readonly envelope: Filter;
  readonly gabors: readonly Filter[];
}

/** Envelope over wavelength for a bandwidth of one octave: σ/λ = √(ln 2 / 2) / π · (2 + 1) / (2 − 1). */
const SIGMA_PER_WAVELENGTH = (Math.sqrt(Math.LN2 / 2) / Math.PI) * 3;
const CUT = 3; // standard deviations of the envelope

/** Precompute a quadrature Gabor pyramid: at each frequency and orientation, complex Gabor filters of one octave with a
 * round Gaussian envelope, read about one envelope width apart; energy |response|² is averaged over each grid cell and
 * compressed.
 *
 * The picture is taken as L* (CIE lightness, 0 … 100). Filters are cut at the border, and at each place the mean under
 * the envelope is taken out, so that even pictures give exactly 0 and borders make no edges. A grating of amplitude A (in L*) gives
 * about A in its own channel under `sqrt`. Round envelopes make the filters separable: about 1 ms at 64 px.
 * @param width of the pictures, pixels.
 * @param height of the pictures, pixels.
 * @throws EncodingError "option" for frequencies beyond Nyquist, sizes that are not whole or sides below 2.
 * @source the still-picture part of Nishimoto et al. 2011's motion-energy model (pymoten); bandwidth after Kay et al. 2008. */
export function createGaborBank(width: number, height: number, options: GaborOptions = {}): GaborBank {
  const { frequencies = [4, 8, 16], orientations = 4, grid = 2, compression = "sqrt" } = options;
  checkOptions(width, height, { frequencies, orientations, grid, compression });
  const cells = grid * grid;
  const scales = frequencies.map((f) =>
    createScale(width, height, f / Math.min(width, height), orientations, grid),
  );
  const names = frequencies.flatMap((f) => channelNames(f, orientations, grid));
  return {
    names,
    columns: names.length,
    apply(picture) {
      checkPicture("GaborBank.apply", picture);
      if (picture.width !== width || picture.height !== height)
        throw new EncodingError(
          "shape",
          `GaborBank.apply: the bank was made for ${width} × ${height} pixels; got ${picture.width} × ${picture.height}.`,
        );
      const pixels = lightnessOf(picture);
      const out = new Float64Array(names.length);
      let from = 0;
      for (const { envelope, gabors } of scales) {
        const { re: localMean } = filterPicture(pixels, width, envelope);
        for (const gabor of gabors) {
          poolEnergy(pixels, width, gabor, localMean, grid, out.subarray(from, from + cells));
          from += cells;
        }
      }
      return out.map(compression === "sqrt" ? Math.sqrt : Math.log1p);
    },
  };
}

/** Gabor energies of one picture; for many of one size make a {@link createGaborBank} once.
 * @throws EncodingError as createGaborBank and its `apply`. */
export function gaborEnergy(picture: RgbPicture, options: GaborOptions = {}): Float64Array {
  checkPicture("gaborEnergy", picture);
  return createGaborBank(picture.width, picture.height, options).apply(picture);
}

function channelNames(frequency: number, orientations: number, grid: number): string[] {
  const names: string[] = [];
  for (let o = 0; o < orientations; o++) {
    const label = `gabor ${frequency} cycles ${Number(((180 * o) / orientations).toFixed(1))}°`;
    for (let row = 0; row < grid; row++)
      for (let col = 0; col < grid; col++) names.push(`${label} row ${row} column ${col}`);
  }
  return names;
}

/** The filters of one frequency, in cycles per pixel. Angles are those of the stripes; y points down. */
function createScale(
  width: number,
  height: number,
  frequency: number,
  orientations: number,
  grid: number,
): Scale {
  const sigma = SIGMA_PER_WAVELENGTH / frequency;
  const k = 2 * Math.PI * frequency;
  const make = (kx: number, ky: number): Filter => ({
    x: createTaps(width, sigma, kx, grid),
    y: createTaps(height, sigma, ky, grid),
  });
  const gabors = Array.from({ length: orientations }, (_, o) => {
    const angle = (Math.PI * o) / orientations;
    return make(k * Math.sin(angle), k * Math.cos(angle));
  });
  return { envelope: make(0, 0), gabors };
}

/** Positions evenly over the axis, as many in every grid cell, about one sigma apart. */
function createTaps(length: number, sigma: number, k: number, grid: number): Taps[] {
  const count = grid * Math.ceil(length / (Math.max(1, sigma) * grid));
  return Array.from({ length: count }, (_, p) => {
    const centre = ((p + 0.5) * length) / count - 0.5;
    const from = Math.max(0, Math.ceil(centre - CUT * sigma));
    const to = Math.min(length, Math.floor(centre + CUT * sigma) + 1);
    const envelope = Float64Array.from({ length: to - from }, (_, i) =>
      Math.exp(-0.5 * ((from + i - centre) / sigma) ** 2),
    );
    const total = sumOf(envelope);
    const re = envelope.map((e, i) => (e / total) * Math.cos(k * (from + i - centre)));
    const im = envelope.map((e, i) => (e / total) * Math.sin(k * (from + i - centre)));
    return { from, re, im, sum: { re: sumOf(re), im: sumOf(im) } };
  });
}

/** Responses at all positions, row-major: along x first, at every picture row, then along y. */
function filterPicture(pixels: Float64Array, width: number, { x, y }: Filter) {
  const rows = pixels.length / width;
  const rowRe = new Float64Array(rows * x.length); // (picture rows, x positions)
  const rowIm = new Float64Array(rows * x.length);
  for (let r = 0, out = 0; r < rows; r++)
    for (const { from, re, im } of x) {
      let a = 0;
      let b = 0;
      for (let i = 0, k = r * width + from; i < re.length; i++, k++) {
        const value = pixels[k] as number;
        a += value * (re[i] as number);
        b += value * (im[i] as number);
      }
      rowRe[out] = a;
      rowIm[out++] = b;
    }
  const re = new Float64Array(y.length * x.length); // (y positions, x positions)
  const im = new Float64Array(y.length * x.length);
  for (const [q, taps] of y.entries())
    for (let i = 0; i < taps.re.length; i++) {
      const [c, d] = [taps.re[i] as number, taps.im[i] as number];
      for (let p = 0, k = (taps.from + i) * x.length, out = q * x.length; p < x.length; p++, k++, out++) {
        const [a, b] = [rowRe[k] as number, rowIm[k] as number];
        re[out]! += a * c - b * d;
        im[out]! += a * d + b * c;
      }
    }
  return { re, im };
}

/** Write the mean energy of each grid cell into `cells`; every cell has as many positions. */
function poolEnergy(
  pixels: Float64Array,
  width: number,
  filter: Filter,
  localMean: Float64Array,
  grid: number,
  cells: Float64Array,
): void {
  const { x, y } = filter;
  const { re, im } = filterPicture(pixels, width, filter);
  for (const [q, { sum: v }] of y.entries()) {
    const row = Math.floor((q * grid) / y.length) * grid;
    for (const [p, { sum: u }] of x.entries()) {
      const k = q * x.length + p;
      const mean = localMean[k] as number;
      const even = (re[k] as number) - mean * (u.re * v.re - u.im * v.im); // minus what an even picture would give
      const odd = (im[k] as number) - mean * (u.re * v.im + u.im * v.re);
      cells[row + Math.floor((p * grid) / x.length)]! += 4 * (even * even + odd * odd); // 2 × half a grating
    }
  }
  const positions = (x.length * y.length) / (grid * grid);
  for (let c = 0; c < cells.length; c++) cells[c]! /= positions;
}

function sumOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}

function checkOptions(
  width: number,
  height: number,
  { frequencies, orientations, grid, compression }: Required<GaborOptions>,
): void {
  const name = "createGaborBank";
  checkNumber(name, "width", width, { min: 2, whole: true });
  checkNumber(name, "height", height, { min: 2, whole: true });
  const side = Math.min(width, height);
  for (const f of frequencies) checkNumber(name, "frequencies", f, { min: 1, max: side / 2 });
  if (frequencies.length === 0 || new Set(frequencies).size < frequencies.length)
    throw new EncodingError(
      "option",
      `${name}: frequencies must be one or more different numbers; got [${frequencies.join(", ")}].`,
    );
  checkNumber(name, "orientations", orientations, { min: 1, max: 180, whole: true });
  checkNumber(name, "grid", grid, { min: 1, max: side, whole: true });
  if (compression !== "sqrt" && compression !== "log")
    throw new EncodingError(
      "option",
      `${name}: compression must be "sqrt" or "log"; got ${String(compression)}.`,
    );
}
