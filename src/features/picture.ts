import { EncodingError } from "../core/index.ts";

/** A picture in memory: sRGB, 8 bits, row-major, `data[3 * (y * width + x) + channel]`, y from the top. A `Picture` of stimuli is one. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** 3 · width · height values of 0 … 255. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** CIE 1976 L*a*b* of one colour; L* in 0 … 100. */
export interface Lab {
  readonly L: number;
  readonly a: number;
  readonly b: number;
}

/** sRGB byte → linear intensity in 0 … 1 (IEC 61966-2-1). */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});
const WHITE = { X: 0.95047, Z: 1.08883 }; // D65, Y = 1

/** Relative luminance Y of an sRGB colour, 0 … 1. */
export function luminance(r: number, g: number, b: number): number {
  return (
    0.2126729 * (linear[r] as number) + 0.7151522 * (linear[g] as number) + 0.072175 * (linear[b] as number)
  );
}

/** L* of a relative luminance, 0 … 100: steps that look alike. */
export function lightness(Y: number): number {
  return 116 * cubeRoot(Y) - 16;
}

/** L* of every pixel, row-major. */
export function lightnessOf({ data }: RgbPicture): Float64Array {
  const out = new Float64Array(data.length / 3);
  for (let i = 0, k = 0; i < out.length; i++, k += 3)
    out[i] = lightness(luminance(data[k] as number, data[k + 1] as number, data[k + 2] as number));
  return out;
}

/** CIE L*a*b* of an sRGB colour, D65 white.
 * @source IEC 61966-2-1 (sRGB); CIE 15:2004 (L*a*b*). */
export function labOf(r: number, g: number, b: number): Lab {
  const [R, G, B] = [linear[r] as number, linear[g] as number, linear[b] as number];
  const x = cubeRoot((0.4124564 * R + 0.3575761 * G + 0.1804375 * B) / WHITE.X);
  const y = cubeRoot(luminance(r, g, b));
  const z = cubeRoot((0.0193339 * R + 0.119192 * G + 0.9503041 * B) / WHITE.Z);
  return { L: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

/** @throws EncodingError "shape" if the bytes do not fit the size. */
export function checkPicture(name: string, { width, height, data }: RgbPicture): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw new EncodingError("shape", `${name}: a picture needs whole sides ≥ 1; got ${width} × ${height}.`);
  if (data.length !== 3 * width * height)
    throw new EncodingError(
      "shape",
      `${name}: a picture of ${width} × ${height} must hold ${3 * width * height} bytes of RGB; got ${data.length}.${data.length === 4 * width * height ? " Is it RGBA? Drop the alpha channel." : ""}`,
      { width, height, bytes: data.length },
    );
}

function cubeRoot(t: number): number {
  return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
}
