import { EncodingError } from "../core/index.ts";

/** Which targets touch each other, and the exponents of cluster enhancement that fit such a space. */
export interface Neighbours {
  /** Neighbours of target i are `list[starts[i]]` … `list[starts[i + 1] − 1]`. */
  readonly starts: Int32Array;
  readonly list: Int32Array;
  /** Exponent of a cluster's extent: .5 in volumes, 1 on surfaces. */
  readonly extent: number;
  /** Exponent of the height: 2. */
  readonly height: number;
}

/** Neighbours of the voxels of a mask.
 * @param shape voxels along the three axes. @param mask one entry a voxel, last axis fastest; targets are its non-zero voxels, in order.
 * @param touch 6: faces; 18: faces and edges; 26: corners too.
 * @throws EncodingError "shape" | "option". */
export function voxelNeighbours(
  shape: readonly [number, number, number],
  mask: ArrayLike<number>,
  touch: 6 | 18 | 26,
): Neighbours {
  const [nx, ny, nz] = shape;
  if (mask.length !== nx * ny * nz)
    throw new EncodingError(
      "shape",
      `voxelNeighbours: the mask must have ${nx} × ${ny} × ${nz} voxels; got ${mask.length}.`,
    );
  const most = { 6: 1, 18: 2, 26: 3 }[touch];
  if (most === undefined)
    throw new EncodingError("option", `voxelNeighbours: touch must be 6, 18 or 26; got ${touch}.`);
  const targets = new Int32Array(mask.length).fill(-1);
  let count = 0;
  for (let v = 0; v < mask.length; v++) if (mask[v]) targets[v] = count++;
  const steps = offsets().filter((step) => step.reduce((sum, s) => sum + Math.abs(s), 0) <= most);
  const pairs: number[][] = Array.from({ length: count }, () => []);
  for (let v = 0; v < mask.length; v++) {
    if ((targets[v] as number) < 0) continue;
    const [x, y, z] = [Math.floor(v / (ny * nz)), Math.floor(v / nz) % ny, v % nz];
    for (const [dx, dy, dz] of steps) {
      const [i, j, k] = [x + dx, y + dy, z + dz];
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
      const other = targets[(i * ny + j) * nz + k] as number;
      if (other >= 0) pairs[targets[v] as number]?.push(other);
    }
  }
  return { ...pack(pairs), extent: 0.5, height: 2 };
}

/** Neighbours of the vertices of a triangle mesh: those that share an edge.
 * @param vertices how many. @param faces three vertices a triangle, one after the other.
 * @throws EncodingError "shape" | "range". */
export function meshNeighbours(vertices: number, faces: ArrayLike<number>): Neighbours {
  const sets = Array.from({ length: vertices }, () => new Set<number>());
  forEachFace("meshNeighbours", vertices, faces, (corners) => {
    for (const a of corners) for (const b of corners) if (a !== b) sets[a]?.add(b);
  });
  return { ...pack(sets.map((set) => [...set].sort((a, b) => a - b))), extent: 1, height: 2 };
}

/** Area that belongs to each vertex: a third of each of its triangles, in the square of the coordinates' unit.
 * @param coordinates three a vertex. @throws EncodingError "shape" | "range". */
export function vertexAreas(coordinates: ArrayLike<number>, faces: ArrayLike<number>): Float64Array {
  if (coordinates.length % 3 !== 0)
    throw new EncodingError(
      "shape",
      `vertexAreas: needs three coordinates a vertex; got ${coordinates.length}.`,
    );
  const areas = new Float64Array(coordinates.length / 3);
  const at = (vertex: number) => [0, 1, 2].map((k) => coordinates[3 * vertex + k] as number);
  forEachFace("vertexAreas", areas.length, faces, (corners) => {
    const [a, b, c] = corners.map(at) as [number[], number[], number[]];
    const area = Math.hypot(...cross(minus(b, a), minus(c, a))) / 2;
    for (const vertex of corners) areas[vertex] = (areas[vertex] as number) + area / 3;
  });
  return areas;
}

function forEachFace(
  name: string,
  vertices: number,
  faces: ArrayLike<number>,
  visit: (corners: readonly [number, number, number]) => void,
): void {
  if (faces.length % 3 !== 0)
    throw new EncodingError(
      "shape",
      `${name}: needs three vertices a triangle; got ${faces.length} numbers.`,
    );
  for (let f = 0; f < faces.length; f += 3) {
    const corners = [faces[f], faces[f + 1], faces[f + 2]] as [number, number, number];
    const wrong = corners.find((vertex) => !(vertex >= 0 && vertex < vertices));
    if (wrong !== undefined)
      throw new EncodingError("range", `${name}: triangle ${f / 3} names vertex ${wrong} of ${vertices}.`);
    visit(corners);
  }
}

function offsets(): [number, number, number][] {
  const steps = [-1, 0, 1];
  return steps
    .flatMap((x) => steps.flatMap((y) => steps.map((z): [number, number, number] => [x, y, z])))
    .filter(([x, y, z]) => x !== 0 || y !== 0 || z !== 0);
}

function pack(lists: readonly (readonly number[])[]): { starts: Int32Array; list: Int32Array } {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, own] of lists.entries()) starts[i + 1] = (starts[i] as number) + own.length;
  return { starts, list: Int32Array.from(lists.flat()) };
}

function minus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, k) => value - (b[k] as number));
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  const [ax, ay, az] = a as [number, number, number];
  const [bx, by, bz] = b as [number, number, number];
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
