import { describe, expect, it } from "vitest";
import { createRandom, type Responses } from "../core/index.ts";
import { addBlocks, modelPlace, partPlace, place, sumBlocks } from "./block-sums.ts";
import { drawFold, targets } from "./score-fold.fixture.ts";

describe("sumBlocks and addBlocks", () => {
  it("sum what they say, block by block", () => {
    const fold = drawFold(createRandom(9), [12, 9], 3, 5);
    const sums = sumBlocks(fold, 2, 0);
    expect(sums.width).toBe(partPlace(sums, 3));
    const column = (m: Responses) => Array.from({ length: m.rows }, (_, i) => m.data[i * targets + 2]!);
    const y = column(fold.Y);
    const mean = y.reduce((a, b) => a + b, 0) / y.length;
    for (let b = 0; b < sums.blocks; b++) {
      const rows = [...fold.blocks.keys()].filter((i) => fold.blocks[i] === b);
      const sum = (f: (i: number) => number) => rows.reduce((total, i) => total + f(i), 0);
      const at = (k: number) => sums.table[b * sums.width + k];
      expect(at(place.n)).toBe(rows.length);
      expect(at(place.y)).toBeCloseTo(
        sum((i) => y[i]! - mean),
        11,
      );
      expect(at(place.yy)).toBeCloseTo(
        sum((i) => (y[i]! - mean) ** 2),
        11,
      );
      for (const [m, model] of fold.predicted.entries())
        expect(at(modelPlace(m))).toBeCloseTo(
          sum((i) => (y[i]! - column(model)[i]!) ** 2),
          11,
        );
      const [qa, qb] = [column(fold.parts[0]!), column(fold.parts[1]!)];
      expect(at(partPlace(sums, 0))).toBeCloseTo(
        sum((i) => qa[i]! * (2 * (y[i]! - mean) - qa[i]! - qb[i]!)),
        11,
      );
      expect(at(partPlace(sums, 1))).toBeCloseTo(
        sum((i) => qb[i]! * (2 * (y[i]! - mean) - qa[i]! - qb[i]!)),
        11,
      );
      expect(at(partPlace(sums, 2))).toBe(0);
    }
    const twice = new Float64Array(sums.width);
    addBlocks(sums, [7, 0, 2, 1], 1, twice);
    for (let k = 0; k < sums.width; k++)
      expect(twice[k]).toBeCloseTo(2 * sums.table[sums.width + k]! + sums.table[2 * sums.width + k]!, 11);
  });
});
