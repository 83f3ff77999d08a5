import { describe, expect, it } from "vitest";
import { isEncodingError } from "../core/index.ts";
import { signedArea } from "./cortex-flat.ts";
import { buildCortex, buildIcosphere, type Hemisphere, meanCurvature, plantRegions } from "./index.ts";
import { listNeighbours } from "./neighbours.ts";

const cortex = buildCortex({ level: 4 });
const { left, right } = cortex;
const n = right.medial.length;

/** Area of a triangle, mm², and its share of the volume that the surface encloses, mm³. */
function measure(points: Float32Array, triangles: Int32Array, t: number) {
  const [a, b, c] = [0, 1, 2].map((d) => {
    const v = triangles[3 * t + d]!;
    return [points[3 * v]!, points[3 * v + 1]!, points[3 * v + 2]!];
  }) as [number[], number[], number[]];
  const cross = (p: number[], q: number[]) =>
    [0, 1, 2].map((d) => {
      const [i, j] = [(d + 1) % 3, (d + 2) % 3];
      return p[i]! * q[j]! - p[j]! * q[i]!;
    });
  const minus = (p: number[], q: number[]) => p.map((x, d) => x - q[d]!);
  const normal = cross(minus(b, a), minus(c, a));
  return {
    area: Math.hypot(...normal) / 2,
    volume: cross(a, b).reduce((sum, x, d) => sum + x * c[d]!, 0) / 6,
  };
}

function total(points: Float32Array, triangles: Int32Array) {
  let [area, volume] = [0, 0];
  for (let t = 0; t < triangles.length / 3; t++) {
    const part = measure(points, triangles, t);
    area += part.area;
    volume += part.volume;
  }
  return { area, volume };
}

