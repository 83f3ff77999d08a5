import type { Mesh } from "./surface.ts";

/** Mean curvature at each vertex, 1/mm: positive on the crown of a gyrus, negative at the bottom of a sulcus.
 *
 * H = ½ ⟨Δx, n⟩ with cotangent weights and a third of the area of the triangles around each vertex.
 * @returns one value a vertex; 0 where a vertex has no triangle.
 * @source Meyer, Desbrun, Schröder and Barr 2003; their sign is turned so that outward bulges are positive. */
export function meanCurvature({ coordinates, triangles }: Mesh): Float32Array<ArrayBuffer> {
  const n = coordinates.length / 3;
  const laplacian = new Float64Array(3 * n);
  const normals = new Float64Array(3 * n);
  const area = new Float64Array(n);
  const edge = (a: number, b: number): Triple => {
    return [0, 1, 2].map(
      (d) => (coordinates[3 * b + d] as number) - (coordinates[3 * a + d] as number),
    ) as unknown as Triple;
  };
  for (let k = 0; k < triangles.length; k += 3)
    for (let d = 0; d < 3; d++) {
      const [a, b, c] = [0, 1, 2].map((e) => triangles[k + ((d + e) % 3)] as number) as unknown as Triple;
      const [ab, ac] = [edge(a, b), edge(a, c)];
      const normal = cross(ab, ac);
      const double = Math.hypot(...normal) || 1e-12;
      const half = Math.max(-20, Math.min(20, dot(ab, ac) / double)) / 2; // ½ cot of the angle at a, opposite to bc
      const bc = edge(b, c);
      for (let e = 0; e < 3; e++) {
        laplacian[3 * b + e] = (laplacian[3 * b + e] as number) + half * (bc[e] as number);
        laplacian[3 * c + e] = (laplacian[3 * c + e] as number) - half * (bc[e] as number);
        normals[3 * a + e] = (normals[3 * a + e] as number) + (normal[e] as number);
      }
      area[a] = (area[a] as number) + double / 6;
    }
  return Float32Array.from(area, (size, v) => {
    const [l, m] = [triple(laplacian, v), triple(normals, v)];
    return size > 0 ? -dot(l, m) / (2 * size * (Math.hypot(...m) || 1)) : 0;
  });
}

type Triple = readonly [number, number, number];
const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const triple = (list: Float64Array, v: number): Triple => [
  list[3 * v] as number,
  list[3 * v + 1] as number,
  list[3 * v + 2] as number,
];
