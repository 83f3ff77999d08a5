import { buildSphereMesh, layOutRegions } from "../brain/index.ts";
import type { StudyData } from "./data.ts";

/** A surface to draw maps on. */
export interface StudySurface {
  /** (vertices × 3), millimetres. */
  readonly coordinates: Float32Array;
  /** (faces × 3) vertex numbers. */
  readonly triangles: Int32Array;
  /** Target shown at each vertex, −1 for none; the same for all people. */
  readonly targetAt: Int32Array;
}

/** The procedural cortex of the virtual laboratory; real data bring their own space, so there it is undefined. */
export function surfaceOf(data: StudyData): StudySurface | undefined {
  const first = data.people[0];
  if (data.truth === null || first === undefined) return undefined;
  const mesh = buildSphereMesh(first.regionOf.length);
  const { targetAt } = layOutRegions(mesh, first.regionOf, data.regions.length);
  return { ...mesh, targetAt };
}