describe("buildCortex", () => {
  it("is closed: vertices − edges + triangles = 2, each edge with one triangle on each side, on both sides", () => {
    for (const { triangles } of [left, right]) {
      const edges = new Set<number>();
      for (let k = 0; k < triangles.length; k += 3)
        for (let d = 0; d < 3; d++) edges.add(triangles[k + d]! * n + triangles[k + ((d + 1) % 3)]!);
      expect(edges.size).toBe(triangles.length);
      for (const edge of edges) expect(edges.has((edge % n) * n + Math.floor(edge / n))).toBe(true);
      expect(n - edges.size / 2 + triangles.length / 3).toBe(2);
    }
  });
  it("has the size of a human hemisphere, faces outwards, and folds area into sulci", () => {
    for (const { triangles, folded, inflated } of [left, right]) {
      const [out, smooth] = [total(folded, triangles), total(inflated, triangles)];
      expect(out.volume).toBeGreaterThan(300_000); // human hemispheres: about 450 to 600 cm³
      expect(out.volume).toBeLessThan(smooth.volume);
      expect(smooth.volume).toBeLessThan(700_000);
      expect(out.area).toBeGreaterThan(1.25 * smooth.area);
    }
  });
  it("keeps the sides apart, and the left one is the right one in a mirror", () => {
    for (let v = 0; v < n; v++) {
      expect(right.inflated[3 * v]!).toBeGreaterThan(0);
      expect(left.folded[3 * v]).toBe(-right.folded[3 * v]!);
      expect(left.folded[3 * v + 1]).toBe(right.folded[3 * v + 1]);
      expect(left.folded[3 * v + 2]).toBe(right.folded[3 * v + 2]);
    }
    expect(left.sulcus).toEqual(right.sulcus);
  });
  it("has gyri that bulge outwards and sulci that bulge inwards", () => {
    const curvature = meanCurvature({ coordinates: right.folded, triangles: right.triangles });
    const means = [(x: number) => x < -2, (x: number) => x > 2].map((isPart) => {
      const part = curvature.filter((_, v) => right.medial[v] === 0 && isPart(right.sulcus[v]!));
      expect(part.length).toBeGreaterThan(n / 8);
      return part.reduce((sum, x) => sum + x, 0) / part.length;
    });
    expect(means[0]!).toBeGreaterThan(0.05);
    expect(means[1]!).toBeLessThan(-0.02);
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "is the same for the same seed at every level, and another for another seed",
    () => {
      expect(buildCortex({ level: 4 }).right.folded).toEqual(right.folded);
      expect(buildCortex({ level: 4, seed: 2 }).right.folded).not.toEqual(right.folded);
    },
  );
  it.runIf(process.env.SIMCORTEX_SLOW)("shows the same folds with more vertices", () => {
    const finer = buildCortex({ level: 5 }).right;
    for (let v = 0; v < n; v++) expect(finer.sulcus[v]!).toBeCloseTo(right.sulcus[v]!, 0);
    checkFlat(finer);
  });
  it("refuses other levels", () => {
    expect(() => buildCortex({ level: 7 })).toThrow(/level/);
    expect(() => buildCortex({ level: 4.5 })).toThrow(/level/);
  });
});

/** No triangle of the flat map lies upside down, no two vertices in one place, and areas are kept within a factor of 4. */
function checkFlat({ flat, flatTriangles, inflated }: Hemisphere) {
  const ratios: number[] = [];
  for (let t = 0; t < flatTriangles.length / 3; t++)
    ratios.push(
      signedArea(Float64Array.from(flat), flatTriangles, t) / measure(inflated, flatTriangles, t).area,
    );
  ratios.sort((a, b) => a - b);
  expect(ratios[0]!).toBeGreaterThan(0);
  expect(ratios[Math.floor(ratios.length / 100)]!).toBeGreaterThan(0.3);
  expect(ratios[Math.floor(0.99 * ratios.length)]!).toBeLessThan(4);
}

describe("the flat map", () => {
  it("turns no triangle over and keeps areas", () => {
    checkFlat(right);
    checkFlat(left);
  });
  it("leaves out the medial wall and little else", () => {
    const used = new Set(right.flatTriangles);
    for (let v = 0; v < n; v++) {
      expect(Number.isNaN(right.flat[2 * v]!)).toBe(!used.has(v));
      if (right.medial[v] === 1) expect(used.has(v)).toBe(false);
    }
    expect(used.size / (n - right.medial.reduce((a, b) => a + b, 0))).toBeGreaterThan(0.97);
  });
  it("is one sheet: no point is covered twice", () => {
    // The areas of the triangles sum to the area of their union, counted on a grid of points.
    let sum = 0;
    const flat = Float64Array.from(right.flat);
    const covered = new Map<string, number>();
    const step = 2;
    for (let t = 0; t < right.flatTriangles.length / 3; t++) {
      sum += signedArea(flat, right.flatTriangles, t);
      const p = [0, 1, 2]
        .map((d) => right.flatTriangles[3 * t + d]!)
        .map((v) => [flat[2 * v]!, flat[2 * v + 1]!]);
      const [xs, ys] = [p.map((q) => q[0]!), p.map((q) => q[1]!)];
      for (let i = Math.ceil(Math.min(...xs) / step); i * step < Math.max(...xs); i++)
        for (let j = Math.ceil(Math.min(...ys) / step); j * step < Math.max(...ys); j++) {
          const isIn = [0, 1, 2].every((d) => {
            const [a, b] = [p[d]!, p[(d + 1) % 3]!];
            return (b[0]! - a[0]!) * (j * step - a[1]!) - (b[1]! - a[1]!) * (i * step - a[0]!) > 0;
          });
          if (isIn) covered.set(`${i},${j}`, (covered.get(`${i},${j}`) ?? 0) + 1);
        }
    }
    expect(Math.max(...covered.values())).toBe(1);
    expect(covered.size * step * step).toBeGreaterThan(0.98 * sum);
  });
});

describe("plantRegions", () => {
  const names = ["early visual", "object", "syntax", "somewhere else"];
  const regionOf = Int32Array.from({ length: 80 }, (_, t) => Math.floor(t / 20));
  const plan = plantRegions(cortex, regionOf, names);
  it("gives each target a patch inside its region, on one side, in one piece", () => {
    for (let t = 0; t < 80; t++) {
      const sides = [plan.left, plan.right].map(({ targetAt }) =>
        [...targetAt.keys()].filter((v) => targetAt[v] === t),
      );
      expect(sides.filter((own) => own.length > 0).length).toBe(1);
      expect(isOnePiece(sides.flat())).toBe(true);
    }
    for (const { targetAt, regionAt } of [plan.left, plan.right])
      for (const [v, t] of targetAt.entries()) expect(regionAt[v]).toBe(t < 0 ? -1 : regionOf[t]);
  });
  it("makes each region one patch a side, together half of the cortex, none on the medial wall", () => {
    for (const { regionAt } of [plan.left, plan.right]) {
      for (let r = 0; r < 4; r++) {
        const own = [...regionAt.keys()].filter((v) => regionAt[v] === r);
        expect(isOnePiece(own)).toBe(true);
        expect(own.length / n).toBeGreaterThan(0.1);
      }
      for (let v = 0; v < n; v++) if (right.medial[v] === 1) expect(regionAt[v]).toBe(-1);
    }
  });
  it("puts early visual at the back and syntax at the front", () => {
    const meanY = (r: number) => {
      const own = [...plan.left.regionAt.keys()].filter((v) => plan.left.regionAt[v] === r);
      return own.reduce((sum, v) => sum + left.inflated[3 * v + 1]!, 0) / own.length;
    };
    expect(meanY(0)).toBeLessThan(-50);
    expect(meanY(2)).toBeGreaterThan(20);
  });
  it("refuses more targets than there are vertices, and leaves out targets of no region", () => {
    expect.assertions(2);
    try {
      plantRegions(cortex, new Int32Array(2 * n), ["object"]);
    } catch (error) {
      expect(isEncodingError(error, "shape")).toBe(true);
    }
    expect(plantRegions(cortex, Int32Array.from([-1, 0]), ["object"]).left.targetAt.includes(0)).toBe(false);
  });
});

const neighbours = listNeighbours(n, right.triangles);
function isOnePiece(own: readonly number[]): boolean {
  const inside = new Set(own);
  const reached = new Set(own.slice(0, 1));
  for (const v of reached)
    for (let k = neighbours.start[v]!; k < neighbours.start[v + 1]!; k++)
      if (inside.has(neighbours.of[k]!)) reached.add(neighbours.of[k]!);
  return reached.size === own.length;
}

describe("buildIcosphere", () => {
  it("has as many vertices as FreeSurfer's average of its level, and its coarser ones first", () => {
    const sphere = buildIcosphere(4);
    expect(sphere.directions.length / 3).toBe(2562);
    expect([...sphere.directions.slice(0, 642 * 3)]).toEqual([...buildIcosphere(3).directions]);
    for (let v = 0; v < 2562; v++)
      expect(Math.hypot(...sphere.directions.slice(3 * v, 3 * v + 3))).toBeCloseTo(1, 12);
  });
});

describe("meanCurvature", () => {
  it("is 1 / radius on a sphere", () => {
    const { directions, triangles } = buildIcosphere(4);
    const curvature = meanCurvature({ coordinates: Float32Array.from(directions, (x) => 20 * x), triangles });
    // a third of the triangles around it is not quite a vertex's own area where five triangles meet
    for (const value of curvature) expect(Math.abs(value - 0.05)).toBeLessThan(0.008);
    expect(curvature.reduce((sum, x) => sum + x, 0) / curvature.length).toBeCloseTo(0.05, 3);
  });
});
