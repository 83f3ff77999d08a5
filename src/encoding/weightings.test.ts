import { describe, expect, it } from "vitest";
import { createRandom, fromRows } from "../core/index.ts";
import { drawWeightings, oneBand, restrictWeightings, spaceAlphas } from "./index.ts";

describe("drawWeightings", () => {
  it("gives a fixed grid with both corners for two bands", () => {
    const grid = drawWeightings(2, 5, createRandom(1));
    expect(grid).toEqual(drawWeightings(2, 5, createRandom(2)));
    expect([...grid.data].map((v) => Number(v.toFixed(3)))).toEqual([
      0, 1, 0.01, 0.99, 0.5, 0.5, 0.99, 0.01, 1, 0,
    ]);
  });
  it("gives points of the simplex, the same for the same seed", () => {
    const draws = drawWeightings(4, 20, createRandom(1));
    expect(draws.rows).toBe(1 + 4 + 6 + 20); // equal, alone, pairs, draws
    for (let w = 0; w < draws.rows; w++) {
      const row = [...draws.data.subarray(w * 4, w * 4 + 4)];
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
    }
    expect(drawWeightings(4, 20, createRandom(1))).toEqual(draws);
    expect(drawWeightings(4, 20, createRandom(2))).not.toEqual(draws);
  });
  it("strikes bands out for smaller models and keeps equal rows once", () => {
    const joint = fromRows(
      ["weightings", "bands"],
      [
        [0.5, 0.25, 0.25],
        [1, 0, 0],
        [0.2, 0.4, 0.4],
      ],
    );
    expect([...restrictWeightings(joint, [1, 2]).data]).toEqual([0.5, 0.5]);
    expect(restrictWeightings(joint, [0]).rows).toBe(1);
  });
});

describe("spaceAlphas", () => {
  it("is even in the logarithm and holds both ends", () => {
    const alphas = spaceAlphas(0.01, 100, 5);
    for (const [k, alpha] of [0.01, 0.1, 1, 10, 100].entries()) expect(alphas[k]).toBeCloseTo(alpha, 12);
    expect(() => spaceAlphas(0, 1, 3)).toThrow(/from must be a number/);
  });
  it("feeds one band too", () => expect(oneBand(4)).toEqual([{ name: "all", from: 0, to: 4 }]));
});
