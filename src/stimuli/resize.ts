import { checkNumber, EncodingError } from "../core/index.ts";
import { divideAlpha, multiplyAlpha } from "./alpha.ts";
import { type Bitmap, type Box, bitmapOf, type PictureSize } from "./bitmap.ts";
import { cropPicture } from "./crop.ts";
import { reducePicture } from "./reduce.ts";
import type { Picture } from "./render.ts";
import { type Filter, filters, resample } from "./resample.ts";

/** Options of {@link resizePicture}. */
export interface ResizeOptions {
  /** Default "bicubic", Pillow's own. */
  readonly filter?: Filter;
  /** Part of the picture that is resized: left, top, right, bottom in pixels, may be fractional. Default all. */
  readonly box?: Box;
  /** First average whole blocks, so that the filter still shrinks at least this many times (≥ 1): faster, less exact. Default never; pictures with
   * alpha never, as in Pillow. */
  readonly reducingGap?: number;
}

/** Resize a picture, bit for bit as Pillow's Image.resize: the pixels that published vision models were trained on.
 *
 * The filter is stretched when the picture shrinks; colours are weighed by their alpha, if there is one.
 * @param picture 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bytes a pixel.
 * @returns as many bytes a pixel.
 * @throws EncodingError "shape" if the bytes do not fit the size; "option" for a size, box, gap or filter that cannot be.
 * @source Pillow 9.4, Image.resize (8-bit fixed point, rows first, then columns; weights of 22 bits). */
export function resizePicture(
  picture: Picture,
  size: PictureSize,
  { filter = "bicubic", box = [0, 0, picture.width, picture.height], reducingGap }: ResizeOptions = {},
): Picture {
  const bitmap = bitmapOf("resizePicture", picture);
  checkResize(picture, size, { filter, box, reducingGap });
  const whole = box.every((edge, k) => edge === [0, 0, picture.width, picture.height][k]);
  if (whole && size.width === picture.width && size.height === picture.height)
    return { width: size.width, height: size.height, data: picture.data.slice() };
  const veiled = filter !== "nearest" && bitmap.channels % 2 === 0;
  const resized = veiled
    ? resizeBitmap(multiplyAlpha(bitmap), size, { filter, box, reducingGap: undefined })
    : resizeBitmap(bitmap, size, { filter, box, reducingGap });
  const { width, height, data } = veiled ? divideAlpha(resized) : resized;
  return { width, height, data };
}

function resizeBitmap(
  bitmap: Bitmap,
  size: PictureSize,
  { filter, box, reducingGap }: { filter: Filter; box: Box; reducingGap: number | undefined },
): Bitmap {
  const { picture, part } =
    reducingGap === undefined || filter === "nearest"
      ? { picture: bitmap, part: box }
      : reduceFirst(bitmap, size, { filter, box, gap: reducingGap });
  const [left, top, right, bottom] = part.map(Math.fround) as unknown as Box; // Pillow's boxes are single precision
  const [width, height] = [Math.fround(right - left), Math.fround(bottom - top)];
  if (Number.isInteger(left) && Number.isInteger(top) && width === size.width && height === size.height)
    return { ...picture, ...cropPicture(picture, [left, top, right, bottom]) };
  if (filter === "nearest") return pickNearest(picture, size, [left, top, width, height]);
  return resample(picture, size, [left, top, right, bottom], filter);
}

/** Average blocks of pixels first, where the picture shrinks by more than the gap. */
function reduceFirst(
  bitmap: Bitmap,
  size: PictureSize,
  { filter, box, gap }: { filter: Exclude<Filter, "nearest">; box: Box; gap: number },
): { picture: Bitmap; part: Box } {
  const [left, top, right, bottom] = box;
  const across = Math.trunc((right - left) / size.width / gap) || 1;
  const down = Math.trunc((bottom - top) / size.height / gap) || 1;
  if (across === 1 && down === 1) return { picture: bitmap, part: box };
  const reach = filters[filter].support - 0.5;
  const [overX, overY] = [(reach * (right - left)) / size.width, (reach * (bottom - top)) / size.height];
  const safe: Box = [
    Math.max(0, Math.trunc(left - overX)),
    Math.max(0, Math.trunc(top - overY)),
    Math.min(bitmap.width, Math.ceil(right + overX)),
    Math.min(bitmap.height, Math.ceil(bottom + overY)),
  ];
  return {
    picture: reducePicture(bitmap, [across, down], safe),
    part: [
      (left - safe[0]) / across,
      (top - safe[1]) / down,
      (right - safe[0]) / across,
      (bottom - safe[1]) / down,
    ],
  };
}

/** The nearest pixels; positions are summed up step by step, as Pillow does. @param part left, top, width, height. */
function pickNearest(
  { width: wide, height: high, channels, data }: Bitmap,
  { width, height }: PictureSize,
  [left, top, partWidth, partHeight]: Box,
): Bitmap {
  const columns = pickPlaces(left, partWidth / width, width, wide);
  const rows = pickPlaces(top, partHeight / height, height, high);
  const out = new Uint8Array(width * height * channels);
  let to = 0;
  for (const row of rows)
    for (const column of columns)
      for (let c = 0; c < channels; c++, to++)
        if (row >= 0 && column >= 0) out[to] = data[(row * wide + column) * channels + c] as number;
  return { width, height, channels, data: out };
}

/** Input places of the output places of one axis; −1 outside. */
function pickPlaces(start: number, step: number, count: number, size: number): Int32Array {
  const places = new Int32Array(count);
  let at = start + step * 0.5;
  for (let k = 0; k < count; k++, at += step) places[k] = at >= 0 && at < size ? Math.trunc(at) : -1;
  return places;
}

function checkResize(
  { width, height }: Picture,
  size: PictureSize,
  { filter, box, reducingGap }: { filter: Filter; box: Box; reducingGap: number | undefined },
): void {
  checkNumber("resizePicture", "width", size.width, { min: 1, whole: true });
  checkNumber("resizePicture", "height", size.height, { min: 1, whole: true });
  if (reducingGap !== undefined) checkNumber("resizePicture", "reducingGap", reducingGap, { min: 1 });
  if (filter !== "nearest" && !Object.hasOwn(filters, filter))
    throw new EncodingError(
      "option",
      `resizePicture: filter must be one of nearest, ${Object.keys(filters).join(", ")}; got "${filter}".`,
    );
  const [left, top, right, bottom] = box;
  if (!(left >= 0 && top >= 0 && right <= width && bottom <= height && left < right && top < bottom))
    throw new EncodingError(
      "option",
      `resizePicture: box (left, top, right, bottom) must lie within the picture of ${width} × ${height} and not be empty; got [${box.join(", ")}].`,
    );
}
