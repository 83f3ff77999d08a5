import { type Affine, openOf, type Pose, placeHemisphere } from "./pose.ts";
import type { Surface } from "./surface.ts";

type Triple = readonly [number, number, number];

/** An orthographic camera, so that sizes can be compared: directions in the world, and the part of its plane that is seen, mm. */
export interface Camera {
  readonly right: Triple;
  readonly up: Triple;
  /** Towards the viewer. */
  readonly back: Triple;
  readonly bounds: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
}

/** One hemisphere above the other where the picture is higher than wide. */
export function isStacked(width: number, height: number): boolean {
  return width < 1.33 * height;
}

/** Point the camera. Towards the flat map it turns to face the sheet. At yaw 0 the viewer stands behind the head: right is +x, up is +z,
 * and −y comes towards the viewer. */
export function aimCamera(pose: Pose, width: number, height: number): Camera {
  const stacked = isStacked(width, height);
  const flat = Math.min(1, Math.max(0, pose.morph - 1));
  const yaw = (pose.yaw * (1 - flat) * Math.PI) / 180;
  const pitch = (pose.pitch * (1 - flat) * Math.PI) / 180;
  const back: Triple = [Math.sin(yaw) * Math.cos(pitch), -Math.cos(yaw) * Math.cos(pitch), Math.sin(pitch)];
  const right: Triple = [Math.cos(yaw), Math.sin(yaw), 0];
  const up: Triple = [
    back[1] * right[2] - back[2] * right[1],
    back[2] * right[0] - back[0] * right[2],
    back[0] * right[1] - back[1] * right[0],
  ];
  const wide = Math.abs(Math.sin((openOf(pose) * Math.PI) / 180));
  const single = pose.show !== "both";
  const [needX, needY] = stacked
    ? [single ? 104 : 96 + 30 * flat, single ? 80 + 50 * flat : 80 + 60 * wide + 100 * flat]
    : [single ? 104 + 26 * flat : 100 + 86 * wide + 60 * flat, 78 + 42 * flat + (wide < 0.5 ? 14 : 0)];
  const half = Math.max(needY, (needX * height) / width) / pose.zoom;
  return {
    right,
    up,
    back,
    bounds: {
      left: (-half * width) / height - pose.panX,
      right: (half * width) / height - pose.panX,
      top: half - pose.panY,
      bottom: -half - pose.panY,
    },
  };
}

/** Whether a hemisphere is drawn at all. */
export function isDrawn(side: Surface["side"], { show }: Pose): boolean {
  return show === "both" || side === 0 || (show === "left") === (side === -1);
}

/** Where a hemisphere stands: as {@link placeHemisphere} says, but in the middle where it is alone and seen from its side. */
export function standHemisphere(side: Surface["side"], pose: Pose, stacked: boolean): Affine {
  const place = placeHemisphere(side, pose, stacked);
  const alone = pose.show !== "both" && side !== 0 && Math.abs(openOf(pose)) > 45;
  if (!alone) return place;
  const middle = (place[0] as number) * 34 * side + (place[3] as number);
  const out = place.slice();
  out[3] = (place[3] as number) - middle;
  out[11] = 0;
  return out;
}

/** The triangles that are drawn: the flat map's own leave its cuts open. */
export function facesAt({ faces, flat, flatFaces }: Surface, { morph }: Pick<Pose, "morph">): Uint32Array {
  return morph > 1.02 && flat !== null && flatFaces !== null ? flatFaces : faces;
}

/** Position of a vertex between its shapes, mm. The flat map stands upright with its lateral side outwards, as the hemisphere itself does. */
export function morphVertex(surface: Surface, v: number, morph: number): [number, number, number] {
  const toInflated = Math.min(1, morph);
  const toFlat = Math.max(0, morph - 1);
  const sign = surface.side === 0 ? 1 : surface.side;
  const plane = [34 * surface.side, sign * (surface.flat?.[2 * v] ?? 0), surface.flat?.[2 * v + 1] ?? 0];
  return [0, 1, 2].map((d) => {
    const solid =
      (1 - toInflated) * (surface.folded[3 * v + d] as number) +
      toInflated * (surface.inflated[3 * v + d] as number);
    return (1 - toFlat) * solid + toFlat * (plane[d] as number);
  }) as [number, number, number];
}

/** Normals of a surface's shapes, (vertices × 3), of length 1. */
export interface Normals {
  readonly folded: Float32Array;
  readonly inflated: Float32Array;
}

