import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { drawHrf, gloverShape, hrfAt, sampleHrf } from "./index.ts";

describe("hrfAt", () => {
  it("is Glover's response: (t/d)^a exp(−(t−d)/b) with a 5.98, b 0.904", () => {
    const a = (8 * Math.LN2 * 5.4 ** 2) / 5.2 ** 2;
    const b = 5.4 / a;
    const plain = { ...gloverShape, undershoot: 0 };
    for (const t of [1, 3, 5.4, 8, 14])
      expect(hrfAt(plain, t)).toBeCloseTo((t / 5.4) ** a * Math.exp(-(t - 5.4) / b), 12);
    expect(a).toBeCloseTo(5.98, 2);
    expect(b).toBeCloseTo(0.903, 3);
  });
  it("peaks at its peak with its width, and dips below 0 after it", () => {
    const shape = { peak: 6, width: 4, undershoot: 0, undershootPeak: 12 };
    expect(hrfAt(shape, 6)).toBe(1);
    expect(hrfAt(shape, 5.99)).toBeLessThan(1);
    const times = Array.from({ length: 4000 }, (_, k) => k / 200);
    const above = times.filter((t) => hrfAt(shape, t) >= 0.5);
    expect(above.at(-1)! - above[0]!).toBeCloseTo(4, 1); // the Gaussian approximation of the width
    expect(hrfAt(gloverShape, 13)).toBeLessThan(-0.05);
    expect(hrfAt(gloverShape, 0)).toBe(0);
    expect(hrfAt(gloverShape, -1)).toBe(0);
  });
});

describe("sampleHrf", () => {
  it("has unit area at any step, so that a lasting drive is answered by itself", () => {
    for (const step of [0.1, 0.5, 2]) {
      const kernel = sampleHrf(gloverShape, step, 2);
      expect(kernel.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(kernel.length).toBe(Math.ceil(32 / step) + Math.round(2 / step) - 1);
    }
  });
  it("is the response averaged over the volume: its centre lies half a TR after the response's", () => {
    const centre = (kernel: Float64Array, step: number) =>
      kernel.reduce((sum, k, n) => sum + k * n * step, 0);
    const plain = { ...gloverShape, undershoot: 0 };
    const shift = centre(sampleHrf(plain, 0.1, 2), 0.1) - centre(sampleHrf(plain, 0.1, 0.1), 0.1);
    expect(shift).toBeCloseTo((2 - 0.1) / 2, 9);
  });
});

describe("drawHrf", () => {
  it("varies around Glover's shape by about 0.7 s, within bounds", () => {
    const shapes = Array.from({ length: 2000 }, (_, k) =>
      drawHrf([createRandom(k).stream("region"), createRandom(k).stream("person")]),
    );
    const peaks = shapes.map((shape) => shape.peak);
    const mean = peaks.reduce((a, b) => a + b, 0) / peaks.length;
    const sd = Math.sqrt(peaks.reduce((a, b) => a + (b - mean) ** 2, 0) / peaks.length);
    expect(Math.abs(mean - 5.4)).toBeLessThan((4 * 0.7) / Math.sqrt(2000));
    expect(Math.abs(sd - 0.7)).toBeLessThan(0.05);
    expect(Math.min(...peaks)).toBeGreaterThanOrEqual(3.5);
    expect(Math.max(...peaks)).toBeLessThanOrEqual(8);
    expect(shapes.every((shape) => shape.undershootPeak > shape.peak && shape.undershoot >= 0)).toBe(true);
  });
});
