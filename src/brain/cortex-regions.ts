import { EncodingError } from "../core/index.ts";
import type { Cortex, Hemisphere } from "./cortex.ts";
import { listNeighbours, type Neighbours } from "./neighbours.ts";
import { groupTargets } from "./regions.ts";
import type { SurfaceLayout } from "./surface.ts";

/** Share of the cortex that all regions take together. */
const covered = 0.5;

/** Where regions of these names lie, as points of the smooth right hemisphere, mm; the places are those that the literature gives for
 * such functions, roughly. Others are spread evenly. */
const places: Readonly<Record<string, readonly [number, number, number]>> = {
  "early visual": [16, -80, -2],
  object: [47, -52, -14],
  scene: [10, -42, -24],
  "word form": [38, -22, -42],
  syntax: [50, 40, 14],
  meaning: [54, -38, 24],
  convergence: [52, 14, -26],
  silent: [34, 8, 52],
};

/** Plant regions on a procedural cortex: every region one patch a hemisphere, every target one patch inside its region's.
 *
 * The targets of a region go to the left and right hemisphere by turns. All regions grow at once from their places, each always taking
 * the free vertex beside it that is nearest to its place, until they cover half of the cortex in proportion to their targets; within a
 * region, targets share the vertices by distance along the surface from seeds that lie far from each other. Patches are in one piece.
 * @param regionOf region of each target, −1 for none (such targets get no vertex).
 * @param regions names; known ones lie where a reader expects them.
 * @throws EncodingError "shape" if a region finds fewer vertices than it has targets; "range" if a region index lies outside. */
export function plantRegions(
  cortex: Cortex,
  regionOf: Int32Array,
  regions: readonly string[],
): { readonly left: SurfaceLayout; readonly right: SurfaceLayout } {
  const groups = groupTargets(regionOf, regions.length);
  const half = (odd: number) => groups.map((group) => group.filter((_, k) => k % 2 === odd));
  return {
    left: plantSide(cortex.left, half(0), regions, regionOf.length),
    right: plantSide(cortex.right, half(1), regions, regionOf.length),
  };
}

function plantSide(
  hemisphere: Hemisphere,
  groups: readonly Int32Array[],
  regions: readonly string[],
  targets: number,
): SurfaceLayout {
  const n = hemisphere.medial.length;
  const neighbours = listNeighbours(n, hemisphere.triangles);
  const placed = groups.reduce((sum, group) => sum + group.length, 0);
  const cortex = n - hemisphere.medial.reduce((sum, wall) => sum + wall, 0);
  const quota = groups.map((group) => Math.floor((covered * cortex * group.length) / Math.max(1, placed)));
  const regionAt = growRegions(hemisphere, neighbours, quota, regions);
  const targetAt = new Int32Array(n).fill(-1);
  for (const [r, group] of groups.entries()) {
    const own = [...regionAt.keys()].filter((v) => regionAt[v] === r);
    if (own.length < group.length)
      throw new EncodingError(
        "shape",
        `plantRegions: region ${regions[r]} finds ${own.length} vertices for ${group.length} targets (of ${targets}) on the ${hemisphere.side}. Build the cortex at a higher level.`,
        { vertices: own.length, targets: group.length },
      );
    sharePatch(hemisphere, neighbours, own, group, targetAt);
  }
  return { targetAt, regionAt };
}

