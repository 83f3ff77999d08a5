import type { PictureSize } from "../stimuli/bitmap.ts"; // files, not the room's index: this runs in the page too
import { type CropRule, cropCenter, sizeOfShortestEdge } from "../stimuli/crop.ts";
import { type PixelScale, scalePixels } from "../stimuli/pixels.ts";
import type { Picture } from "../stimuli/render.ts";
import type { Filter } from "../stimuli/resample.ts";
import { resizePicture } from "../stimuli/resize.ts";

/** What is done to a picture before a network sees it, in this order. */
export interface Preprocessing extends PixelScale {
  /** Size that it is resized to, or the length of its shorter edge; null: not resized. */
  readonly resize: PictureSize | { readonly shortestEdge: number } | null;
  readonly filter: Filter;
  /** Size that is cut out of the middle; null: not cropped. */
  readonly crop: PictureSize | null;
  readonly cropRule: CropRule;
}

/** The numbers that a network sees, (channels, height, width).
 * @param picture RGB.
 * @throws EncodingError "shape" or "option" if the sizes cannot be. */
export function preprocessPicture(
  picture: Picture,
  { resize, filter, crop, cropRule, ...scale }: Preprocessing,
): { readonly shape: readonly [number, number, number]; readonly data: Float32Array<ArrayBuffer> } {
  const size =
    resize !== null && "shortestEdge" in resize ? sizeOfShortestEdge(picture, resize.shortestEdge) : resize;
  const resized = size === null ? picture : resizePicture(picture, size, { filter });
  const cropped = crop === null ? resized : cropCenter(resized, crop, { rule: cropRule });
  const { width, height } = cropped;
  const data = scalePixels(cropped, scale);
  return { shape: [data.length / (width * height), height, width], data };
}
