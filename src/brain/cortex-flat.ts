import type { Icosphere } from "./icosphere.ts";
import { carryOver } from "./icosphere.ts";
import type { Neighbours } from "./neighbours.ts";

/** A flat map of a hemisphere. */
export interface FlatPatch {
  /** n × 2 positions, mm: first axis posterior to anterior, second inferior to superior. Vertices of no triangle have one too. */
  readonly flat: Float64Array;
  /** Numbers of the triangles of the sphere that the map keeps, ascending. */
  readonly kept: readonly number[];
}

/** Flatten a hemisphere: the medial wall is left out, and four cuts run from it outwards.
 *
 * Starts from Lambert's equal-area map seen from the lateral side, which lays the rim of the medial wall around the edge, and relaxes
 * it towards the shapes that the triangles have on the smooth surface, from the coarsest sphere to the finest; no triangle ever flips.
 * @param points n × 3 of the smooth surface, mm.
 * @param keep whether a vertex is cortex; coarse triangles with any other corner are left out. */
export function flattenHemisphere(sphere: Icosphere, points: Float64Array, keep: Uint8Array): FlatPatch {
  const { triangles, directions, coarser } = sphere;
  const isStart = coarser === null || directions.length / 3 <= 2562;
  const before = isStart ? null : flattenHemisphere(coarser, points, keep);
  const kept = before
    ? before.kept.flatMap((t) => [4 * t, 4 * t + 1, 4 * t + 2, 4 * t + 3])
    : keptTriangles(sphere, keep);
  const flat = before ? carryOver(sphere, before.flat) : equalArea(directions);
  relax(
    flat,
    points,
    takeTriangles(triangles, kept),
    isStart ? 150 : directions.length / 3 < 20_000 ? 40 : 12,
  );
  return { flat, kept };
}

/** The corners of some triangles. */
export function takeTriangles(triangles: Int32Array, which: readonly number[]): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: 3 * which.length }, (_, k) => {
    return triangles[3 * (which[Math.floor(k / 3)] as number) + (k % 3)] as number;
  });
}

/** Where the map is cut open, from the medial wall outwards, as directions: to the occipital pole along the calcarine sulcus, to the
 * frontal pole, over the top, and below the temporal lobe. */
const cuts = [
  [-0.8, -0.55, -0.1, -0.55, -0.82, -0.06, -0.05, -1, -0.04],
  [-0.8, 0.6, -0.15, -0.5, 0.85, -0.16, 0.1, 0.98, -0.1],
  [-0.9, 0.0, 0.3, -0.6, -0.12, 0.8, -0.25, -0.16, 0.95],
  [-0.9, 0.0, -0.5, -0.5, -0.1, -0.86, -0.1, -0.1, -0.99],
];

function keptTriangles({ directions, triangles }: Icosphere, keep: Uint8Array): number[] {
  const cut = new Set(cuts.flatMap((course) => crossed(directions, triangles, course)));
  return Array.from({ length: triangles.length / 3 }, (_, t) => t).filter(
    (t) => !cut.has(t) && [0, 1, 2].every((d) => keep[triangles[3 * t + d] as number] === 1),
  );
}

/** The triangles that a course of directions runs through: those whose three sides face each of its points. */
function crossed(directions: Float64Array, triangles: Int32Array, course: readonly number[]): number[] {
  const out: number[] = [];
  for (let s = 0; s + 3 < course.length; s += 3)
    for (let k = 0; k <= 80; k++) {
      const p = [0, 1, 2].map(
        (d) => ((80 - k) * (course[s + d] as number) + k * (course[s + 3 + d] as number)) / 80,
      );
      for (let t = 0; t < triangles.length / 3; t++) if (isInside(directions, triangles, t, p)) out.push(t);
    }
  return out;
}

function isInside(directions: Float64Array, triangles: Int32Array, t: number, p: readonly number[]): boolean {
  for (let d = 0; d < 3; d++) {
    const [a, b] = [3 * (triangles[3 * t + d] as number), 3 * (triangles[3 * t + ((d + 1) % 3)] as number)];
    let volume = 0;
    for (let e = 0; e < 3; e++) {
      const [i, j] = [(e + 1) % 3, (e + 2) % 3];
      const cross =
        (directions[a + i] as number) * (directions[b + j] as number) -
        (directions[a + j] as number) * (directions[b + i] as number);
      volume += cross * (p[e] as number);
    }
    if (volume < 0) return false;
  }
  return true;
}

function equalArea(directions: Float64Array): Float64Array {
  const out = new Float64Array((2 * directions.length) / 3);
  for (let v = 0; v < out.length / 2; v++) {
    const [x, y, z] = directions.subarray(3 * v, 3 * v + 3) as unknown as [number, number, number];
    const scale = Math.sqrt(2 / Math.max(1e-9, 1 + x));
    out[2 * v] = 52 * scale * y;
    out[2 * v + 1] = 45 * scale * z;
  }
  return out;
}

/** Lower the symmetric Dirichlet energy Σ area (‖J‖² + ‖J⁻¹‖²) of the map from smooth surface to plane, one vertex after the other, each
 * a step downhill. The energy is infinite where a triangle has no area, so no triangle ever turns over. Changes `flat`.
 * @source Smith and Schaefer 2015, Bijective parameterization with free boundaries. */
