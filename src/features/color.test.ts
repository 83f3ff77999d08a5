import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { colorFeatures, colorNames, type RgbPicture } from "./index.ts";

const picture = (pixels: readonly (readonly number[])[]): RgbPicture => ({
  width: pixels.length,
  height: 1,
  data: Uint8Array.from(pixels.flat()),
});
const value = (p: RgbPicture, name: string) => colorFeatures(p).values[colorNames.indexOf(name)] as number;

describe("colorFeatures", () => {
  it("has the CIE L*a*b* of sRGB primaries (computed from IEC 61966-2-1 in numpy)", () => {
    const known = [
      [[255, 0, 0], 53.240794141307205, 80.09245959641115, 67.20319651585298],
      [[0, 255, 0], 87.73472235279792, -86.1827164205346, 83.17932050269783],
      [[0, 0, 255], 32.297010932850725, 79.18751984512224, -107.8601617541481],
      [[10, 200, 30], 70.49982453601858, -70.5134909270036, 64.94016369018692],
    ] as const;
    for (const [rgb, L, a, b] of known) {
      const one = picture([rgb]);
      expect(value(one, "L*")).toBeCloseTo(L, 9);
      expect(value(one, "a*")).toBeCloseTo(a, 9);
      expect(value(one, "b*")).toBeCloseTo(b, 9);
      expect(value(one, "contrast")).toBeCloseTo(0, 7);
    }
  });
  it("does not depend on the order of pixels, and its hue bins sum to the mean chroma", () => {
    const pixel = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 1, maxLength: 20 }), (pixels) => {
        const { values } = colorFeatures(picture(pixels));
        const turned = colorFeatures(picture([...pixels].reverse())).values;
        for (const [i, x] of values.entries()) {
          expect(Number.isFinite(x)).toBe(true);
          expect(turned[i]).toBeCloseTo(x, 6);
        }
        const chroma = pixels.map((p) => Math.hypot(value(picture([p]), "a*"), value(picture([p]), "b*")));
        const mean = chroma.reduce((a, b) => a + b, 0) / pixels.length;
        expect(values.subarray(6).reduce((a, b) => a + b, 0)).toBeCloseTo(mean, 8);
      }),
      { seed: 1, numRuns: 40 },
    );
  });
  it("sees no colour in greys and all contrast between black and white, by hand", () => {
    const { names, values } = colorFeatures(
      picture([
        [0, 0, 0],
        [255, 255, 255],
      ]),
    );
    expect(names.length).toBe(12);
    expect(values[0]).toBeCloseTo(0.5, 6);
    expect(values[1]).toBeCloseTo(0.5, 6);
    expect(values[2]).toBeCloseTo(50, 4);
    for (const x of values.subarray(3)) expect(Math.abs(x)).toBeLessThan(1e-4);
  });
  it("puts opposite colours into opposite hues", () => {
    const hues = (rgb: number[]) => [...colorFeatures(picture([rgb])).values.subarray(6)];
    const top = (x: number[]) => x.indexOf(Math.max(...x));
    expect(top(hues([255, 0, 0]))).toBe(1); // 40°
    expect(top(hues([0, 255, 0]))).toBe(2); // 136°
    expect(top(hues([0, 0, 255]))).toBe(5); // 306°
    expect(top(hues([0, 255, 255]))).toBe(3); // 196°
  });
  it("refuses bytes that do not fit", () => {
    expect(() => colorFeatures({ width: 2, height: 2, data: new Uint8Array(5) })).toThrow(
      "colorFeatures: a picture of 2 × 2 must hold 12 bytes of RGB; got 5.",
    );
    expect(() => colorFeatures({ width: 0, height: 2, data: new Uint8Array(0) })).toThrow(
      /whole sides ≥ 1; got 0 × 2/,
    );
  });
});
