import { facesAt, isDrawn, type Normals, type Projected, projectSurface, vertexNormals } from "./camera.ts";
import type { Paint } from "./layer.ts";
import type { Look } from "./look.ts";
import type { Pose } from "./pose.ts";
import { createShader, type Fragment, fields } from "./shade.ts";
import type { Surface } from "./surface.ts";

/** How a picture is drawn. */
export interface RasterOptions {
  readonly pose: Pose;
  readonly look: Look;
  /** Targets with a ring; default none. */
  readonly isPicked?: (target: number) => boolean;
  /** CSS pixels, as the page has them; lines and hatching keep their width in these. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for one of these. */
  readonly scale?: number;
  /** Points of each pixel, along each side. */
  readonly samples?: number;
}

/** Pixels, RGBA bytes, colours not multiplied by their share. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Rows of pixels that are drawn at a time: memory does not grow with the height of a picture. */
const band = 64;

/** Draw the cortex without a screen, as the page's shader draws it: nearest surface first, two lights, sulci darker, the map over them,
 * borders and contours by the slope of what is interpolated.
 *
 * Each pixel has `samples`² points; at each the nearest triangle is found (a depth buffer), then shaded once.
 * @returns transparent where no surface is. */
export function rasterise(
  surfaces: readonly Surface[],
  paint: Paint,
  { pose, look, isPicked = () => false, width, height, scale = 1, samples = 2 }: RasterOptions,
): Raster {
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const fine = { width: size.width * samples, height: size.height * samples };
  const parts = surfaces
    .filter(({ side }) => isDrawn(side, pose))
    .map((surface) => preparePart(surface, paint, isPicked, pose, fine));
  const shade = createShader(paint, pose, look, scale * samples);
  const data = new Uint8Array(4 * size.width * size.height);
  for (let from = 0; from < size.height; from += band) {
    const rows = Math.min(band, size.height - from);
    const sheet = openSheet(fine.width, rows * samples, from * samples);
    for (const [p, part] of parts.entries()) fillSheet(sheet, part, p);
    mixSheet(sheet, parts, shade, samples, data.subarray(4 * size.width * from));
  }
  return { ...size, data };
}

/** A surface with all that is interpolated over its triangles. */
interface Part {
  readonly projected: Projected;
  readonly faces: Uint32Array;
  /** (vertices × fields). */
  readonly values: Float32Array;
}

function preparePart(
  surface: Surface,
  { values, visible, trusted, significant }: Paint,
  isPicked: (target: number) => boolean,
  pose: Pose,
  size: { readonly width: number; readonly height: number },
): Part {
  const normals: Normals = {
    folded: vertexNormals(surface.folded, surface.faces),
    inflated: vertexNormals(surface.inflated, surface.faces),
  };
  const projected = projectSurface(surface, normals, pose, size);
  const out = new Float32Array(fields.count * surface.vertices);
  for (let v = 0; v < surface.vertices; v++) {
    const at = fields.count * v;
    const t = surface.target[v] as number;
    const isShown = t >= 0 && visible[t] === 1;
    for (let d = 0; d < 3; d++) out[at + fields.normal + d] = projected.normals[3 * v + d] as number;
    out[at + fields.shade] = surface.shade[v] as number;
    out[at + fields.value] = isShown ? (values[t] as number) : 0;
    out[at + fields.visible] = isShown ? 1 : 0;
    out[at + fields.trusted] = isShown ? (trusted[t] as number) : 0;
    out[at + fields.significant] = t >= 0 && significant[t] === 1 ? 1 : 0;
    out[at + fields.picked] = t >= 0 && isPicked(t) ? 1 : 0;
    for (let k = 0; k < 4; k++) out[at + fields.code + k] = ((surface.codes[v] as number) >> k) & 1;
  }
  return { projected, faces: facesAt(surface, pose), values: out };
}

/** Some rows of points: which triangle is nearest at each. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  /** First row in the picture. */
  readonly top: number;
  readonly depth: Float32Array;
  /** 1 + place of the first corner in `faces`; 0: none. */
  readonly face: Uint32Array;
  readonly part: Uint8Array;
}

function openSheet(width: number, height: number, top: number): Sheet {
  const count = width * height;
  return {
    width,
    height,
    top,
    depth: new Float32Array(count).fill(Number.NEGATIVE_INFINITY),
    face: new Uint32Array(count),
    part: new Uint8Array(count),
  };
}

