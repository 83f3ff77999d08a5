import { describe, expect, it } from "vitest";
import { buildSphereMesh, layOutRegions } from "./index.ts";

const mesh = buildSphereMesh(128);
const vertices = mesh.coordinates.length / 3;
const point = (v: number) => [...mesh.coordinates.subarray(3 * v, 3 * v + 3)] as Point;
type Point = [number, number, number];
const neighbours = (() => {
  const out = Array.from({ length: vertices }, () => new Set<number>());
  for (let k = 0; k < mesh.triangles.length; k += 3) {
    const [a, b, c] = mesh.triangles.subarray(k, k + 3) as unknown as [number, number, number];
    for (const [p, q] of [
      [a, b],
      [b, c],
      [c, a],
    ] as const) {
      out[p]!.add(q);
      out[q]!.add(p);
    }
  }
  return out;
})();

describe("buildSphereMesh", () => {
  it("is a closed surface: vertices − edges + triangles = 2, and each edge has one triangle on each side", () => {
    const edges = new Map<string, number>();
    for (let k = 0; k < mesh.triangles.length; k += 3)
      for (let d = 0; d < 3; d++) {
        const edge = `${mesh.triangles[k + d]},${mesh.triangles[k + ((d + 1) % 3)]}`;
        edges.set(edge, (edges.get(edge) ?? 0) + 1);
      }
    expect(vertices - edges.size / 2 + mesh.triangles.length / 3).toBe(2);
    for (const [edge, count] of edges) {
      expect(count).toBe(1);
      expect(edges.get(edge.split(",").reverse().join(","))).toBe(1);
    }
  });
  it("has radius 70 mm, the area of the sphere, and triangles that face outwards", () => {
    let volume = 0;
    for (let v = 0; v < vertices; v++) expect(Math.hypot(...point(v))).toBeCloseTo(70, 4);
    for (let k = 0; k < mesh.triangles.length; k += 3) {
      const [a, b, c] = [0, 1, 2].map((d) => point(mesh.triangles[k + d]!)) as [Point, Point, Point];
      const part =
        (a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) +
          a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!) +
          a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!)) /
        6;
      expect(part).toBeGreaterThan(0);
      volume += part;
    }
    const ball = (4 / 3) * Math.PI * 70 ** 3;
    expect(volume).toBeGreaterThan(0.98 * ball);
    expect(volume).toBeLessThan(ball);
  });
  it("has at least six vertices a target", () => {
    for (const targets of [1, 108, 1000]) {
      const n = buildSphereMesh(targets).coordinates.length / 3;
      expect(n).toBeGreaterThanOrEqual(Math.max(642, 6 * targets));
      expect(Math.sqrt((n - 2) / 10) % 1).toBe(0);
    }
    expect(() => buildSphereMesh(0)).toThrow(/targets must be a whole number in \[1, 1000000\]; got 0/);
  });
});

describe("layOutRegions", () => {
  const regionOf = Int32Array.from({ length: 128 }, (_, t) => Math.floor(t / 16));
  const { targetAt, regionAt } = layOutRegions(mesh, regionOf, 8);
  it("gives each target a patch inside its region, and each region its share of two thirds of the mesh", () => {
    for (let t = 0; t < 128; t++) expect(targetAt.includes(t)).toBe(true);
    for (const [v, t] of targetAt.entries()) expect(regionAt[v]).toBe(t < 0 ? -1 : regionOf[t]);
    for (let r = 0; r < 8; r++) {
      const share = regionAt.filter((x) => x === r).length / vertices;
      expect(share).toBeGreaterThan(0.05);
      expect(share).toBeLessThanOrEqual(2 / 3 / 8);
    }
  });
  it("keeps regions in one piece", () => {
    for (let r = 0; r < 8; r++) {
      const own = [...regionAt.keys()].filter((v) => regionAt[v] === r);
      const reached = new Set([own[0]!]);
      for (const v of reached) for (const w of neighbours[v]!) if (regionAt[w] === r) reached.add(w);
      expect(reached.size).toBe(own.length);
    }
  });
  it("is the same every time, and takes uneven regions and targets of none", () => {
    expect(layOutRegions(mesh, regionOf, 8)).toEqual({ targetAt, regionAt });
    const uneven = layOutRegions(mesh, Int32Array.from([-1, 0, 0, 0, 2]), 3);
    expect([...new Set(uneven.targetAt)].sort((a, b) => a - b)).toEqual([-1, 1, 2, 3, 4]);
    expect(layOutRegions(mesh, new Int32Array(0), 0).targetAt.every((t) => t === -1)).toBe(true);
  });
  it("refuses a mesh that is too small", () => {
    expect(() => layOutRegions(mesh, new Int32Array(vertices), 1)).toThrow(
      `layOutRegions: needs 3 vertices for 2 targets; got ${vertices} vertices for ${vertices} targets.`,
    );
  });
});
