import { checkNumber, EncodingError } from "../core/index.ts";
import { type Box, bitmapOf, type PictureSize } from "./bitmap.ts";
import type { Picture } from "./render.ts";

/** Whose rule a centre crop follows when an odd number of pixels is left over. */
export type CropRule = "transformers" | "torchvision";

/** Cut a part out; what lies outside the picture is black (0).
 * @param box left, top, right, bottom in whole pixels.
 * @throws EncodingError "shape" if the bytes do not fit the size; "option" if the box is empty or fractional. */
export function cropPicture(picture: Picture, [left, top, right, bottom]: Box): Picture {
  const { channels } = bitmapOf("cropPicture", picture);
  if (![left, top, right, bottom].every(Number.isInteger) || right <= left || bottom <= top)
    throw new EncodingError(
      "option",
      `cropPicture: the box must have whole edges with left < right and top < bottom; got [${left}, ${top}, ${right}, ${bottom}].`,
    );
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height * channels);
  const [x0, x1] = [Math.max(0, left), Math.min(picture.width, right)];
  for (let y = Math.max(0, top); y < Math.min(picture.height, bottom) && x0 < x1; y++) {
    const row = picture.data.subarray(
      (y * picture.width + x0) * channels,
      (y * picture.width + x1) * channels,
    );
    data.set(row, ((y - top) * width + x0 - left) * channels);
  }
  return { width, height, data };
}

/** Add a border.
 * @param borders pixels at left, top, right and bottom, whole numbers ≥ 0. @param fill byte of every channel of the border.
 * @throws EncodingError "option" for a border or fill that cannot be. */
export function padPicture(
  picture: Picture,
  borders: readonly [number, number, number, number],
  { fill = 0 } = {},
): Picture {
  for (const border of borders) checkNumber("padPicture", "borders", border, { min: 0, whole: true });
  checkNumber("padPicture", "fill", fill, { min: 0, max: 255, whole: true });
  const { channels } = bitmapOf("padPicture", picture);
  const [left, top, right, bottom] = borders;
  const [width, height] = [picture.width + left + right, picture.height + top + bottom];
  const data = new Uint8Array(width * height * channels).fill(fill);
  const stride = picture.width * channels;
  for (let y = 0; y < picture.height; y++)
    data.set(picture.data.subarray(y * stride, (y + 1) * stride), ((y + top) * width + left) * channels);
  return { width, height, data };
}

/** Cut the middle out; a smaller picture gets a black border.
 * @param rule "transformers": the smaller half of an odd rest lies at the left and top; "torchvision": halves are rounded to even. Default
 * "transformers".
 * @throws EncodingError "option" for sizes that cannot be.
 * @source transformers image_transforms.center_crop; torchvision functional.center_crop. */
export function cropCenter(
  picture: Picture,
  { width, height }: PictureSize,
  { rule = "transformers" as CropRule } = {},
): Picture {
  checkNumber("cropCenter", "width", width, { min: 1, whole: true });
  checkNumber("cropCenter", "height", height, { min: 1, whole: true });
  const start = rule === "torchvision" ? startTorchvision : startTransformers;
  const left = start(picture.width, width);
  const top = start(picture.height, height);
  return cropPicture(picture, [left, top, left + width, top + height]);
}

/** Negative where the picture is too small. */
function startTransformers(size: number, wanted: number): number {
  return Math.floor((size - wanted) / 2);
}

function startTorchvision(size: number, wanted: number): number {
  if (size < wanted) return -Math.floor((wanted - size) / 2);
  return roundToEven((size - wanted) / 2);
}

function roundToEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** The size of which the shorter edge is `edge`; the longer is rounded down, and both shrink if it exceeds `longest`.
 * @source torchvision functional.resize and transformers get_resize_output_image_size: int(edge · long / short). */
export function sizeOfShortestEdge(
  { width, height }: PictureSize,
  edge: number,
  { longest }: { readonly longest?: number } = {},
): PictureSize {
  checkNumber("sizeOfShortestEdge", "edge", edge, { min: 1, whole: true });
  const [short, long] = width <= height ? [width, height] : [height, width];
  let [newShort, newLong] = [edge, Math.trunc((edge * long) / short)];
  if (longest !== undefined && newLong > longest)
    [newShort, newLong] = [Math.trunc((longest * newShort) / newLong), longest];
  return width <= height ? { width: newShort, height: newLong } : { width: newLong, height: newShort };
}
