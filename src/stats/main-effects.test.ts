import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { mainEffects } from "./main-effects.ts";

const cross = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, k) => [...row, k])),
    [[]],
  );

describe("mainEffects", () => {
  it("splits a two-way table as it is done by hand", () => {
    // cells 1 4 / 7 16, by hand: rows 2.5 and 11.5, columns 4 and 10, mean 7: A 81, B 36, interaction 9, total 126
    const { shares, rest, overlap, total } = mainEffects([1, 4, 7, 16], cross([2, 2]));
    expect(total).toBeCloseTo(126, 10);
    expect(shares.map((share) => share * 126)).toEqual([expect.closeTo(81, 9), expect.closeTo(36, 9)]);
    expect(rest * 126).toBeCloseTo(9, 9);
    expect(overlap).toBeCloseTo(0, 12);
  });
  it("agrees in a full cross with the sum of squares of each choice's means, and leaves no overlap", () => {
    const random = createRandom(3);
    const picks = cross([2, 3, 4]);
    const values = picks.map(() => random.normal());
    const { shares, rest, overlap, total } = mainEffects(values, picks);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    for (const [c, size] of [2, 3, 4].entries()) {
      let squares = 0;
      for (let a = 0; a < size; a++) {
        const own = values.filter((_, k) => picks[k]![c] === a);
        squares += own.length * (own.reduce((x, y) => x + y, 0) / own.length - mean) ** 2;
      }
      expect(shares[c]! * total).toBeCloseTo(squares, 9);
    }
    expect(shares.reduce((a, b) => a + b, 0) + rest).toBeCloseTo(1, 10);
    expect(overlap).toBeCloseTo(0, 10);
  });
  it("gives nothing to a choice that another one explains as well, and says so as overlap", () => {
    const picks = [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ];
    const { shares, overlap, rest } = mainEffects([1, 1, 3, 3], picks);
    expect(shares).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
    expect([overlap, rest]).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)]);
  });
  it("leaves undefined values out, and is NaN where nothing varies", () => {
    expect(mainEffects([1, 4, 7, 16, Number.NaN], [...cross([2, 2]), [1, 1]]).total).toBeCloseTo(126, 10);
    expect(mainEffects([0.1, 0.1, 0.1], [[0], [1], [1]]).shares).toEqual([Number.NaN]);
    expect(mainEffects([], []).shares).toEqual([]);
  });
  it("names the counts of values and picks that differ", () => {
    expect(() => mainEffects([1, 2], [[0]])).toThrow(
      "mainEffects: each value needs its picks; got 2 values and 1 picks.",
    );
  });
});
