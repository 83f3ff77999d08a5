import type { Pose } from "./pose.ts";
import type { Surface } from "./surface.ts";

/** A word on a picture of the cortex; x and y of its middle, pixels. */
export interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Where a vertex is on the picture, whether its surface is drawn at all, and whether it faces the viewer. */
export type Project = (
  surface: Surface,
  vertex: number,
) => { readonly x: number; readonly y: number; readonly facing: boolean; readonly shown: boolean };

/** The vertex in the middle of a region on one side: where its name stands. */
export interface Anchor {
  readonly region: number;
  readonly surface: Surface;
  readonly vertex: number;
}

/** Anchors of all regions: of each side, the vertex nearest to the mean of the region's vertices on the inflated surface. */
export function anchorsOf(surfaces: readonly Surface[], regionOf: Int32Array, regions: number): Anchor[] {
  return surfaces.flatMap((surface) => {
    const own: number[][] = Array.from({ length: regions }, () => []);
    for (let v = 0; v < surface.vertices; v++) own[regionOf[surface.target[v] as number] ?? -1]?.push(v);
    return own.flatMap((vertices, region) =>
      vertices.length === 0 ? [] : [{ region, surface, vertex: middleOf(surface.inflated, vertices) }],
    );
  });
}

function middleOf(points: Float32Array, vertices: readonly number[]): number {
  const middle = [0, 1, 2].map(
    (d) => vertices.reduce((sum, v) => sum + (points[3 * v + d] as number), 0) / vertices.length,
  );
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (const v of vertices) {
    const away = middle.reduce((sum, x, d) => sum + ((points[3 * v + d] as number) - x) ** 2, 0);
    if (away < least) [best, least] = [v, away];
  }
  return best;
}

/** The outermost vertices of a side in six directions: the lowest on the picture carries the name of the side. */
export interface Ends {
  readonly surface: Surface;
  readonly vertices: readonly number[];
}

/** Ends of every surface that is a side. */
export function endsOf(surfaces: readonly Surface[]): Ends[] {
  return surfaces
    .filter(({ side }) => side !== 0)
    .map((surface) => {
      const vertices = [0, 1, 2].flatMap((d) => {
        let [low, high] = [0, 0];
        for (let v = 0; v < surface.vertices; v++) {
          const x = surface.inflated[3 * v + d] as number;
          if (x < (surface.inflated[3 * low + d] as number)) low = v;
          if (x > (surface.inflated[3 * high + d] as number)) high = v;
        }
        return [low, high];
      });
      return { surface, vertices };
    });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Names of regions that can be seen; one that would cover another is left out. */
export function placeNames(
  anchors: readonly Anchor[],
  names: readonly string[],
  project: Project,
  { width, height }: Size,
): Label[] {
  const placed: Label[] = [];
  for (const { region, surface, vertex } of anchors) {
    const { x, y, facing } = project(surface, vertex);
    if (!facing || !(x > 0 && y > 0 && x < width && y < height)) continue;
    const name = names[region] ?? "";
    const half = 3.4 * name.length;
    const left = Math.min(Math.max(x, half + 2), width - half - 2);
    const isFree = placed.every(
      (one) => Math.abs(one.y - y) > 16 || Math.abs(one.x - left) > half + 3.4 * one.name.length,
    );
    if (isFree) placed.push({ name, x: left, y });
  }
  return placed;
}

/** "left" and "right" below their hemispheres. A flat map has its lowest point elsewhere: there they stand at the bottom, or, one above the
 * other, nowhere. */
export function placeSides(
  ends: readonly Ends[],
  project: Project,
  { morph, show }: Pose,
  { width, height }: Size,
): Label[] {
  const flat = morph > 1.5;
  if (flat && show === "both" && width < 1.33 * height) return [];
  return ends.flatMap(({ surface, vertices }) => {
    const points = vertices.map((v) => project(surface, v)).filter(({ shown }) => shown);
    if (points.length === 0) return [];
    const y = flat ? height - 10 : Math.min(height - 10, Math.max(...points.map((p) => p.y)) + 14);
    const x = (Math.min(...points.map((p) => p.x)) + Math.max(...points.map((p) => p.x))) / 2;
    return x > 0 && x < width && y > 0 ? [{ name: surface.side < 0 ? "left" : "right", x, y }] : [];
  });
}
