import { describe, expect, it } from "vitest";
import { show, showInterval, ticks } from "./format.ts";
import { type Layer, paintOf } from "./layer.ts";

const layer: Layer = {
  id: "m",
  title: "score",
  unit: "r",
  scale: "diverging",
  range: [-1, 1],
  values: Float32Array.of(0.5, -0.5, 0.1, Number.NaN),
  significant: Uint8Array.of(1, 0, 1, 1),
  trusted: null,
  test: null,
};
const plain = { threshold: 0, onlySignificant: false, colours: "viridis" } as const;

describe("paintOf", () => {
  it("draws what is a number", () => {
    const paint = paintOf(layer, plain);
    expect([...paint.visible]).toEqual([1, 1, 1, 0]);
    expect(paint.values.every(Number.isFinite)).toBe(true);
    expect([...paint.trusted]).toEqual([1, 1, 1, 1]);
  });
  it("hides values near zero on both sides, and what is not significant", () => {
    expect([...paintOf(layer, { ...plain, threshold: 0.3 }).visible]).toEqual([1, 1, 0, 0]);
    expect([...paintOf(layer, { ...plain, onlySignificant: true }).visible]).toEqual([1, 0, 1, 0]);
    expect([
      ...paintOf({ ...layer, significant: null }, { ...plain, onlySignificant: true }).visible,
    ]).toEqual([1, 1, 1, 0]);
  });
});

describe("numbers", () => {
  it("are written as in the report", () => {
    expect([
      show(0.614),
      show(-0.05),
      show(0),
      show(-0.001),
      show(Number.NaN),
      show(null),
      show(12.345),
    ]).toEqual([".61", "−.05", ".00", ".00", "–", "–", "12.35"]);
    expect(showInterval({ mean: 0.61, low: 0.55, high: 0.66 })).toBe(".61 [.55, .66]");
    expect(showInterval({ mean: null, low: null, high: null })).toBe("–");
  });
  it("of a legend are round", () => {
    expect(ticks([0, 0.7]).map((x) => show(x))).toEqual([".00", ".20", ".40", ".60"]);
    expect(ticks([-0.3, 0.3])).toHaveLength(3);
    expect(ticks([1, 1])).toEqual([1]);
  });
});
