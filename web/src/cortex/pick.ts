import { type Camera, Matrix4, type Mesh } from "three";
import { facesAt } from "../../../src/simulator/view/camera.ts";
import type { Pose } from "../../../src/simulator/view/pose.ts";
import type { Surface } from "../../../src/simulator/view/surface.ts";
import type { Part } from "./part.ts";

/** From a surface to clip coordinates. */
export function toClip(mesh: Mesh, camera: Camera): Matrix4 {
  return new Matrix4()
    .multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse)
    .multiply(mesh.matrix);
}

/** All vertices of a surface in clip coordinates: scalars, not triples, for the pointer waits. */
function clipOf(surface: Surface, { elements: m }: Matrix4, morph: number): Float32Array {
  const { folded, inflated, flat, side } = surface;
  const toInflated = Math.min(1, morph);
  const toFlat = Math.max(0, morph - 1);
  const sign = side === 0 ? 1 : side;
  const out = new Float32Array(folded.length);
  const solid = (k: number) =>
    (1 - toFlat) * ((1 - toInflated) * (folded[k] as number) + toInflated * (inflated[k] as number));
  for (let v = 0; v < surface.vertices; v++) {
    const k = 3 * v;
    const x = solid(k) + toFlat * 34 * side;
    const y = solid(k + 1) + toFlat * sign * (flat?.[2 * v] ?? 0);
    const z = solid(k + 2) + toFlat * (flat?.[2 * v + 1] ?? 0);
    for (let d = 0; d < 3; d++)
      out[k + d] =
        (m[d] as number) * x + (m[4 + d] as number) * y + (m[8 + d] as number) * z + (m[12 + d] as number);
  }
  return out;
}

/** The nearest triangle under a point in clip coordinates, and its corner that is nearest to it. */
export function pickVertex(
  parts: readonly Part[],
  camera: Camera,
  pose: Pose,
  x: number,
  y: number,
): { surface: Surface; vertex: number } | null {
  let found: { surface: Surface; vertex: number } | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { surface, mesh } of parts) {
    if (!mesh.visible) continue;
    const matrix = toClip(mesh, camera);
    const clip = clipOf(surface, matrix, pose.morph);
    const faces = facesAt(surface, pose);
    for (let k = 0; k < faces.length; k += 3) {
      const [a, b, c] = [
        3 * (faces[k] as number),
        3 * (faces[k + 1] as number),
        3 * (faces[k + 2] as number),
      ];
      const [ax, ay] = [(clip[a] as number) - x, (clip[a + 1] as number) - y];
      const [bx, by] = [(clip[b] as number) - x, (clip[b + 1] as number) - y];
      const [cx, cy] = [(clip[c] as number) - x, (clip[c + 1] as number) - y];
      const [wa, wb, wc] = [bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx];
      const sum = wa + wb + wc;
      if (sum === 0 || wa * sum < 0 || wb * sum < 0 || wc * sum < 0) continue;
      const depth =
        (wa * (clip[a + 2] as number) + wb * (clip[b + 2] as number) + wc * (clip[c + 2] as number)) / sum;
      if (depth >= nearest) continue;
      nearest = depth;
      const shares: [number, number][] = [
        [wa / sum, a],
        [wb / sum, b],
        [wc / sum, c],
      ];
      shares.sort((p, q) => q[0] - p[0]);
      found = { surface, vertex: (shares[0]?.[1] ?? 0) / 3 };
    }
  }
  return found;
}
