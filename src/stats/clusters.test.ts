import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom, fromRows, matrix } from "../core/index.ts";
import {
  enhanceClusters,
  meshNeighbours,
  testClusters,
  testSignFlip,
  vertexAreas,
  voxelNeighbours,
} from "./index.ts";
import { drawNormal, gap, mean } from "./null.fixture.ts";

/** Answers of scipy (fixtures/make-clusters.py), which labels the clusters of every height. */
const reference = JSON.parse(readFileSync(new URL("./fixtures/clusters.json", import.meta.url), "utf8"));
const full = (n: number) => new Uint8Array(n).fill(1);
const line = (n: number) => voxelNeighbours([1, 1, n], full(n), 6);

describe("voxelNeighbours and meshNeighbours", () => {
  it.each([6, 18, 26] as const)("count %i neighbours inside a volume, and go both ways", (touch) => {
    const { starts, list } = voxelNeighbours([3, 3, 3], full(27), touch);
    expect(starts[14]! - starts[13]!).toBe(touch);
    for (let t = 0; t < 27; t++)
      for (const other of list.subarray(starts[t], starts[t + 1]))
        expect(list.subarray(starts[other], starts[other + 1])).toContain(t);
  });
  it("skip voxels outside the mask, and never wrap round an edge", () => {
    const { starts, list } = voxelNeighbours([1, 2, 3], [1, 0, 1, 1, 1, 1], 6);
    // targets: 0 = (0,0), 1 = (0,2), 2 = (1,0), 3 = (1,1), 4 = (1,2)
    const of = (t: number) => [...list.subarray(starts[t], starts[t + 1])].sort();
    expect([0, 1, 2, 3, 4].map(of)).toEqual([[2], [4], [0, 3], [2, 4], [1, 3]]);
  });
  it("share the area of a triangle among its vertices", () => {
    const square = [0, 0, 0, 2, 0, 0, 0, 2, 0, 2, 2, 0];
    expect(gap(vertexAreas(square, [0, 1, 2, 1, 3, 2]), [2 / 3, 4 / 3, 4 / 3, 2 / 3])).toBeLessThan(1e-15);
    const { starts, list } = meshNeighbours(4, [0, 1, 2, 1, 3, 2]);
    expect([...starts]).toEqual([0, 2, 5, 8, 10]);
    expect([...list]).toEqual([1, 2, 0, 2, 3, 0, 1, 3, 1, 2]);
    expect(gap(vertexAreas(reference.mesh.points, reference.mesh.faces), reference.mesh.areas)).toBeLessThan(
      1e-12,
    );
  });
  it("name what does not fit", () => {
    expect(() => voxelNeighbours([2, 2, 2], full(7), 6)).toThrow(/must have 2 × 2 × 2 voxels; got 7/);
    expect(() => voxelNeighbours([1, 1, 1], full(1), 8 as 6)).toThrow(/touch must be 6, 18 or 26; got 8/);
    expect(() => meshNeighbours(3, [0, 1, 3])).toThrow(/triangle 0 names vertex 3 of 3/);
    expect(() => meshNeighbours(3, [0, 1])).toThrow(/three vertices a triangle; got 2 numbers/);
    expect(() => vertexAreas([0, 1], [])).toThrow(/three coordinates a vertex; got 2/);
  });
});

