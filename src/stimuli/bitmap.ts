import { EncodingError } from "../core/index.ts";
import type { Picture } from "./render.ts";

/** Part of a picture in pixels: left, top, right, bottom; may be fractional. */
export type Box = readonly [number, number, number, number];

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A picture that says its bytes a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
export interface Bitmap extends Picture {
  readonly channels: number;
}

/** The picture with its bytes a pixel.
 * @throws EncodingError "shape" if those are not 1, 2, 3 or 4. */
export function bitmapOf(where: string, picture: Picture): Bitmap {
  const { width, height, data } = picture;
  const channels = data.length / (width * height);
  if (Number.isInteger(width) && Number.isInteger(height) && [1, 2, 3, 4].includes(channels))
    return { width, height, data, channels };
  throw new EncodingError(
    "shape",
    `${where}: a picture of ${width} × ${height} must hold 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) bytes a pixel; got ${data.length} bytes.`,
    { width, height, bytes: data.length },
  );
}
