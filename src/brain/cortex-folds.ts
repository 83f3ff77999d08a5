import type { Random } from "../core/index.ts";
import { largeSulci } from "./cortex-shape.ts";
import { listNeighbours } from "./neighbours.ts";

const rounds = 16;
const gain = 4;
/** Widths of the two Gaussians whose difference makes folds, mm: the wavelength is 6.5 times the narrow one. */
const narrow = 2.7;
const wide = 5.4;

/** Draw gyri and sulci on a smooth surface.
 *
 * Each vertex is driven by what lies near it and held back by what lies farther away, u ← tanh(g (G₁u − G₂u) + b), from noise: the
 * pattern settles into bands of one width that branch and end like gyri. b < 0 along the courses of the large sulci, so that these are
 * the same in every cortex and their neighbours run beside them.
 * @param points n × 3 of the smooth surface, mm.
 * @param directions n × 3 on the sphere, in which the large sulci are given.
 * @returns one value a vertex, −1 at the bottom of a sulcus to 1 on the crown of a gyrus.
 * @source Local activation and lateral inhibition: Young 1984, Math. Biosci. 72, 51–58. */
export function drawFolds(
  points: Float64Array,
  directions: Float64Array,
  triangles: Int32Array,
  random: Random,
): Float64Array {
  const blur = blurrer(points, triangles);
  const bias = new Float64Array(points.length / 3);
  for (let v = 0; v < bias.length; v++) bias[v] = 0.08 - 0.8 * nearSulcus(directions, v).weight;
  let u: Float64Array = Float64Array.from(bias, () => 2 * random.normal());
  for (let k = 0; k < rounds; k++) {
    const near = blur(u, narrow * narrow);
    const far = blur(near, wide * wide - narrow * narrow);
    u = Float64Array.from(u, (_, v) =>
      Math.tanh(gain * ((near[v] as number) - (far[v] as number)) + (bias[v] as number)),
    );
  }
  return blur(u, 3);
}

/** How near a vertex lies to a large sulcus: weight 1 on its course, and the depth that the sulcus adds there, mm. */
export function nearSulcus(directions: Float64Array, v: number): { weight: number; deeper: number } {
  let [weight, deeper] = [0, 0];
  const p: Point = [at(directions, 3 * v), at(directions, 3 * v + 1), at(directions, 3 * v + 2)];
  for (const sulcus of largeSulci) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let k = 1; k < sulcus.course.length; k++)
      nearest = Math.min(nearest, squaredToSegment(p, unit(sulcus.course[k - 1]), unit(sulcus.course[k])));
    const own = Math.exp(-nearest / (2 * 0.055 * 0.055));
    if (own > weight) [weight, deeper] = [own, sulcus.deeper * own];
  }
  return { weight, deeper };
}

type Point = readonly [number, number, number];
const at = (list: Float64Array, k: number) => list[k] as number;

function unit(p: Point | undefined): Point {
  const [x, y, z] = p ?? [1, 0, 0];
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

function squaredToSegment(p: Point, a: Point, b: Point): number {
  const ab = b.map((x, d) => x - (a[d] as number)) as unknown as Point;
  const ap = p.map((x, d) => x - (a[d] as number)) as unknown as Point;
  const t = Math.min(1, Math.max(0, dot(ap, ab) / dot(ab, ab)));
  const away = ap.map((x, d) => x - t * (ab[d] as number)) as unknown as Point;
  return dot(away, away);
}

const dot = (a: Point, b: Point) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Diffusion over the edges of a mesh, weights 1 / length²: on an even mesh 1.5 times the Laplacian. */
function blurrer(points: Float64Array, triangles: Int32Array) {
  const n = points.length / 3;
  const { start, of } = listNeighbours(n, triangles);
  const weights = new Float64Array(of.length);
  let most = 0;
  for (let v = 0; v < n; v++) {
    let sum = 0;
    for (let k = at2(start, v); k < at2(start, v + 1); k++) {
      let squared = 0;
      for (let d = 0; d < 3; d++) squared += (at(points, 3 * v + d) - at(points, 3 * at2(of, k) + d)) ** 2;
      weights[k] = 1 / Math.max(squared, 1);
      sum += weights[k] as number;
    }
    most = Math.max(most, sum);
  }
  return (u: Float64Array, variance: number): Float64Array => {
    const time = variance / 3; // σ² = 2 · 1.5 · time
    const steps = Math.max(1, Math.ceil((time * most) / 0.8));
    let from = u;
    for (let s = 0; s < steps; s++) {
      const to = new Float64Array(n);
      for (let v = 0; v < n; v++) {
        const own = at(from, v);
        let sum = 0;
        for (let k = at2(start, v); k < at2(start, v + 1); k++)
          sum += at(weights, k) * (at(from, at2(of, k)) - own);
        to[v] = own + (time / steps) * sum;
      }
      from = to;
    }
    return from;
  };
}

const at2 = (list: Int32Array, k: number) => list[k] as number;
