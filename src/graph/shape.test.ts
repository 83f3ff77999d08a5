import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastShapes, countOf, frontAxis, symbolicCount } from "./shape.ts";

/** A shape, and two that broadcast to it: in `a` axes are left out in front, in either some are 1 (never the same in both). */
const broadcasting = fc
  .tuple(fc.array(fc.tuple(fc.nat(4), fc.constantFrom("a", "b", "none")), { maxLength: 5 }), fc.nat(5))
  .map(([axes, left]) => ({
    whole: axes.map(([size]) => size),
    a: axes.map(([size, one]) => (one === "a" ? 1 : size)).slice(left),
    b: axes.map(([size, one], i) => (one === "b" && i >= left ? 1 : size)),
  }));

describe("broadcastShapes", () => {
  it("gives the shape that both sides stretch to, whichever comes first", () => {
    fc.assert(
      fc.property(broadcasting, ({ whole, a, b }) => {
        expect(broadcastShapes(a, b)).toEqual(whole);
        expect(broadcastShapes(b, a)).toEqual(whole);
        expect(broadcastShapes(whole, whole)).toEqual(whole);
      }),
      { seed: 4 },
    );
  });
  it("follows open sizes and refuses sizes that differ", () => {
    expect(broadcastShapes(["batch", 1], [3])).toEqual(["batch", 3]);
    expect(broadcastShapes(["batch"], [1])).toEqual(["batch"]);
    expect(broadcastShapes(["batch"], [2])).toBeUndefined();
    expect(broadcastShapes([2, 3], [2])).toBeUndefined();
  });
});

describe("symbolicCount", () => {
  it("is the product of known sizes, in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }), (sizes) => {
        expect(symbolicCount(sizes)).toBe(String(countOf(sizes)));
        expect(symbolicCount([...sizes, "batch"].reverse())).toBe(symbolicCount([`${countOf(sizes)}*batch`]));
      }),
      { seed: 4 },
    );
  });
});

describe("frontAxis", () => {
  it("counts from either end", () => {
    expect([frontAxis("sum", -1, [2, 3]), frontAxis("sum", 0, [2, 3])]).toEqual([1, 0]);
    expect(() => frontAxis("sum", 0, [])).toThrow(/^sum: axis must be .* for shape \[\]; got 0/);
    expect(() => frontAxis("sum", 0.5, [2])).toThrow(/got 0.5/);
  });
});