function growRegions(
  { inflated, medial, side }: Hemisphere,
  { start, of }: Neighbours,
  quota: readonly number[],
  regions: readonly string[],
): Int32Array {
  const regionAt = new Int32Array(medial.length).fill(-1);
  const sign = side === "left" ? -1 : 1;
  const fronts = regions.map((name, r) => {
    const [x, y, z] = places[name] ?? spread(r, regions.length);
    const away = (v: number) =>
      Math.hypot(
        (inflated[3 * v] as number) - sign * x,
        (inflated[3 * v + 1] as number) - y,
        (inflated[3 * v + 2] as number) - z,
      );
    return { away, edge: new Map<number, number>(), size: 0 };
  });
  const isFree = (v: number) => medial[v] === 0 && regionAt[v] === -1;
  for (const front of fronts) {
    const seed = nearest(medial.length, isFree, front.away);
    if (seed >= 0) front.edge.set(seed, front.away(seed));
  }
  for (;;) {
    const next = leastFilled(fronts, quota);
    const front = fronts[next];
    if (front === undefined) return regionAt;
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (const [v, distance] of front.edge)
      if (!isFree(v)) front.edge.delete(v);
      else if (distance < least) [best, least] = [v, distance];
    if (best < 0) continue; // closed in: its edge is empty now, so it is not asked again
    regionAt[best] = next;
    front.size++;
    front.edge.delete(best);
    for (let k = start[best] as number; k < (start[best + 1] as number); k++) {
      const v = of[k] as number;
      if (isFree(v)) front.edge.set(v, front.away(v));
    }
  }
}

function leastFilled(
  fronts: readonly { edge: Map<number, number>; size: number }[],
  quota: readonly number[],
): number {
  let [next, least] = [-1, 1];
  for (const [r, { edge, size }] of fronts.entries()) {
    const filled = size / (quota[r] as number);
    if (edge.size > 0 && filled < least) [next, least] = [r, filled];
  }
  return next;
}

/** An evenly spread place on the lateral and upper side, for a region whose name says nothing. */
function spread(r: number, count: number): [number, number, number] {
  const z = 1 - (2 * r + 1) / count;
  const angle = Math.PI * (((r * (Math.sqrt(5) - 1)) / 2) % 1) - Math.PI / 2;
  const flat = Math.sqrt(1 - z * z);
  return [10 + 50 * flat * Math.cos(angle), 80 * flat * Math.sin(angle), z > 0 ? 55 * z : 42 * z];
}

function nearest(n: number, isFree: (v: number) => boolean, away: (v: number) => number): number {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (let v = 0; v < n; v++) {
    if (!isFree(v)) continue;
    const distance = away(v);
    if (distance < least) [best, least] = [v, distance];
  }
  return best;
}

/** Give each target the vertices of a patch that are nearest to its seed along the edges of the folded surface. */
function sharePatch(
  { folded }: Hemisphere,
  neighbours: Neighbours,
  own: readonly number[],
  group: Int32Array,
  targetAt: Int32Array,
): void {
  const inside = new Set(own);
  const away = new Map<number, number>(own.map((v) => [v, Number.POSITIVE_INFINITY]));
  let seed = own[0] as number;
  for (const target of group) {
    walk(folded, neighbours, seed, inside, away, (v) => {
      targetAt[v] = target;
    });
    seed = own.reduce(
      (far, v) => ((away.get(v) as number) > (away.get(far) as number) ? v : far),
      own[0] as number,
    );
  }
}

/** Walk outwards from a seed (Dijkstra 1959) to every vertex that it is nearer to than `away` says; `take` is told of each. */
function walk(
  points: Float32Array,
  { start, of }: Neighbours,
  seed: number,
  inside: ReadonlySet<number>,
  away: Map<number, number>,
  take: (v: number) => void,
): void {
  const open = new Map<number, number>([[seed, 0]]);
  while (open.size > 0) {
    let [v, distance] = [-1, Number.POSITIVE_INFINITY];
    for (const [w, d] of open) if (d < distance) [v, distance] = [w, d];
    open.delete(v);
    away.set(v, distance);
    take(v);
    for (let k = start[v] as number; k < (start[v + 1] as number); k++) {
      const w = of[k] as number;
      if (!inside.has(w)) continue;
      const next =
        distance +
        Math.hypot(...[0, 1, 2].map((d) => (points[3 * v + d] as number) - (points[3 * w + d] as number)));
      if (next < (away.get(w) as number) && next < (open.get(w) ?? Number.POSITIVE_INFINITY))
        open.set(w, next);
    }
  }
}