/** Normal of a vertex between its shapes; not of length 1. */
export function morphNormal(
  { side }: Surface,
  { folded, inflated }: Normals,
  v: number,
  morph: number,
): [number, number, number] {
  const toInflated = Math.min(1, morph);
  const toFlat = Math.max(0, morph - 1);
  return [0, 1, 2].map((d) => {
    const solid =
      (1 - toInflated) * (folded[3 * v + d] as number) + toInflated * (inflated[3 * v + d] as number);
    return (1 - toFlat) * solid + toFlat * (d === 0 ? (side === 0 ? 1 : side) : 0);
  }) as [number, number, number];
}

/** Normals of vertices: the sum of those of their triangles, weighted by area, of length 1. */
export function vertexNormals(points: Float32Array, faces: Uint32Array): Float32Array {
  const out = new Float32Array(points.length);
  const at = (k: number) => points[k] as number;
  // scalars, not triples: a page waits for this at hundreds of thousands of corners
  for (let k = 0; k < faces.length; k += 3) {
    const [a, b, c] = [3 * (faces[k] as number), 3 * (faces[k + 1] as number), 3 * (faces[k + 2] as number)];
    const ux = at(b) - at(a);
    const uy = at(b + 1) - at(a + 1);
    const uz = at(b + 2) - at(a + 2);
    const vx = at(c) - at(a);
    const vy = at(c + 1) - at(a + 1);
    const vz = at(c + 2) - at(a + 2);
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    addTo(out, a, x, y, z);
    addTo(out, b, x, y, z);
    addTo(out, c, x, y, z);
  }
  for (let v = 0; v < out.length; v += 3) {
    const [x, y, z] = [out[v] as number, out[v + 1] as number, out[v + 2] as number];
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    out[v] = x / length;
    out[v + 1] = y / length;
    out[v + 2] = z / length;
  }
  return out;
}

function addTo(out: Float32Array, k: number, x: number, y: number, z: number): void {
  out[k] = (out[k] as number) + x;
  out[k + 1] = (out[k + 1] as number) + y;
  out[k + 2] = (out[k + 2] as number) + z;
}

/** Whether the flat map has a place for a vertex; those without stand at its middle. */
export function isMapped({ flat }: Surface, v: number): boolean {
  return flat !== null && (flat[2 * v] !== 0 || flat[2 * v + 1] !== 0);
}

/** A surface's vertices as the camera sees them. */
export interface Projected {
  /** (vertices × 3): x to the right and y down in pixels, z in mm towards the viewer. */
  readonly points: Float32Array;
  /** (vertices × 3): normals in the camera's directions, of length 1. */
  readonly normals: Float32Array;
}

/** All vertices of a surface in a picture of `width` × `height` pixels. */
export function projectSurface(
  surface: Surface,
  normals: Normals,
  pose: Pose,
  { width, height }: { readonly width: number; readonly height: number },
): Projected {
  const place = standHemisphere(surface.side, pose, isStacked(width, height));
  const camera = aimCamera(pose, width, height);
  const { left, right, top, bottom } = camera.bounds;
  const out = {
    points: new Float32Array(3 * surface.vertices),
    normals: new Float32Array(3 * surface.vertices),
  };
  for (let v = 0; v < surface.vertices; v++) {
    const world = apply(place, morphVertex(surface, v, pose.morph), 1);
    const [x, y, z] = inView(camera, world);
    out.points[3 * v] = ((x - left) / (right - left)) * width;
    out.points[3 * v + 1] = ((top - y) / (top - bottom)) * height;
    out.points[3 * v + 2] = z;
    const n = inView(camera, apply(place, morphNormal(surface, normals, v, pose.morph), 0));
    const length = Math.hypot(...n) || 1;
    for (let d = 0; d < 3; d++) out.normals[3 * v + d] = (n[d] as number) / length;
  }
  return out;
}

/** Whether a vertex can be seen: its hemisphere is drawn, the flat map has it, and its surface faces the viewer (it may still lie behind a fold). */
export function sightOf(
  surface: Surface,
  v: number,
  pose: Pose,
  { normals }: Projected,
): { readonly shown: boolean; readonly facing: boolean } {
  const shown =
    isDrawn(surface.side, pose) && (pose.morph <= 1.5 || surface.flat === null || isMapped(surface, v));
  return { shown, facing: shown && (pose.morph > 1.5 || (normals[3 * v + 2] as number) > 0.15) };
}

function apply(m: Affine, [x, y, z]: Triple, w: 0 | 1): Triple {
  return [0, 4, 8].map(
    (r) =>
      (m[r] as number) * x + (m[r + 1] as number) * y + (m[r + 2] as number) * z + w * (m[r + 3] as number),
  ) as unknown as Triple;
}

function inView({ right, up, back }: Camera, p: Triple): [number, number, number] {
  return [right, up, back].map((d) => d[0] * p[0] + d[1] * p[1] + d[2] * p[2]) as [number, number, number];
}
