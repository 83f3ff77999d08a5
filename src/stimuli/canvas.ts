/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** A drawing surface of floating-point RGB, row-major, drawn at twice the size of the picture. */
export interface Canvas {
  readonly side: number;
  /** side × side × 3 numbers, 0 to 255. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** How bright a sample is against the plain colour; x and y are canvas pixels. */
export type Shade = (x: number, y: number) => number;

/** An empty (black) surface of side × side samples. */
export function createCanvas(side: number): Canvas {
  return { side, data: new Float32Array(3 * side * side) };
}

/** Colour a span of one row; `cover` mixes with what is there, 1 hides it. */
function fillSpan(
  canvas: Canvas,
  y: number,
  from: number,
  to: number,
  rgb: Rgb,
  shade: Shade | null,
  cover: number,
): void {
  const { data, side } = canvas;
  const [x0, x1] = [Math.max(0, from), Math.min(side - 1, to)];
  for (let x = x0; x <= x1; x++) {
    const at = 3 * (y * side + x);
    const factor = shade === null ? 1 : shade(x, y);
    for (let c = 0; c < 3; c++) {
      const old = data[at + c] as number;
      data[at + c] = old + cover * (factor * (rgb[c] as number) - old);
    }
  }
}

/** Fill an ellipse; a sample belongs to it when its middle does.
 * @param cx middle and radii in canvas pixels.
 * @param cover 1 hides what is below, 0.3 lets most of it through. */
export function fillEllipse(
  canvas: Canvas,
  [cx, cy, rx, ry]: readonly [number, number, number, number],
  rgb: Rgb,
  shade: Shade | null = null,
  cover = 1,
): void {
  const [top, bottom] = [Math.max(0, Math.ceil(cy - ry - 0.5)), Math.min(canvas.side - 1, cy + ry - 0.5)];
  for (let y = top; y <= bottom; y++) {
    const t = (y + 0.5 - cy) / ry;
    const half = rx * Math.sqrt(Math.max(0, 1 - t * t));
    fillSpan(canvas, y, Math.ceil(cx - half - 0.5), Math.floor(cx + half - 0.5), rgb, shade, cover);
  }
}

/** Fill a polygon by the even-odd rule; a sample belongs to it when its middle does.
 * @param points x0, y0, x1, y1 … in canvas pixels. */
export function fillPolygon(
  canvas: Canvas,
  points: readonly number[],
  rgb: Rgb,
  shade: Shade | null = null,
  cover = 1,
): void {
  let [low, high] = [canvas.side, 0];
  for (let k = 1; k < points.length; k += 2) {
    low = Math.min(low, points[k] as number);
    high = Math.max(high, points[k] as number);
  }
  for (let y = Math.max(0, Math.ceil(low - 0.5)); y <= Math.min(canvas.side - 1, high - 0.5); y++) {
    const crossings = crossRow(points, y + 0.5);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const from = Math.ceil((crossings[k] as number) - 0.5);
      const to = Math.ceil((crossings[k + 1] as number) - 0.5) - 1;
      fillSpan(canvas, y, from, to, rgb, shade, cover);
    }
  }
}

/** Where a polygon's edges cross a row, ascending. */
function crossRow(points: readonly number[], y: number): number[] {
  const crossings: number[] = [];
  const n = points.length;
  for (let k = 0; k < n; k += 2) {
    const [xa, ya] = [points[k] as number, points[k + 1] as number];
    const [xb, yb] = [points[(k + 2) % n] as number, points[(k + 3) % n] as number];
    if (ya <= y !== yb <= y) crossings.push(xa + ((y - ya) / (yb - ya)) * (xb - xa));
  }
  return crossings.sort((a, b) => a - b);
}

/** Average 2 × 2 samples to one pixel and round to bytes.
 * @returns (side/2)² RGB pixels, row-major. */
export function shrinkCanvas({ side, data }: Canvas): Uint8Array<ArrayBuffer> {
  const half = side >> 1;
  const out = new Uint8Array(3 * half * half);
  for (let y = 0; y < half; y++)
    for (let x = 0; x < half; x++)
      for (let c = 0; c < 3; c++) {
        const at = 3 * (2 * y * side + 2 * x) + c;
        const below = at + 3 * side;
        const sum =
          (data[at] as number) +
          (data[at + 3] as number) +
          (data[below] as number) +
          (data[below + 3] as number);
        out[3 * (y * half + x) + c] = Math.min(255, Math.max(0, Math.floor(sum / 4 + 0.5)));
      }
  return out;
}

/** A number in [0, 1) that looks random, from two whole numbers and a seed; integer arithmetic only. */
export function hashCell(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise in [0, 1): values of whole-number cells, blended in between. */
export function smoothNoise(x: number, y: number, seed: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [ease(x - i), ease(y - j)];
  const top = hashCell(i, j, seed) * (1 - u) + hashCell(i + 1, j, seed) * u;
  const bottom = hashCell(i, j + 1, seed) * (1 - u) + hashCell(i + 1, j + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Between two colours, t from 0 (first) to 1 (second). */
export function mixColors(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}
