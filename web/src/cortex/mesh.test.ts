import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildIcosphere } from "../../../src/brain/icosphere.ts";
import { buildCortex } from "../../../src/brain/index.ts";
import { coarsen, isClosed } from "./mesh.ts";

const { left, right } = buildCortex({ level: 4 });
const facesOf = (triangles: ArrayLike<number>) => Uint32Array.from(triangles);
const faces = facesOf(left.triangles);
const vertices = left.medial.length;
const points = new Float32Array(left.folded);

/** Triangles as sets of corners. */
const trianglesOf = (faces: Uint32Array) =>
  Array.from({ length: faces.length / 3 }, (_, t) => [...faces.subarray(3 * t, 3 * t + 3)]);

function areaOf(faces: Uint32Array): number {
  return trianglesOf(faces).reduce((sum, [a = 0, b = 0, c = 0]) => {
    const at = (v: number) => [...points.subarray(3 * v, 3 * v + 3)] as [number, number, number];
    const [p, q, r] = [at(a), at(b), at(c)];
    const [u, v] = [q.map((x, d) => x - p[d]!), r.map((x, d) => x - p[d]!)] as [number[], number[]];
    return (
      sum +
      Math.hypot(
        u[1]! * v[2]! - u[2]! * v[1]!,
        u[2]! * v[0]! - u[0]! * v[2]!,
        u[0]! * v[1]! - u[1]! * v[0]!,
      ) /
        2
    );
  }, 0);
}

describe("coarsen", () => {
  it("gives the subdivided icosahedron of the level before", () => {
    const coarse = coarsen(faces, vertices);
    expect(coarse.length).toBe(faces.length / 4);
    expect(Math.max(...coarse)).toBeLessThan((vertices - 2) / 4 + 2);
    const sorted = (of: Uint32Array) =>
      trianglesOf(of)
        .map((corners) => corners.sort((a, b) => a - b).join(" "))
        .sort();
    expect(sorted(coarse)).toEqual(sorted(facesOf(buildIcosphere(3).triangles)));
  });

  it("keeps vertices of the surface, no triangle without area, and reaches every region, in any order of vertices", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const order = shuffled(vertices, seed);
        const mixed = faces.map((v) => order[v] as number);
        const coarse = coarsen(mixed, vertices);
        expect(coarse.length % 3).toBe(0);
        expect(coarse.length).toBeLessThan(0.45 * faces.length);
        const kept = new Set(coarse);
        for (const [a, b, c] of trianglesOf(coarse)) expect(new Set([a, b, c]).size).toBe(3);
        // each vertex is kept or has a neighbour that is, so that no part of the surface loses its colour
        const reached = new Set<number>();
        for (const corners of trianglesOf(mixed))
          if (corners.some((v) => kept.has(v))) for (const v of corners) reached.add(v);
        expect(reached.size).toBe(vertices);
        const back = new Uint32Array(vertices);
        for (let v = 0; v < vertices; v++) back[order[v] as number] = v;
        const area = areaOf(coarse.map((v) => back[v] as number));
        expect(area / areaOf(faces)).toBeGreaterThan(0.7);
        expect(area / areaOf(faces)).toBeLessThan(1.1);
        // without a rim, whichever way it was walked through
        expect(
          isClosed(
            points,
            coarse.map((v) => back[v] as number),
          ),
        ).toBe(true);
      }),
      { seed: 7, numRuns: 10 },
    );
  });

  it("leaves the cuts of a flat map open and drops nothing but what is inside it", () => {
    const flat = facesOf(left.flatTriangles);
    const known = new Set(flat);
    const coarse = coarsen(flat, vertices);
    expect(coarse.length).toBeGreaterThan(0);
    for (const v of coarse) expect(known.has(v)).toBe(true);
    const beside = new Set(trianglesOf(flat).flatMap(([a, b, c]) => [`${a} ${b}`, `${b} ${c}`, `${c} ${a}`]));
    // an edge of the coarse map spans no more than three of the fine one
    const steps = (from: number, to: number) => {
      let ring = new Set([from]);
      for (let step = 0; step <= 3; step++) {
        if (ring.has(to)) return step;
        const next = new Set(ring);
        for (const edge of beside) {
          const [a = 0, b = 0] = edge.split(" ").map(Number);
          if (ring.has(a)) next.add(b);
          if (ring.has(b)) next.add(a);
        }
        ring = next;
      }
      return Number.POSITIVE_INFINITY;
    };
    for (const [a = 0, b = 0] of trianglesOf(coarse).slice(0, 40)) expect(steps(a, b)).toBeLessThanOrEqual(3);
  });

  it("makes nothing of a single triangle", () => {
    expect([...coarsen(Uint32Array.of(0, 1, 2), 3)]).toEqual([]);
    expect([...coarsen(new Uint32Array(0), 5)]).toEqual([]);
  });
});

describe("isClosed", () => {
  it("tells closed surfaces that turn outwards from all others", () => {
    for (const side of [left, right])
      for (const shape of [side.folded, side.inflated])
        expect(isClosed(new Float32Array(shape), facesOf(side.triangles))).toBe(true);
    const inwards = faces.map((_, k) => faces[k - (k % 3) + (2 - (k % 3))] as number);
    expect(isClosed(points, inwards)).toBe(false);
    for (let t = 0; t < 100; t++) {
      const holed = Uint32Array.from([...faces.subarray(0, 3 * t), ...faces.subarray(3 * t + 3)]);
      expect(isClosed(points, holed)).toBe(false);
      const turned = faces.slice();
      turned.subarray(3 * t, 3 * t + 3).reverse();
      expect(isClosed(points, turned)).toBe(false);
    }
  });
});

function shuffled(n: number, seed: number): Uint32Array {
  const out = Uint32Array.from({ length: n }, (_, k) => k);
  let state = seed >>> 0 || 1;
  for (let k = n - 1; k > 0; k--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (k + 1));
    [out[k], out[j]] = [out[j] as number, out[k] as number];
  }
  return out;
}
