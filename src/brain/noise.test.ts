import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { defaultNoise, drawAr, drawDrift, drawSpikes } from "./index.ts";
import { checkNoise } from "./noise.ts";

const n = 40_000;
const lagged = (x: Float64Array, lag: number) => {
  let sum = 0;
  for (let t = lag; t < x.length; t++) sum += x[t]! * x[t - lag]!;
  return sum / (x.length - lag);
};

describe("drawAr", () => {
  it("has variance 1 and the autocorrelation of its coefficients (Yule–Walker)", () => {
    for (const [a, b] of [
      [0.5, 0],
      [0.4, 0.2],
      [0.9, -0.3],
      [-0.4, 0.1],
    ] as const) {
      const x = drawAr(createRandom(4).stream(`${a} ${b}`), [a, b], n);
      const first = a / (1 - b);
      const tolerance = (4 * Math.sqrt((1 + Math.abs(first)) / (1 - Math.abs(first)))) / Math.sqrt(n);
      expect(Math.abs(lagged(x, 0) - 1)).toBeLessThan(1.5 * tolerance);
      expect(Math.abs(lagged(x, 1) - first)).toBeLessThan(1.5 * tolerance);
      expect(Math.abs(lagged(x, 2) - (a * first + b))).toBeLessThan(1.5 * tolerance);
    }
  });
  it("is steady from its first value on", () => {
    let [start, product] = [0, 0];
    for (let k = 0; k < 4000; k++) {
      const x = drawAr(createRandom(k), [0.8], 2);
      start += x[0]! ** 2 / 4000;
      product += (x[0]! * x[1]!) / 4000;
    }
    expect(Math.abs(start - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
    expect(Math.abs(product - 0.8)).toBeLessThan(4 * Math.sqrt(1.64 / 4000));
  });
  it("is white noise without coefficients", () => {
    expect(Math.abs(lagged(drawAr(createRandom(1), [], n), 1))).toBeLessThan(4 / Math.sqrt(n));
  });
});

describe("drawDrift", () => {
  it("is slow and has mean variance 1 over draws", () => {
    let [variance, step] = [0, 0];
    for (let k = 0; k < 3000; k++) {
      const x = drawDrift(createRandom(k), 100);
      variance += lagged(x, 0) / 3000;
      for (let t = 1; t < 100; t++) step += (x[t]! - x[t - 1]!) ** 2 / 99 / 3000;
    }
    expect(variance).toBeGreaterThan(0.93);
    expect(variance).toBeLessThan(1.1); // the ends count slightly more on a grid than under the integral
    expect(step).toBeLessThan(0.02);
    expect(drawDrift(createRandom(1), 1).every(Number.isFinite)).toBe(true);
  });
});

describe("drawSpikes", () => {
  it("hits at the planned rate, and nowhere at rate 0", () => {
    const hits = drawSpikes(createRandom(1), { ...defaultNoise, spikeRate: 0.01 }, n).filter(
      (x) => x !== 0,
    ).length;
    expect(Math.abs(hits / n - 0.015)).toBeLessThan(0.004); // every other spike lasts two samples
    expect(drawSpikes(createRandom(1), { ...defaultNoise, spikeRate: 0 }, 500).every((x) => x === 0)).toBe(
      true,
    );
  });
});

describe("checkNoise", () => {
  it("fills in the defaults and names what cannot be", () => {
    expect(checkNoise({ level: 2 })).toEqual({ ...defaultNoise, level: 2 });
    expect(() => checkNoise({ white: 1.2 })).toThrow(
      "simulateCohort: noise.white must lie in [0, 1]; got 1.2.",
    );
    expect(() => checkNoise({ drift: Number.NaN })).toThrow(
      /noise.drift must lie in \[0, Infinity\]; got NaN/,
    );
    expect(() => checkNoise({ level: Number.POSITIVE_INFINITY })).toThrow(/noise.level/);
    for (const ar of [[1], [0.5, 0.6], [0.1, 0.1, 0.1], [Number.NaN]])
      expect(() => checkNoise({ ar })).toThrow(
        /noise.ar must be one or two coefficients of a stationary process/,
      );
  });
});
