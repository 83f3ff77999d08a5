import { EncodingError } from "../core/index.ts";
import {
  type Canvas,
  createCanvas,
  fillEllipse,
  fillPolygon,
  type Rgb,
  type Shade,
  shrinkCanvas,
} from "./canvas.ts";
import { paintBackground } from "./paint-background.ts";
import { aspects, colors, type Scene, type SceneObject, type Texture } from "./scene.ts";
import { type Ink, type Part, shapes } from "./shapes.ts";

/** A picture: RGB bytes, row-major, three a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Draw a scene as a square picture, anti-aliased by 2 × 2 samples a pixel.
 *
 * Only exact arithmetic and square roots are used, so that the same scene gives the same bytes on every machine.
 * @param size side in pixels, 64 or 96.
 * @returns RGB bytes, row-major.
 * @throws EncodingError "option" for another size. */
export function renderScene(scene: Scene, { size = 64 as 64 | 96 } = {}): Picture {
  if (size !== 64 && size !== 96)
    throw new EncodingError("option", `renderScene: size must be 64 or 96 pixels; got ${size}.`, { size });
  const canvas = createCanvas(2 * size);
  paintBackground(canvas, scene);
  for (const object of drawingOrder(scene)) paintObject(canvas, object, scene);
  return { width: size, height: size, data: shrinkCanvas(canvas) };
}

/** Far objects first; what rests on another one last. */
function drawingOrder({ objects, relation }: Scene): SceneObject[] {
  const feet = (o: SceneObject) => o.y + o.size / 2;
  const order = [...objects].sort((a, b) => feet(a) - feet(b));
  const first = objects[0];
  return relation === "on" && first !== undefined ? [...order.filter((o) => o !== first), first] : order;
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function paintObject(
  canvas: Canvas,
  object: SceneObject,
  { light, relation, objects, horizon }: Scene,
): void {
  const height = object.size * canvas.side;
  const width = height * aspects[object.category];
  const frame = {
    x: object.x * canvas.side - width / 2,
    y: object.y * canvas.side - height / 2,
    width,
    height,
  };
  const rests = relation === "on" && object === objects[0];
  const floats = object.y + object.size / 2 < horizon;
  if (!rests && !floats) paintShadow(canvas, frame);
  const parts = shapes[object.category];
  const rim = canvas.side / 110;
  for (const part of parts)
    if (typeof part.ink === "string") paintPart(canvas, part, frame, [30, 28, 32], null, rim);
  const plain = shadeOf(frame, "plain", light);
  const textured = shadeOf(frame, object.texture, light);
  for (const part of parts)
    paintPart(
      canvas,
      part,
      frame,
      inkOf(part.ink, colors[object.color]),
      part.ink === "main" ? textured : plain,
      0,
    );
}

function paintShadow(canvas: Canvas, { x, y, width, height }: Frame): void {
  const middle = [x + 0.53 * width, y + 0.985 * height] as const;
  fillEllipse(canvas, [...middle, 0.52 * width, 0.07 * height], [20, 20, 30], null, 0.22);
  fillEllipse(canvas, [...middle, 0.4 * width, 0.045 * height], [20, 20, 30], null, 0.25);
}

function paintPart(
  canvas: Canvas,
  part: Part,
  frame: Frame,
  rgb: Rgb,
  shade: Shade | null,
  rim: number,
): void {
  const { x, y, width, height } = frame;
  if ("ellipse" in part) {
    const [cx, cy, rx, ry] = part.ellipse;
    fillEllipse(canvas, [x + cx * width, y + cy * height, rx * width + rim, ry * height + rim], rgb, shade);
    return;
  }
  const points = part.polygon.map((p, k) => (k % 2 === 0 ? x + p * width : y + p * height));
  fillPolygon(canvas, rim > 0 ? widen(points, rim) : points, rgb, shade);
}

/** Move each corner away from the middle of the polygon by about `rim` pixels in x and in y. */
function widen(points: readonly number[], rim: number): number[] {
  let [x, y] = [0, 0];
  for (let k = 0; k < points.length; k += 2) {
    x += (2 * (points[k] as number)) / points.length;
    y += (2 * (points[k + 1] as number)) / points.length;
  }
  return points.map((p, k) => p + rim * Math.sign(p - (k % 2 === 0 ? x : y)));
}

function inkOf(ink: Ink, [r, g, b]: Rgb): Rgb {
  if (ink === "main") return [r, g, b];
  if (ink === "dark") return [0.68 * r, 0.68 * g, 0.68 * b];
  if (ink === "light") return [r + 0.5 * (255 - r), g + 0.5 * (255 - g), b + 0.5 * (255 - b)];
  return ink;
}

/** Light from the upper left, times the texture's pattern. */
function shadeOf({ x, y, width, height }: Frame, texture: Texture, light: number): Shade {
  const cell = height / 7;
  return (px, py) => {
    const [u, v] = [(px - x) / width, (py - y) / height];
    const lit = (0.35 + 0.65 * light) * (1.12 - 0.16 * u - 0.2 * v);
    return lit * pattern(texture, (px - x) / cell, (py - y) / cell);
  };
}

function pattern(texture: Texture, u: number, v: number): number {
  if (texture === "plain") return 1;
  if (texture === "striped") return (u + v) / 1.5 - Math.floor((u + v) / 1.5) < 0.42 ? 0.55 : 1.04;
  if (texture === "checked") return (Math.floor(u) + Math.floor(v)) % 2 === 0 ? 0.62 : 1.06;
  const [i, j] = [u / 1.3 - Math.floor(u / 1.3) - 0.5, v / 1.3 - Math.floor(v / 1.3) - 0.5];
  return i * i + j * j < 0.09 ? 0.5 : 1.04;
}
