import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { applySparseProjection, drawSparseProjection } from "./sparse-projection.ts";

const draw = (features: number, components: number, seed = 1, density?: number) =>
  drawSparseProjection(
    createRandom(seed).stream("p"),
    features,
    components,
    density === undefined ? {} : { density },
  );

describe("drawSparseProjection", () => {
  it("has entries of mean 0 and variance 1/components, and the density of sklearn's", () => {
    const { places, negative, scale, starts } = draw(10_000, 400);
    const count = places.length;
    const expected = 400 * 10_000 * 0.01; // 1/√features of all entries
    expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
    expect(starts[400]).toBe(count);
    expect((count / 4e6) * scale ** 2).toBeCloseTo(1 / 400, 4);
    const minus = negative.reduce((a, b) => a + b, 0);
    expect(Math.abs(minus - count / 2)).toBeLessThan(2 * Math.sqrt(count));
    for (let k = 1; k < starts[1]!; k++) expect(places[k]).toBeGreaterThan(places[k - 1] as number);
  });

  it("keeps lengths and distances on average", () => {
    const random = createRandom(2);
    const [a, b] = [0, 1].map(() => Float32Array.from({ length: 2000 }, random.normal)) as [
      Float32Array,
      Float32Array,
    ];
    const square = (x: Float32Array) => x.reduce((s, v) => s + v * v, 0);
    const projection = draw(2000, 3000);
    const [pa, pb] = [a, b].map((x) => applySparseProjection(x, projection)) as [Float32Array, Float32Array];
    expect(square(pa) / square(a)).toBeCloseTo(1, 1);
    const apart = (x: Float32Array, y: Float32Array) => square(x.map((v, k) => v - (y[k] as number)));
    expect(apart(pa, pb) / apart(a, b)).toBeCloseTo(1, 1);
  });

  it("gives the same projection for the same stream, another for another", () => {
    expect(draw(500, 7)).toEqual(draw(500, 7));
    expect(draw(500, 7).places).not.toEqual(draw(500, 7, 2).places);
  });

  it("projects by hand, row by row", () => {
    const projection = draw(3, 2, 1, 1); // every entry ±1/√2
    const sign = (k: number) => (projection.negative[k] === 1 ? -1 : 1);
    const rows = Float32Array.from([1, 2, 4, 8, 16, 32]);
    const wanted = [0, 3].flatMap((row) =>
      [0, 3].map(
        (k) =>
          (sign(k) * rows[row]! + sign(k + 1) * rows[row + 1]! + sign(k + 2) * rows[row + 2]!) / Math.SQRT2,
      ),
    );
    const got = applySparseProjection(rows, projection);
    for (const [k, value] of wanted.entries()) expect(got[k]).toBeCloseTo(value, 5);
  });

  it("refuses sizes that cannot be", () => {
    expect(() => draw(0, 2)).toThrow(/features must be a whole number/);
    expect(() => draw(3, 2, 1, 0)).toThrow("density must lie in (0, 1]; got 0");
    expect(() => applySparseProjection(new Float32Array(4), draw(3, 2))).toThrow(
      "drawn for 3 features; got 4 numbers",
    );
  });
});
