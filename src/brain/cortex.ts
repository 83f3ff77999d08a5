import { createRandom } from "../core/index.ts";
import { flattenHemisphere, takeTriangles } from "./cortex-flat.ts";
import { drawFolds, nearSulcus } from "./cortex-folds.ts";
import { onMedialWall, smoothPoint } from "./cortex-shape.ts";
import { buildIcosphere, carryOver, type Icosphere } from "./icosphere.ts";

/** One hemisphere of a procedural cortex. All lists go by vertex; x runs left to right, y to the front, z up, mm. */
export interface Hemisphere {
  readonly side: "left" | "right";
  /** m × 3 vertex indices of the closed surface, anticlockwise seen from outside. */
  readonly triangles: Int32Array<ArrayBuffer>;
  /** n × 3 of the folded surface. */
  readonly folded: Float32Array<ArrayBuffer>;
  /** n × 3 of the same surface without its folds. */
  readonly inflated: Float32Array<ArrayBuffer>;
  /** n × 2 of the flat map, x to the right and y up, lateral side seen; NaN on the medial wall and inside its cuts. */
  readonly flat: Float32Array<ArrayBuffer>;
  /** The triangles of `triangles` that the flat map keeps. */
  readonly flatTriangles: Int32Array<ArrayBuffer>;
  /** How much deeper than the mean a vertex lies, mm; positive in a sulcus, 0 on the medial wall. */
  readonly sulcus: Float32Array<ArrayBuffer>;
  /** 1 on the medial wall, where there is no cortex. */
  readonly medial: Uint8Array<ArrayBuffer>;
}

/** Both hemispheres of a procedural cortex. The left one is the right one seen in a mirror, vertex by vertex. */
export interface Cortex {
  readonly left: Hemisphere;
  readonly right: Hemisphere;
}

/** Depth of a small sulcus below the crowns, mm. */
const depth = 9;

/** Build a cortex that looks like one: an hemisphere-shaped surface with the large sulci that all people share and small gyri
 * and sulci drawn at random; it is nobody's anatomy.
 *
 * Simpler than a real cortex: no buried cortex such as the insula, both sides alike, and folds are heights over the smooth surface.
 * `seed` is that of the small folds; `level` says how many vertices a hemisphere has: 4 for 2,562, 5 for 10,242 (as fsaverage5), 6 for 40,962 (as
 * fsaverage6).
 * @returns the same bytes for the same seed and level; the folds of all levels are the same.
 * @throws EncodingError "option" unless `level` is 4, 5 or 6. */
export function buildCortex({ seed = 1, level = 5 }: { seed?: number; level?: number } = {}): Cortex {
  const sphere = buildIcosphere(Math.min(6, Math.max(4, level)) === level ? level : Number.NaN);
  const medial = wallOf(sphere);
  const smooth = smoothSurface(sphere);
  const folds = foldsAt(sphere, seed);
  const down = depths(sphere, folds, medial);
  const folded = push(smooth, sphere.triangles, down);
  const keep = medial.map((wall) => 1 - wall);
  const { flat, kept } = flattenHemisphere(sphere, smooth, keep);
  const right: Hemisphere = {
    side: "right",
    triangles: sphere.triangles,
    folded,
    inflated: Float32Array.from(smooth),
    flat: onlyUsed(flat, takeTriangles(sphere.triangles, kept)),
    flatTriangles: takeTriangles(sphere.triangles, kept),
    sulcus: aboveMean(down, medial),
    medial,
  };
  return { left: mirror(right), right };
}

/** NaN for vertices that no triangle of the flat map has. */
function onlyUsed(flat: Float64Array, triangles: Int32Array): Float32Array<ArrayBuffer> {
  const used = new Uint8Array(flat.length / 2);
  for (const v of triangles) used[v] = 1;
  return Float32Array.from(flat, (x, k) => (used[k >> 1] === 1 ? x : Number.NaN));
}