describe("enhanceClusters", () => {
  it.each([6, 18, 26] as const)(
    "gives scipy's clusters of every height in a masked volume with ties, %i neighbours",
    (touch) => {
      const { shape, mask, values, touch: enhanced } = reference;
      expect(gap(enhanceClusters(values, voxelNeighbours(shape, mask, touch)), enhanced[touch])).toBeLessThan(
        1e-10,
      );
    },
  );
  it("gives scipy's on a mesh, by vertices and by area", () => {
    const { faces, values, areas, enhanced, byArea } = reference.mesh;
    const neighbours = meshNeighbours(60, faces);
    expect(gap(enhanceClusters(values, neighbours), enhanced)).toBeLessThan(1e-10);
    expect(gap(enhanceClusters(values, neighbours, { areas }), byArea)).toBeLessThan(1e-10);
  });
  it("by hand: 1, 2, 1 in a row", () => {
    // height 0 to 1: three targets, √3 · 1/3; height 1 to 2: one target, (8 − 1)/3
    const low = Math.sqrt(3) / 3;
    expect(gap(enhanceClusters([1, 2, 1], line(3)), [low, low + 7 / 3, low])).toBeLessThan(1e-14);
    expect(gap(enhanceClusters([-1, 2, 0], line(3)), [-1 / 3, 8 / 3, 0])).toBeLessThan(1e-14);
  });
  it("is what many small steps add up to", () => {
    const { shape, mask, values, touch } = reference;
    const neighbours = voxelNeighbours(shape, mask, 6);
    const steps = new Float64Array(values.length);
    const step = 0.002;
    for (let h = step; h <= Math.max(...values); h += step) {
      const inside = values.map((value: number) => value >= h);
      const seen = new Uint8Array(values.length);
      for (let t = 0; t < values.length; t++) {
        if (!inside[t] || seen[t]) continue;
        const members = [t];
        seen[t] = 1;
        for (const member of members)
          for (const other of neighbours.list.subarray(
            neighbours.starts[member],
            neighbours.starts[member + 1],
          ))
            if (inside[other] && !seen[other]) {
              seen[other] = 1;
              members.push(other);
            }
        for (const member of members) steps[member]! += Math.sqrt(members.length) * h * h * step;
      }
    }
    const positive = touch[6].map((value: number) => Math.max(0, value));
    const most = Math.max(...positive);
    expect(gap(steps, positive)).toBeLessThan(0.005 * most);
  });
  it("keeps order within a cluster and sign, scales with the cube of the height, and leaves NaN out", () => {
    const map = Array.from(drawNormal(createRandom(1), 40, 1).data);
    const enhanced = enhanceClusters(map, line(40));
    expect(
      gap(
        enhanceClusters(
          map.map((v) => 3 * v),
          line(40),
        ),
        enhanced.map((v) => 27 * v),
      ),
    ).toBeLessThan(1e-9);
    for (const [t, value] of enhanced.entries()) expect(Math.sign(value)).toBe(Math.sign(map[t]!));
    const cut = enhanceClusters([1, Number.NaN, 1], line(3));
    expect(gap(cut, [1 / 3, Number.NaN, 1 / 3])).toBeLessThan(1e-15);
    expect(() => enhanceClusters([1, 2], line(3))).toThrow(/must have the same targets; got 2 and 3/);
  });
});

describe("testClusters", () => {
  const people = (seed: number, n: number, targets: number, signal: (t: number) => number) => {
    const noise = drawNormal(createRandom(seed), n, targets);
    return matrix(
      ["people", "tests"],
      n,
      targets,
      noise.data.map((v, k) => v + signal(k % targets)) as Float64Array<ArrayBuffer>,
    );
  };
  it("of single targets without neighbours is the exact sign-flip test and its maximum statistic", () => {
    const values = people(2, 7, 5, () => 0.5);
    const apart = { ...line(5), starts: new Int32Array(6), list: new Int32Array(0) };
    for (const alternative of ["greater", "two-sided"] as const) {
      const ours = testClusters(values, apart, { alternative, random: createRandom(1) });
      const flips = testSignFlip(values, { alternative, random: createRandom(1) });
      const above = Array.from(ours.t, (t) => alternative === "two-sided" || t > 0);
      const pick = (p: Float64Array) => p.filter((_, k) => above[k]);
      expect(gap(pick(ours.p), pick(flips.p))).toBe(0);
      expect(gap(pick(ours.pMax), pick(flips.pMax))).toBe(0);
      expect([ours.smallestP, ours.exact]).toEqual([flips.smallestP, true]);
    }
  });
  it("finds a wide weak cluster that the maximum of single targets misses", () => {
    const inside = (x: number) => x >= 1 && x <= 4;
    const signal = (t: number) =>
      [Math.floor(t / 36), Math.floor(t / 6) % 6, t % 6].every(inside) ? 0.9 : 0;
    const values = people(3, 10, 216, signal);
    const how = { alternative: "greater", random: createRandom(2), draws: 1024 } as const;
    const found = (p: Float64Array, planted: boolean) =>
      p.filter((value, t) => value <= 0.05 && signal(t) > 0 === planted).length;
    const clusters = testClusters(values, voxelNeighbours([6, 6, 6], full(216), 6), how).pMax;
    expect(found(clusters, true)).toBeGreaterThan(30); // of 64
    expect(found(testSignFlip(values, how).pMax, true)).toBeLessThan(15);
  });
  it("draws where patterns are too many, is the same for the same seed, and is never below the p it can give", () => {
    const values = people(4, 14, 6, () => 4);
    const once = () =>
      testClusters(values, line(6), { alternative: "greater", random: createRandom(5), draws: 199 });
    expect(once()).toEqual(once());
    expect(once()).toMatchObject({ exact: false, draws: 199, smallestP: 1 / 200 });
    expect(mean(once().pMax)).toBe(1 / 200);
  });
  it("refuses values that are not finite, and too few draws", () => {
    const hole = fromRows(["people", "tests"], [[1, Number.NaN]]);
    const how = { alternative: "greater", random: createRandom(1) } as const;
    expect(() => testClusters(hole, line(2), how)).toThrow(/all values must be finite/);
    expect(() =>
      testClusters(
        people(1, 4, 2, () => 0),
        line(2),
        { ...how, draws: 5 },
      ),
    ).toThrow(/draws .* got 5/);
  });
});
