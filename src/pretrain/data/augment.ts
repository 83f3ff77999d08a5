import type { Random } from "../../core/index.ts";
import type { Picture } from "../../stimuli/index.ts";

/** How pictures are varied from pass to pass. */
export interface Augmentation {
  /** Smallest and largest share of the picture's area that a random crop takes; [1, 1]: the middle square. */
  readonly crop: readonly [number, number];
  /** Mirror every other picture: only where captions do not name left and right. */
  readonly flip: boolean;
  /** Brightness, contrast and saturation vary by factors within 1 ± this. */
  readonly color: number;
  /** Share of pictures that become grey. */
  readonly grey: number;
}

/** No variation: the largest square in the middle. */
export const plainView: Augmentation = { crop: [1, 1], flip: false, color: 0, grey: 0 };

/** A part of a picture, in pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One view of a picture: crop, resize, mirror, recolour, scale to −1 … 1.
 * @param edge side of the view in pixels.
 * @param random the same stream gives the same view.
 * @returns (3, edge, edge), red, green and blue planes.
 * @source random resized crops as in torchvision (shape between 3:4 and 4:3); colours as in SimCLR, without hue. */
export function viewPicture(
  picture: Picture,
  edge: number,
  { crop, flip, color, grey }: Augmentation,
  random: Random,
): Float32Array<ArrayBuffer> {
  const view = resampleBox(picture, drawBox(picture, crop, random), edge);
  if (random.uniform() < 0.5 && flip) mirror(view, edge);
  const factors = [1, 2, 3].map(() => 1 + color * (2 * random.uniform() - 1)) as [number, number, number];
  const isGrey = random.uniform() < grey;
  if (color > 0 || isGrey) recolor(view, isGrey ? [factors[0], factors[1], 0] : factors);
  return view.map((value) => 2 * value - 1);
}

function drawBox({ width, height }: Picture, [low, high]: Augmentation["crop"], random: Random): Box {
  for (let tries = 0; tries < 10 && low < 1; tries++) {
    const area = (low + (high - low) * random.uniform()) * width * height;
    const shape = Math.exp(Math.log(4 / 3) * (2 * random.uniform() - 1));
    const [w, h] = [Math.sqrt(area * shape), Math.sqrt(area / shape)];
    if (w <= width && h <= height)
      return { x: (width - w) * random.uniform(), y: (height - h) * random.uniform(), width: w, height: h };
  }
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
}

/** Resize a box to edge × edge with a triangle filter as wide as the reduction. @returns planes, 0 … 1. */
function resampleBox({ width, height, data }: Picture, box: Box, edge: number): Float32Array<ArrayBuffer> {
  const across = filters(box.x, box.width, width, edge);
  const down = filters(box.y, box.height, height, edge);
  const rows = new Map<number, Float32Array>();
  const rowOf = (y: number) => {
    const row = rows.get(y) ?? squeeze(data.subarray(3 * width * y, 3 * width * (y + 1)), across);
    rows.set(y, row);
    return row;
  };
  const out = new Float32Array(3 * edge * edge);
  for (const [j, { first, weights }] of down.entries())
    for (const [k, weight] of weights.entries()) {
      const row = rowOf(first + k);
      for (let c = 0; c < 3; c++)
        for (let i = 0; i < edge; i++)
          out[(c * edge + j) * edge + i]! += (weight * (row[c * edge + i] as number)) / 255;
    }
  return out;
}

/** One row of pixels through the filters: (3, edge). */
function squeeze(pixels: Uint8Array, filter: readonly Filter[]): Float32Array {
  const row = new Float32Array(3 * filter.length);
  for (const [i, { first, weights }] of filter.entries())
    for (const [k, weight] of weights.entries())
      for (let c = 0; c < 3; c++)
        row[c * filter.length + i]! += weight * (pixels[3 * (first + k) + c] as number);
  return row;
}

/** Weights of neighbouring pixels that make one pixel. */
interface Filter {
  readonly first: number;
  readonly weights: Float64Array;
}

function filters(from: number, length: number, size: number, edge: number): Filter[] {
  const scale = length / edge;
  const reach = Math.max(1, scale);
  return Array.from({ length: edge }, (_, i) => {
    const middle = from + (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(middle - reach + 0.5));
    const last = Math.min(size - 1, Math.ceil(middle + reach - 0.5) - 1);
    const weights = Float64Array.from({ length: Math.max(1, last - first + 1) }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - middle) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first: Math.min(first, size - 1), weights: weights.map((w) => w / sum) };
  });
}

function mirror(view: Float32Array, edge: number): void {
  for (let from = 0; from < view.length; from += edge) view.subarray(from, from + edge).reverse();
}

/** Brightness, contrast about the mean grey, saturation; kept within 0 … 1. */
function recolor(view: Float32Array, [light, contrast, saturation]: readonly [number, number, number]): void {
  const size = view.length / 3;
  const greyAt = (k: number) =>
    0.299 * (view[k] as number) + 0.587 * (view[size + k] as number) + 0.114 * (view[2 * size + k] as number);
  let sum = 0;
  for (let k = 0; k < size; k++) sum += greyAt(k);
  const middle = (light * sum) / size;
  for (let k = 0; k < size; k++) {
    const grey = greyAt(k);
    for (let at = k; at < view.length; at += size) {
      const colored = grey + saturation * ((view[at] as number) - grey);
      view[at] = Math.min(1, Math.max(0, middle + contrast * (light * colored - middle)));
    }
  }
}
