import type { Picture } from "../../../src/stimuli/render.ts";

/** Largest file that is opened, bytes, and largest picture, pixels: beyond that a phone runs out of memory. */
const mostBytes = 40e6;
const mostPixels = 50e6;

/** Decode a picture file to RGB bytes in the browser.
 *
 * Colour profiles are ignored and alpha is dropped, as in Node. Two things differ from Node: a turn in the EXIF data is not applied there
 * nor here, but browsers' JPEG decoders may differ by one step of 255; and colours under full transparency are black here.
 * @throws Error with one line that names the file. */
export async function decodePicture(file: Blob, name: string): Promise<Picture> {
  if (file.size > mostBytes)
    throw new Error(`${name} has ${Math.round(file.size / 1e6)} MB; pictures up to 40 MB are read.`);
  if (file.size === 0) throw new Error(`${name} is empty.`);
  const bitmap = await createImageBitmap(file, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: "none" as ImageOrientation,
  })
    .catch(() => createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" }))
    .catch(() => {
      throw new Error(
        `${name} is no picture that this browser can read, or it is damaged. PNG, JPEG and WebP work everywhere.`,
      );
    });
  const { width, height } = bitmap;
  if (width * height > mostPixels)
    throw new Error(`${name} has ${width} × ${height} pixels; up to 50 million are read.`);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser gives no canvas to read pictures with.");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let k = 0, at = 0; k < data.length; k += 4) {
    rgb[at++] = data[k] as number;
    rgb[at++] = data[k + 1] as number;
    rgb[at++] = data[k + 2] as number;
  }
  return { width, height, data: rgb };
}
