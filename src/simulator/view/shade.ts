import type { Paint } from "./layer.ts";
import { drawing, type Look } from "./look.ts";
import type { Pose } from "./pose.ts";

/** Places of what is interpolated over a triangle. `value` is 0 where nothing is shown, so that value / visible is the map's. */
export const fields = {
  normal: 0,
  shade: 3,
  value: 4,
  visible: 5,
  trusted: 6,
  significant: 7,
  picked: 8,
  code: 9,
  count: 13,
} as const;

/** A point of a triangle. */
export interface Fragment {
  /** In points, y down. */
  x: number;
  y: number;
  isFront: boolean;
  /** See {@link fields}. */
  readonly values: Float32Array;
  /** How much each changes from point to point. */
  readonly slopes: Float32Array;
}

/** The fragment shader of the page (web/src/cortex/shaders.ts) as a function, line by line; a test holds both together.
 * @param pixel points of one CSS pixel.
 * @returns writes the colour of a point, shares of full light. */
export function createShader(
  { range, colours }: Paint,
  { morph }: Pose,
  { dark, outlines, contour }: Look,
  pixel: number,
): (fragment: Fragment, out: Float32Array) => void {
  const grey = drawing.grey[dark ? "dark" : "light"];
  const flat = Math.min(1, Math.max(0, morph - 1));
  const lights = drawing.lights.map(({ from, strength, unit }) => {
    const length = unit ? Math.hypot(...from) : 1;
    return [...from.map((x) => x / length), strength] as [number, number, number, number];
  });
  const mapped = new Float32Array(3);
  return ({ x, y, isFront, values, slopes }, out) => {
    const toSulcus = smoothstep(drawing.depth[0], drawing.depth[1], values[fields.shade] as number);
    const base = mix(grey.gyrus, grey.sulcus, toSulcus);
    const visible = values[fields.visible] as number;
    if (visible > 0.5) {
      const share = ((values[fields.value] as number) / visible - range[0]) / (range[1] - range[0]);
      lookUp(colours, Math.min(0.998, Math.max(0.002, share)), mapped);
      const darker = mix(1, drawing.sulcusOfMap, toSulcus);
      for (let d = 0; d < 3; d++) out[d] = (mapped[d] as number) * darker;
      if ((values[fields.trusted] as number) < 0.5 * visible) {
        const light = 0.3 * (out[0] as number) + 0.5 * (out[1] as number) + 0.2 * (out[2] as number);
        const along = (x - y) / (8 * pixel); // GLSL counts rows from below
        const stripe = along - Math.floor(along) >= 0.5 ? 0.6 : 0;
        out.fill(mix(mix(base, light, 0.25), base * 0.82, stripe));
      }
    } else out.fill(base);
    const lit = mix(litBy(values, isFront, lights), 1, flat);
    for (let d = 0; d < 3; d++) out[d] = (out[d] as number) * lit;
    const edge = (field: number, width: number) =>
      edgeOf(values[field] as number, slopes[field] as number, width * pixel);
    if (outlines) {
      let line = 0;
      for (let k = 0; k < 4; k++) line = Math.max(line, edge(fields.code + k, 1));
      blend(out, drawing.ink, 0.75 * line);
    }
    if (contour) {
      blend(out, drawing.halo, edge(fields.significant, 2.2));
      blend(out, drawing.ink, edge(fields.significant, 1));
    }
    blend(out, drawing.halo, edge(fields.picked, 2.6));
    blend(out, drawing.picked, edge(fields.picked, 1.5));
  };
}

function litBy(
  values: Float32Array,
  isFront: boolean,
  lights: readonly (readonly [number, number, number, number])[],
): number {
  const at = fields.normal;
  const [nx, ny, nz] = [values[at] as number, values[at + 1] as number, values[at + 2] as number];
  const length = (Math.hypot(nx, ny, nz) || 1) * (isFront ? 1 : -1);
  let lit: number = drawing.ambient;
  for (const [x, y, z, strength] of lights)
    lit += strength * Math.max(0, (x * nx + y * ny + z * nz) / length);
  return lit;
}

/** A line where a value between 0 and 1 is one half. @param width half the width of the line, points. */
function edgeOf(value: number, slope: number, width: number): number {
  if (slope < 1e-5) return 0;
  return 1 - smoothstep(width - 0.5, width + 0.5, Math.abs(value - 0.5) / slope);
}

/** A colour of a table of 256, linear between them, as a texture gives it. */
function lookUp(table: Uint8Array, share: number, out: Float32Array): void {
  const place = Math.min(255, Math.max(0, 256 * share - 0.5));
  const low = Math.min(254, Math.floor(place));
  const t = place - low;
  for (let d = 0; d < 3; d++)
    out[d] = mix(table[4 * low + d] as number, table[4 * (low + 1) + d] as number, t) / 255;
}

function blend(out: Float32Array, to: readonly number[], share: number): void {
  if (share === 0) return;
  for (let d = 0; d < 3; d++) out[d] = mix(out[d] as number, to[d] as number, share);
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
