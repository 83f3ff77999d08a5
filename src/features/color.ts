import { checkPicture, labOf, luminance, type RgbPicture } from "./picture.ts";

const HUES = 6;
/** Names of the columns of {@link colorFeatures}, in order. */
export const colorNames: readonly string[] = [
  "luminance",
  "contrast",
  "L*",
  "a*",
  "b*",
  "saturation",
  ...Array.from({ length: HUES }, (_, i) => `hue ${(i * 360) / HUES}°`),
];

/** Colour and brightness of a picture as a whole, a low-level control.
 *
 * - luminance: mean relative luminance Y (0 … 1, linear light); contrast: its standard deviation (RMS contrast).
 * - L*, a*, b*: means in CIE 1976 L*a*b*, D65.
 * - saturation: mean of C* / √(C*² + L*²), 0 for greys and black.
 * - hue: chroma C* of the picture shared out over six hue angles of the a*b* plane (0° red-purple, 90° yellow …),
 *   linearly between the two nearest, over the number of pixels; greys add nothing, and the bins sum to the mean chroma.
 * @param picture sRGB, row-major.
 * @returns `values[i]` belongs to `names[i]`.
 * @throws EncodingError "shape" if the bytes do not fit the size. */
export function colorFeatures(picture: RgbPicture): { names: readonly string[]; values: Float64Array } {
  checkPicture("colorFeatures", picture);
  const { data } = picture;
  const pixels = data.length / 3;
  const values = new Float64Array(colorNames.length);
  let squares = 0;
  for (let k = 0; k < data.length; k += 3) {
    const [r, g, b] = [data[k] as number, data[k + 1] as number, data[k + 2] as number];
    const Y = luminance(r, g, b);
    const lab = labOf(r, g, b);
    const chroma = Math.hypot(lab.a, lab.b);
    values[0]! += Y;
    squares += Y * Y;
    values[2]! += lab.L;
    values[3]! += lab.a;
    values[4]! += lab.b;
    values[5]! += chroma === 0 ? 0 : chroma / Math.hypot(chroma, lab.L);
    addHue(values, lab.a, lab.b, chroma);
  }
  for (let i = 0; i < values.length; i++) values[i]! /= pixels;
  values[1] = Math.sqrt(Math.max(0, squares / pixels - (values[0] as number) ** 2));
  return { names: colorNames, values };
}

/** Share the chroma between the two nearest hue bins, so that no hue sits on a hard border. */
function addHue(values: Float64Array, a: number, b: number, chroma: number): void {
  const turn = (Math.atan2(b, a) / (2 * Math.PI) + 1) % 1;
  const place = turn * HUES;
  const low = Math.floor(place) % HUES;
  const share = place - Math.floor(place);
  values[6 + low]! += chroma * (1 - share);
  values[6 + ((low + 1) % HUES)]! += chroma * share;
}
