import { checkNumber } from "../core/index.ts";
import { corners, faces } from "./icosahedron.ts";

/** A sphere of radius 1 by cutting the edges of an icosahedron in two, `level` times. */
export interface Icosphere {
  /** n × 3 directions of length 1; n = 10 · 4^level + 2. */
  readonly directions: Float64Array;
  /** m × 3 vertex indices, anticlockwise seen from outside. */
  readonly triangles: Int32Array<ArrayBuffer>;
  /** The same at one level less, or null at level 0. Its vertices are the first of this one. */
  readonly coarser: Icosphere | null;
  /** The two vertices that each new vertex lies between: entries 2k and 2k + 1 for vertex k + (vertices of `coarser`). */
  readonly parents: Int32Array;
}

/** Build an icosphere: level 4 has 2,562 vertices, 5 has 10,242 (as fsaverage5), 6 has 40,962 (as fsaverage6).
 * @throws EncodingError "option" unless `level` is a whole number from 0 to 7. */
export function buildIcosphere(level: number): Icosphere {
  checkNumber("buildIcosphere", "level", level, { min: 0, max: 7, whole: true });
  let sphere: Icosphere = {
    directions: Float64Array.from(corners.flatMap((corner) => corner.map((x) => x / Math.hypot(...corner)))),
    triangles: Int32Array.from(faces.flat()),
    coarser: null,
    parents: new Int32Array(0),
  };
  for (let k = 0; k < level; k++) sphere = refine(sphere);
  return sphere;
}

function refine(coarser: Icosphere): Icosphere {
  const known = coarser.directions.length / 3;
  const directions = Array.from(coarser.directions);
  const parents: number[] = [];
  const between = new Map<number, number>();
  const middle = (a: number, b: number): number => {
    const key = Math.min(a, b) * known + Math.max(a, b);
    const found = between.get(key);
    if (found !== undefined) return found;
    const index = known + between.size;
    between.set(key, index);
    parents.push(a, b);
    const sum = [0, 1, 2].map((d) => (directions[3 * a + d] as number) + (directions[3 * b + d] as number));
    const length = Math.hypot(...sum);
    directions.push(...sum.map((x) => x / length));
    return index;
  };
  const triangles = new Int32Array(coarser.triangles.length * 4);
  for (let k = 0; k < coarser.triangles.length; k += 3) {
    const [a, b, c] = coarser.triangles.subarray(k, k + 3) as unknown as [number, number, number];
    const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
    triangles.set([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], 4 * k);
  }
  return { directions: Float64Array.from(directions), triangles, coarser, parents: Int32Array.from(parents) };
}

/** Carry values of the coarser sphere over to a sphere: a new vertex gets the mean of its two parents.
 * @param values one or more numbers a vertex of `sphere.coarser`, vertex-major. */
export function carryOver({ directions, parents }: Icosphere, values: Float64Array): Float64Array {
  const vertices = directions.length / 3;
  const known = vertices - parents.length / 2;
  const width = values.length / known;
  const out = new Float64Array(vertices * width);
  out.set(values);
  for (let k = 0; k < parents.length / 2; k++)
    for (let d = 0; d < width; d++) {
      const a = values[(parents[2 * k] as number) * width + d] as number;
      const b = values[(parents[2 * k + 1] as number) * width + d] as number;
      out[(known + k) * width + d] = (a + b) / 2;
    }
  return out;
}