function relax(flat: Float64Array, points: Float64Array, triangles: Int32Array, sweeps: number): void {
  const n = flat.length / 2;
  const around = cornersAround(n, triangles);
  const rest = restShapes(points, triangles);
  const steps = new Float64Array(n).fill(0.1);
  for (let s = 0; s < sweeps; s++)
    for (let k = 0; k < n; k++) {
      const v = s % 2 === 0 ? k : n - 1 - k;
      if (around.start[v] !== around.start[v + 1]) moveVertex(flat, v, around, rest, steps);
    }
}

/** Of each corner of each triangle: [i00, i01, i10, i11, area, b, c], the inverse of its edges to the other two corners b and c laid
 * into a plane, area in mm². */
function restShapes(points: Float64Array, triangles: Int32Array): Float64Array {
  const out = new Float64Array(7 * triangles.length);
  for (let k = 0; k < triangles.length; k++) {
    const t = k - (k % 3);
    const [a, b, c] = [0, 1, 2].map((d) => triangles[t + ((k + d) % 3)] as number) as [
      number,
      number,
      number,
    ];
    const edge = (p: number) =>
      [0, 1, 2].map((d) => (points[3 * p + d] as number) - (points[3 * a + d] as number));
    const [u, w] = [edge(b), edge(c)];
    const dot = (p: number[], q: number[]) => p.reduce((sum, x, d) => sum + x * (q[d] as number), 0);
    const long = Math.sqrt(dot(u, u));
    const along = dot(u, w) / long;
    const high = Math.max(0.05 * long, Math.sqrt(Math.max(0, dot(w, w) - along * along)));
    out.set([1 / long, -along / (long * high), 0, 1 / high, (long * high) / 2, b, c], 7 * k);
  }
  return out;
}

/** Energy of the triangles around a vertex at (x, y); its slope is left in `slope`. */
function energyAt(
  flat: Float64Array,
  v: number,
  x: number,
  y: number,
  { start, of }: Neighbours,
  rest: Float64Array,
  slope: Float64Array,
): number {
  let [energy, gx, gy] = [0, 0, 0];
  for (let k = start[v] as number; k < (start[v + 1] as number); k++) {
    const r = 7 * (of[k] as number);
    const i00 = rest[r] as number;
    const i01 = rest[r + 1] as number;
    const i11 = rest[r + 3] as number;
    const b = 2 * (rest[r + 5] as number);
    const c = 2 * (rest[r + 6] as number);
    const bx = (flat[b] as number) - x;
    const by = (flat[b + 1] as number) - y;
    // J = [edge to b, edge to c] · inverse
    const j00 = bx * i00;
    const j10 = by * i00;
    const j01 = bx * i01 + ((flat[c] as number) - x) * i11;
    const j11 = by * i01 + ((flat[c + 1] as number) - y) * i11;
    const det = j00 * j11 - j01 * j10;
    if (det <= 1e-4) return Number.POSITIVE_INFINITY;
    const squared = j00 * j00 + j01 * j01 + j10 * j10 + j11 * j11;
    const area = rest[r + 4] as number;
    const scale = 1 + 1 / (det * det);
    energy += area * squared * scale;
    const turn = squared / (det * det * det);
    // moving this corner changes both edges by the opposite
    const s0 = -i00 - i01;
    gx += 2 * area * ((j00 * scale - turn * j11) * s0 - (j01 * scale + turn * j10) * i11);
    gy += 2 * area * ((j10 * scale + turn * j01) * s0 - (j11 * scale - turn * j00) * i11);
  }
  slope[0] = gx;
  slope[1] = gy;
  return energy;
}

const here = new Float64Array(2);
const there = new Float64Array(2);

function moveVertex(
  flat: Float64Array,
  v: number,
  around: Neighbours,
  rest: Float64Array,
  steps: Float64Array,
): void {
  const [x, y] = [flat[2 * v] as number, flat[2 * v + 1] as number];
  const before = energyAt(flat, v, x, y, around, rest, here);
  const [gx, gy] = [here[0] as number, here[1] as number];
  let step = 2 * (steps[v] as number);
  for (let tries = 0; tries < 12; tries++, step /= 2) {
    const after = energyAt(flat, v, x - step * gx, y - step * gy, around, rest, there);
    if (after > before - 0.2 * step * (gx * gx + gy * gy)) continue;
    flat[2 * v] = x - step * gx;
    flat[2 * v + 1] = y - step * gy;
    break;
  }
  steps[v] = Math.max(1e-9, step);
}

/** Area of triangle t of a flat map, mm²; negative if it lies upside down. */
export function signedArea(flat: Float64Array, triangles: Int32Array, t: number): number {
  const [a, b, c] = [
    triangles[3 * t] as number,
    triangles[3 * t + 1] as number,
    triangles[3 * t + 2] as number,
  ];
  const [ax, ay] = [flat[2 * a] as number, flat[2 * a + 1] as number];
  const [bx, by] = [(flat[2 * b] as number) - ax, (flat[2 * b + 1] as number) - ay];
  const [cx, cy] = [(flat[2 * c] as number) - ax, (flat[2 * c + 1] as number) - ay];
  return (bx * cy - by * cx) / 2;
}

/** The corners (3 · triangle + 0, 1 or 2) at each vertex. */
function cornersAround(n: number, triangles: Int32Array): Neighbours {
  const start = new Int32Array(n + 1);
  for (const v of triangles) start[v + 1] = (start[v + 1] as number) + 1;
  for (let v = 0; v < n; v++) start[v + 1] = (start[v + 1] as number) + (start[v] as number);
  const of = new Int32Array(triangles.length);
  const next = start.slice();
  for (const [k, v] of triangles.entries()) {
    of[next[v] as number] = k;
    next[v] = (next[v] as number) + 1;
  }
  return { start, of };
}