function wallOf({ directions }: Icosphere): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: directions.length / 3 }, (_, v) =>
    onMedialWall(...(directions.subarray(3 * v, 3 * v + 3) as unknown as [number, number, number])) ? 1 : 0,
  );
}

function smoothSurface({ directions }: Icosphere): Float64Array {
  const out = new Float64Array(directions.length);
  for (let k = 0; k < directions.length; k += 3)
    out.set(smoothPoint(...(directions.subarray(k, k + 3) as unknown as [number, number, number])), k);
  return out;
}

/** The folds, always drawn with 10,242 vertices, so that all levels show the same. */
function foldsAt(sphere: Icosphere, seed: number): Float64Array {
  const n = sphere.directions.length / 3;
  if (n < 10_242) return foldsAt(buildIcosphere(5), seed).slice(0, n);
  if (n > 10_242) return carryOver(sphere, foldsAt(sphere.coarser as Icosphere, seed));
  return drawFolds(
    smoothSurface(sphere),
    sphere.directions,
    sphere.triangles,
    createRandom(seed).stream("cortex"),
  );
}

/** How far each vertex lies below the smooth surface, mm. */
function depths({ directions }: Icosphere, folds: Float64Array, medial: Uint8Array): Float64Array {
  return folds.map((height, v) => {
    if (medial[v] === 1) return depth / 2;
    return depth * ((1 - height) / 2) ** 1.3 + nearSulcus(directions, v).deeper;
  });
}

function aboveMean(down: Float64Array, medial: Uint8Array): Float32Array<ArrayBuffer> {
  const cortex = down.filter((_, v) => medial[v] === 0);
  const mean = cortex.reduce((sum, x) => sum + x, 0) / cortex.length;
  return Float32Array.from(down, (x, v) => (medial[v] === 1 ? 0 : x - mean));
}

/** Push vertices in along the normals of the smooth surface. */
function push(smooth: Float64Array, triangles: Int32Array, down: Float64Array): Float32Array<ArrayBuffer> {
  const normals = vertexNormals(smooth, triangles);
  return Float32Array.from(
    smooth,
    (x, k) => x - (down[Math.floor(k / 3)] as number) * (normals[k] as number),
  );
}

function vertexNormals(points: Float64Array, triangles: Int32Array): Float64Array {
  const out = new Float64Array(points.length);
  for (let k = 0; k < triangles.length; k += 3) {
    const [a, b, c] = triangles.subarray(k, k + 3) as unknown as [number, number, number];
    const e = (p: number, d: number) => (points[3 * p + d] as number) - (points[3 * a + d] as number);
    for (let d = 0; d < 3; d++) {
      const [i, j] = [(d + 1) % 3, (d + 2) % 3];
      const part = e(b, i) * e(c, j) - e(b, j) * e(c, i);
      for (const v of [a, b, c]) out[3 * v + d] = (out[3 * v + d] as number) + part;
    }
  }
  for (let k = 0; k < out.length; k += 3) {
    const length = Math.hypot(out[k] as number, out[k + 1] as number, out[k + 2] as number) || 1;
    for (let d = 0; d < 3; d++) out[k + d] = (out[k + d] as number) / length;
  }
  return out;
}

function mirror(right: Hemisphere): Hemisphere {
  const turned = (triangles: Int32Array) => {
    const out = new Int32Array(triangles);
    for (let k = 0; k < out.length; k += 3)
      [out[k + 1], out[k + 2]] = [out[k + 2] as number, out[k + 1] as number];
    return out;
  };
  return {
    side: "left",
    triangles: turned(right.triangles),
    folded: right.folded.map((x, k) => (k % 3 === 0 ? -x : x)),
    inflated: right.inflated.map((x, k) => (k % 3 === 0 ? -x : x)),
    flat: right.flat.map((x, k) => (k % 2 === 0 ? -x : x)),
    flatTriangles: turned(right.flatTriangles),
    sulcus: right.sulcus,
    medial: right.medial,
  };
}
