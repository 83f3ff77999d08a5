import { checkNumber, EncodingError } from "../core/index.ts";
import { corners, faces, golden, type Triple } from "./icosahedron.ts";
import { groupTargets } from "./regions.ts";

/** A closed surface of triangles, as GIFTI writes it. */
export interface Mesh {
  /** n × 3 coordinates, millimetres. */
  readonly coordinates: Float32Array<ArrayBuffer>;
  /** m × 3 vertex indices, anticlockwise seen from outside. */
  readonly triangles: Int32Array<ArrayBuffer>;
}

/** Where the targets lie on a mesh. */
export interface SurfaceLayout {
  /** Target of each vertex, −1 outside all regions. */
  readonly targetAt: Int32Array;
  /** Region of each vertex, −1 outside all regions. */
  readonly regionAt: Int32Array;
}

/** Build a sphere with at least six vertices a target, of nearly even triangles.
 *
 * An icosahedron whose edges are cut into `f` equal parts has 10 f² + 2 vertices; the smallest has 642.
 * @param targets how many patches shall find place.
 * @returns radius 70 mm around the origin.
 * @throws EncodingError "option" unless `targets` is a whole number from 1 to 1,000,000.
 * @source Class I geodesic polyhedron. */
export function buildSphereMesh(targets: number): Mesh {
  checkNumber("buildSphereMesh", "targets", targets, { min: 1, max: 1_000_000, whole: true });
  const f = Math.max(8, Math.ceil(Math.sqrt((6 * targets - 2) / 10)));
  const points: number[] = [];
  const triangles: number[] = [];
  const seen = new Map<string, number>();
  for (const [a, b, c] of faces) {
    // barycentric grid (i, j): i steps towards b, j towards c; vertices on edges are shared between faces
    const index = (i: number, j: number): number => {
      const key = nameOf([a, b, c], [f - i - j, i, j]);
      const known = seen.get(key);
      if (known !== undefined) return known;
      seen.set(key, seen.size);
      points.push(...onSphere([a, b, c], [f - i - j, i, j]));
      return seen.size - 1;
    };
    for (let i = 0; i < f; i++)
      for (let j = 0; i + j < f; j++) {
        triangles.push(index(i, j), index(i + 1, j), index(i, j + 1));
        if (i + j + 1 < f) triangles.push(index(i + 1, j), index(i + 1, j + 1), index(i, j + 1));
      }
  }
  return { coordinates: Float32Array.from(points), triangles: Int32Array.from(triangles) };
}

/** The same for a point whichever face it is reached from: its corners with weight, sorted. */
function nameOf(face: Triple, weights: Triple): string {
  return face
    .map((corner, k) => [corner, weights[k] as number] as const)
    .filter(([, weight]) => weight > 0)
    .sort(([a], [b]) => a - b)
    .flat()
    .join(",");
}

function onSphere(face: Triple, weights: Triple): number[] {
  const sum = [0, 1, 2].map((d) =>
    face.reduce((total, corner, k) => total + (weights[k] as number) * (corners[corner]?.[d] as number), 0),
  );
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return sum.map((value) => (70 * value) / length);
}

/** Lay regions out on a mesh as round patches, and give each target a patch of its own within its region.
 *
 * Centres of regions are spread evenly over the sphere (Fibonacci points); each region takes the vertices nearest to its
 * centre, as many as its share of the targets, together two thirds of the mesh. Within the region each vertex belongs to
 * the nearest of as many seeds as there are targets, so that neighbouring vertices mostly show the same target.
 * @param mesh a sphere with more vertices than targets, from {@link buildSphereMesh}.
 * @param regionOf region of each target, −1 for none (such targets get no vertex).
 * @throws EncodingError "shape" if the mesh has too few vertices; "range" if a region index lies outside. */
export function layOutRegions(mesh: Mesh, regionOf: Int32Array, regions: number): SurfaceLayout {
  const vertices = mesh.coordinates.length / 3;
  const groups = groupTargets(regionOf, regions);
  const placed = groups.reduce((sum, group) => sum + group.length, 0);
  const perTarget = Math.floor((2 * vertices) / 3 / Math.max(1, placed));
  if (perTarget < 1)
    throw new EncodingError(
      "shape",
      `layOutRegions: needs 3 vertices for 2 targets; got ${vertices} vertices for ${placed} targets. Build the mesh for as many.`,
      { vertices, targets: placed },
    );
  const targetAt = new Int32Array(vertices).fill(-1);
  const regionAt = new Int32Array(vertices).fill(-1);
  for (const [r, group] of groups.entries()) {
    const taken = takeNearest(mesh, regionAt, fibonacciPoint(r, regions), group.length * perTarget);
    for (const v of taken) regionAt[v] = r;
    const patches = cutPatches(mesh, taken, group.length);
    for (const [k, v] of taken.entries()) targetAt[v] = group[patches[k] as number] as number;
  }
  return { targetAt, regionAt };
}

/** Evenly spread directions on a sphere of radius 1. */
function fibonacciPoint(k: number, n: number): number[] {
  const z = 1 - (2 * k + 1) / n;
  const [r, angle] = [Math.sqrt(1 - z * z), 2 * Math.PI * k * (golden - 1)];
  return [r * Math.cos(angle), r * Math.sin(angle), z];
}

/** The free vertices that lie nearest to a direction. */
function takeNearest(
  { coordinates }: Mesh,
  regionAt: Int32Array,
  centre: readonly number[],
  count: number,
): number[] {
  const [x = 0, y = 0, z = 0] = centre;
  const along = new Float64Array(regionAt.length);
  const free: number[] = [];
  for (let v = 0; v < regionAt.length; v++) {
    if (regionAt[v] !== -1) continue;
    free.push(v);
    const [px, py, pz] = [coordinates[3 * v], coordinates[3 * v + 1], coordinates[3 * v + 2]];
    along[v] = x * (px as number) + y * (py as number) + z * (pz as number);
  }
  return free.sort((a, b) => (along[b] as number) - (along[a] as number) || a - b).slice(0, count);
}

/** Cut vertices into patches around seeds that lie far from each other: the first vertex, then always the one farthest
 * from all seeds so far.
 * @returns the nearest seed of each vertex, 0 to `count` − 1; each seed is its own nearest. */
function cutPatches({ coordinates }: Mesh, vertices: readonly number[], count: number): Int32Array {
  const place = Float64Array.from({ length: 3 * vertices.length }, (_, k) => {
    return coordinates[3 * (vertices[Math.floor(k / 3)] as number) + (k % 3)] as number;
  });
  const away = new Float64Array(vertices.length).fill(Number.POSITIVE_INFINITY);
  const nearest = new Int32Array(vertices.length);
  let seed = 0;
  for (let s = 0; s < count; s++) {
    const [x, y, z] = place.subarray(3 * seed, 3 * seed + 3) as unknown as [number, number, number];
    let [farthest, most] = [0, -1];
    for (let k = 0; k < away.length; k++) {
      const dx = (place[3 * k] as number) - x;
      const dy = (place[3 * k + 1] as number) - y;
      const dz = (place[3 * k + 2] as number) - z;
      const squared = dx * dx + dy * dy + dz * dz;
      let distance = away[k] as number;
      if (squared < distance) {
        distance = squared;
        away[k] = squared;
        nearest[k] = s;
      }
      if (distance > most) {
        most = distance;
        farthest = k;
      }
    }
    seed = farthest;
  }
  return nearest;
}
