import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/core/index.ts";
import { contrast, regionBars } from "./summary.ts";

const regionOf = Int32Array.of(0, 0, 1, -1);

describe("regionBars", () => {
  it("are means over trusted targets", () => {
    const bars = regionBars(
      {
        model: "m",
        person: "mean",
        sense: "picture",
        stimuli: 1,
        targets: 4,
        responses: Float32Array.of(1, 3, 5, 7),
        interval: Float32Array.of(0.5, 1.5, 9, 9),
        mask: Uint8Array.of(1, 1, 0, 1),
        percentile: Float32Array.of(50),
        warnings: [],
      },
      0,
      regionOf,
      2,
    );
    expect(bars[0]).toEqual({ region: 0, mean: 2, low: 1, high: 3, kept: 2, targets: 2 });
    expect(bars[1]).toMatchObject({ kept: 0, targets: 1, mean: Number.NaN });
  });
});

describe("contrast", () => {
  it("is Welch's interval: scipy.stats.t.ppf(.975, df) · se, df after Welch and Satterthwaite", () => {
    const [a, b] = [
      [2.1, 2.5, 3.3, 1.9],
      [1.2, 0.7, 1.1],
    ].map((x) => x.map((y) => Float32Array.of(y)));
    const { bars } = contrast(a!, b!, Uint8Array.of(1), Int32Array.of(0), 1);
    expect(bars[0]!.mean).toBeCloseTo(1.45, 6);
    expect(bars[0]!.low).toBeCloseTo(0.51418, 4);
    expect(bars[0]!.high).toBeCloseTo(2.38582, 4);
  });
  it("finds nothing in noise at its level, and what is planted", () => {
    const random = createRandom(6);
    const rows = (shift: number) =>
      Array.from({ length: 8 }, () =>
        Float32Array.from({ length: 40 }, (_, t) => random.normal() + (t < 4 ? shift : 0)),
      );
    let found = 0;
    for (let k = 0; k < 120; k++)
      found += contrast(rows(0), rows(0), new Uint8Array(40).fill(1), new Int32Array(40), 1).significant.some(
        (x) => x === 1,
      )
        ? 1
        : 0;
    expect(found / 120).toBeLessThan(0.1); // .05 and two and a half standard errors of 120 draws
    const planted = contrast(rows(6), rows(0), new Uint8Array(40).fill(1), new Int32Array(40), 1).significant;
    expect([...planted.slice(0, 4)]).toEqual([1, 1, 1, 1]);
  });
  it("gives no interval from one stimulus, and marks nothing that is not trusted", () => {
    const one = [Float32Array.of(5)];
    expect(contrast(one, [Float32Array.of(1)], Uint8Array.of(1), Int32Array.of(0), 1).bars[0]).toMatchObject({
      mean: 4,
      low: Number.NEGATIVE_INFINITY,
    });
    const two = (x: number) => [Float32Array.of(x), Float32Array.of(x + 0.01)];
    expect(contrast(two(9), two(0), Uint8Array.of(0), Int32Array.of(0), 1).significant[0]).toBe(0);
  });
});
