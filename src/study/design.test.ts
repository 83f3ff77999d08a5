import { describe, expect, it } from "vitest";
import { at, createRandom, type Features, matrix } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { buildDesign } from "./design.ts";

const linalg = createReferenceLinalg();
const random = createRandom(8).stream("design");
/** Two runs of 30 rows and three columns; the second, held out, lies elsewhere and is wider. */
const runs = [0, 5].map((shift, r): Features => {
  const values = Float64Array.from({ length: 90 }, () => shift + (1 + r) * random.normal());
  return matrix(["samples", "features"] as const, 30, 3, values);
}) as [Features, Features];
const train = Int32Array.from({ length: 30 }, (_, i) => i);
const test = train.map((row) => row + 30);
const build = (changes: { raw?: boolean; centerRuns?: boolean; delays?: number[] } = {}) =>
  buildDesign([{ name: "x", runs, delays: changes.delays ?? [0], pca: null, raw: changes.raw ?? false }], {
    train,
    test,
    centerRuns: changes.centerRuns ?? false,
    dtype: "float64",
    linalg,
  });
const column = (X: Features, j: number) => Array.from({ length: X.rows }, (_, i) => at(X, i, j));
const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const spread = (x: readonly number[]) => Math.sqrt(mean(x.map((value) => (value - mean(x)) ** 2)));

describe("buildDesign", () => {
  it("scales held-out rows by the mean and spread of the training rows, never by their own", async () => {
    const design = await build();
    for (let j = 0; j < 3; j++) {
      const [own, held] = [column(runs[0], j), column(runs[1], j)];
      for (const [i, x] of column(design.test, j).entries())
        expect(x).toBeCloseTo(((held[i] as number) - mean(own)) / spread(own), 10);
      expect(mean(column(design.train, j))).toBeCloseTo(0, 10);
      expect(spread(column(design.test, j))).toBeGreaterThan(1.4); // twice as wide, and left so
      expect(mean(column(design.test, j))).toBeGreaterThan(3);
    }
  });
  it("takes a run's own mean where runs are centred, and its scale from training rows still", async () => {
    const design = await build({ centerRuns: true });
    for (let j = 0; j < 3; j++) {
      expect(mean(column(design.test, j))).toBeCloseTo(0, 10);
      expect(spread(column(design.test, j))).toBeGreaterThan(1.4);
    }
  });
  it("takes a kernel's columns as they are", async () => {
    const design = await build({ raw: true, centerRuns: true });
    expect([...design.test.data]).toEqual([...runs[1].data]);
  });
  it("fits components on training rows: a direction that only held-out rows vary in is none of them", async () => {
    const make = (row: (turn: number) => number[]): Features =>
      matrix(
        ["samples", "features"] as const,
        30,
        3,
        Float64Array.from(
          { length: 90 },
          (_, k) => row((2 * Math.PI * Math.floor(k / 3)) / 30)[k % 3] as number,
        ),
      );
    // two columns go together where is learned from, the third varies by itself; on held-out rows nothing else varies
    const own = make((turn) => [Math.sin(turn), 2 * Math.sin(turn), Math.cos(turn)]);
    const held = make((turn) => [0, 0, 100 * Math.cos(turn)]);
    const spaces = [{ name: "x", runs: [own, held], delays: [0], pca: 1 }];
    const design = await buildDesign(spaces, { train, test, centerRuns: false, dtype: "float64", linalg });
    expect(spread(column(design.train, 0))).toBeGreaterThan(0.9);
    expect(spread(column(design.test, 0))).toBeLessThan(1e-10);
  });
  it("lets no delay cross a run: the first rows have the training mean in place of the past", async () => {
    const design = await build({ delays: [1, 2] });
    expect([...design.test.data.slice(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...design.test.data.slice(6, 12)].slice(3)).toEqual([0, 0, 0]);
  });
});