/** Put the triangles of a part onto a sheet, each point to the nearest. */
function fillSheet(sheet: Sheet, { projected: { points }, faces }: Part, part: number): void {
  const { width, height, top, depth } = sheet;
  for (let f = 0; f < faces.length; f += 3) {
    const a = 3 * (faces[f] as number);
    const b = 3 * (faces[f + 1] as number);
    const c = 3 * (faces[f + 2] as number);
    const ay = (points[a + 1] as number) - top;
    const by = (points[b + 1] as number) - top;
    const cy = (points[c + 1] as number) - top;
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const y1 = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (y1 < y0) continue;
    const ax = points[a] as number;
    const bx = points[b] as number;
    const cx = points[c] as number;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const az = points[a + 2] as number;
    const bz = (points[b + 2] as number) - az;
    const cz = (points[c + 2] as number) - az;
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const wb = (px * (cy - ay) - py * (cx - ax)) / area;
        const wc = ((bx - ax) * py - (by - ay) * px) / area;
        if (wb < 0 || wc < 0 || wb + wc > 1) continue;
        const z = az + wb * bz + wc * cz;
        const at = y * width + x;
        if (z <= (depth[at] as number)) continue;
        depth[at] = z;
        sheet.face[at] = f + 1;
        sheet.part[at] = part;
      }
  }
}

/** Shade the points of a sheet and mix those of each pixel. */
function mixSheet(
  { width, height, top, face, part }: Sheet,
  parts: readonly Part[],
  shade: (fragment: Fragment, out: Float32Array) => void,
  samples: number,
  out: Uint8Array,
): void {
  const columns = width / samples;
  const sums = new Float32Array(4 * columns * (height / samples));
  const colour = new Float32Array(3);
  const fragment = openFragment();
  const plane = openPlane();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const f = (face[at] as number) - 1;
      if (f < 0) continue;
      const p = part[at] as number;
      if (f !== plane.face || p !== plane.part) setPlane(plane, parts[p] as Part, f, p, fragment);
      interpolate(plane, x + 0.5, y + top + 0.5, fragment);
      shade(fragment, colour);
      const to = 4 * (Math.floor(y / samples) * columns + Math.floor(x / samples));
      for (let d = 0; d < 3; d++) sums[to + d] = (sums[to + d] as number) + (colour[d] as number);
      sums[to + 3] = (sums[to + 3] as number) + 1;
    }
  for (let k = 0; k < sums.length; k += 4) {
    const count = sums[k + 3] as number;
    if (count === 0) continue;
    for (let d = 0; d < 3; d++) out[k + d] = Math.round((255 * (sums[k + d] as number)) / count);
    out[k + 3] = Math.round((255 * count) / (samples * samples));
  }
}

function openFragment(): Fragment & { slopes: Float32Array; values: Float32Array } {
  return {
    x: 0,
    y: 0,
    isFront: true,
    values: new Float32Array(fields.count),
    slopes: new Float32Array(fields.count),
  };
}

/** All that is interpolated over one triangle, as planes: value + across · x + down · y. */
interface Plane {
  face: number;
  part: number;
  readonly value: Float64Array;
  readonly across: Float64Array;
  readonly down: Float64Array;
}

function openPlane(): Plane {
  const values = () => new Float64Array(fields.count);
  return { face: -1, part: -1, value: values(), across: values(), down: values() };
}

/** The planes of a triangle; with them how much each value changes from point to point: |d/dx| + |d/dy|, GLSL's fwidth. */
function setPlane(
  plane: Plane,
  { projected: { points }, faces, values }: Part,
  f: number,
  part: number,
  fragment: ReturnType<typeof openFragment>,
): void {
  plane.face = f;
  plane.part = part;
  const a = faces[f] as number;
  const b = faces[f + 1] as number;
  const c = faces[f + 2] as number;
  const ax = points[3 * a] as number;
  const ay = points[3 * a + 1] as number;
  const ux = (points[3 * b] as number) - ax;
  const uy = (points[3 * b + 1] as number) - ay;
  const vx = (points[3 * c] as number) - ax;
  const vy = (points[3 * c + 1] as number) - ay;
  const area = ux * vy - uy * vx;
  fragment.isFront = area < 0; // y runs down here
  const n = fields.count;
  for (let k = 0; k < n; k++) {
    const base = values[n * a + k] as number;
    const db = (values[n * b + k] as number) - base;
    const dc = (values[n * c + k] as number) - base;
    const across = (db * vy - dc * uy) / area;
    const down = (dc * ux - db * vx) / area;
    plane.across[k] = across;
    plane.down[k] = down;
    plane.value[k] = base - across * ax - down * ay;
    fragment.slopes[k] = Math.abs(across) + Math.abs(down);
  }
}

function interpolate(
  { value, across, down }: Plane,
  x: number,
  y: number,
  fragment: ReturnType<typeof openFragment>,
): void {
  fragment.x = x;
  fragment.y = y;
  for (let k = 0; k < fields.count; k++)
    fragment.values[k] = (value[k] as number) + (across[k] as number) * x + (down[k] as number) * y;
}
