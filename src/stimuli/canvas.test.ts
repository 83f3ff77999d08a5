import { describe, expect, it } from "vitest";
import { createCanvas, fillEllipse, fillPolygon, hashCell, shrinkCanvas, smoothNoise } from "./canvas.ts";

const white = [255, 255, 255] as const;
/** Area covered by white on black, in pixels. */
const areaOf = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / (3 * 255);

describe("fillEllipse", () => {
  it("covers π rx ry, with grey on the rim", () => {
    const canvas = createCanvas(128);
    fillEllipse(canvas, [60.3, 66.1, 50, 31], white);
    const pixels = shrinkCanvas(canvas);
    expect(areaOf(pixels)).toBeGreaterThan(0.99 * Math.PI * 25 * 15.5);
    expect(areaOf(pixels)).toBeLessThan(1.01 * Math.PI * 25 * 15.5);
    expect(new Set(pixels)).toEqual(new Set([0, 64, 128, 191, 255]));
  });
  it("lets through what lies below it", () => {
    const canvas = createCanvas(8);
    fillEllipse(canvas, [4, 4, 9, 9], white, null, 0.4);
    expect(new Set(shrinkCanvas(canvas))).toEqual(new Set([102]));
  });
});

describe("fillPolygon", () => {
  it("covers neighbours without gap or overlap", () => {
    const canvas = createCanvas(64);
    fillPolygon(canvas, [0, 0, 64, 0, 0, 64], [100, 0, 0], null, 1);
    fillPolygon(canvas, [64, 0, 64, 64, 0, 64], [100, 0, 0], null, 1);
    expect(canvas.data.filter((_, k) => k % 3 === 0).every((value) => value === 100)).toBe(true);
    const concave = createCanvas(64);
    fillPolygon(concave, [8, 8, 56, 8, 32, 32, 56, 56, 8, 56], white); // a square less a triangle
    const rounding = (48 * 0.5) / 4; // its slanted edge runs through middles of samples, which are then left out
    expect(areaOf(shrinkCanvas(concave))).toBeCloseTo((48 * 48 - (48 * 24) / 2) / 4 - rounding, 0);
  });
  it("shades by place and stays on the canvas", () => {
    const canvas = createCanvas(4);
    fillPolygon(canvas, [-9, -9, 9, -9, 9, 9, -9, 9], [10, 0, 0], (x, y) => x + y);
    expect(canvas.data.filter((_, k) => k % 3 === 0)).toEqual(
      Float32Array.from([0, 10, 20, 30, 10, 20, 30, 40, 20, 30, 40, 50, 30, 40, 50, 60]),
    );
  });
});

describe("hashCell", () => {
  it("is even over [0, 1) and changes with each argument", () => {
    let sum = 0;
    for (let x = 0; x < 100; x++) for (let y = 0; y < 100; y++) sum += hashCell(x, y, 3);
    expect(Math.abs(sum / 10_000 - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 10_000));
    expect(new Set([hashCell(1, 2, 3), hashCell(2, 1, 3), hashCell(1, 2, 4)]).size).toBe(3);
  });
  it("is met by smooth noise on whole numbers", () => {
    expect(smoothNoise(4, 7, 1)).toBe(hashCell(4, 7, 1));
    expect(Math.abs(smoothNoise(4.999999, 7, 1) - smoothNoise(5, 7, 1))).toBeLessThan(1e-9);
  });
});
