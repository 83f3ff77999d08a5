import { describe, expect, it } from "vitest";
import { createRandom, isEncodingError } from "../core/index.ts";
import { drawScene, renderScene } from "../stimuli/index.ts";
import { brivlConfigs, cosinePatches, wavePositions } from "./index.ts";

const { image } = brivlConfigs["brivl-tiny"];

describe("cosinePatches", () => {
  const kernels = cosinePatches(image);
  const size = 3 * 8 * 8;
  const row = (k: number) => kernels.subarray(k * size, (k + 1) * size);
  const product = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, x, k) => sum + x * (b[k] as number), 0);

  it("has rows at right angles, the first of which is the mean brightness", () => {
    expect(new Set(row(0)).size).toBe(1);
    for (let i = 0; i < image.width; i++)
      for (let j = 0; j < i; j++) {
        const cosine = product(row(i), row(j)) / Math.sqrt(product(row(i), row(i)) * product(row(j), row(j)));
        expect(Math.abs(cosine)).toBeLessThan(1e-5);
      }
  });
  it("answers scenes about equally strongly in all rows", () => {
    const squares = new Float64Array(image.width);
    for (let n = 0; n < 20; n++) {
      const { data } = renderScene(drawScene(createRandom(3).stream(`${n}`)));
      for (let at = 0; at < 64; at++) {
        const patch = Float32Array.from({ length: size }, (_, k) => {
          const [color, y, x] = [Math.floor(k / 64), Math.floor((k % 64) / 8), k % 8];
          const pixel = 64 * (8 * Math.floor(at / 8) + y) + 8 * (at % 8) + x;
          return (data[3 * pixel + color] as number) / 127.5 - 1;
        });
        for (let k = 0; k < image.width; k++) squares[k]! += product(row(k), patch) ** 2;
      }
    }
    const strengths = Array.from(squares, (sum) => Math.sqrt(sum / (20 * 64)));
    expect(Math.max(...strengths) / Math.min(...strengths)).toBeLessThan(12);
  });
  it("refuses grey pictures", () => {
    try {
      cosinePatches({ ...image, channels: 1 });
      expect.unreachable();
    } catch (error) {
      expect(isEncodingError(error, "option")).toBe(true);
    }
  });
});

describe("wavePositions", () => {
  it("makes near places more alike than far ones, along rows and columns, and leaves [CLS] at zero", () => {
    const table = wavePositions(image);
    const at = (row: number, col: number) => {
      const from = (1 + 8 * row + col) * image.width;
      return table.subarray(from, from + image.width);
    };
    const distance = (a: Float32Array, b: Float32Array) =>
      Math.hypot(...a.map((x, k) => x - (b[k] as number)));
    expect(Math.max(...table.subarray(0, image.width).map(Math.abs))).toBe(0);
    expect(distance(at(2, 2), at(2, 3))).toBeLessThan(distance(at(2, 2), at(2, 5)));
    expect(distance(at(2, 2), at(3, 2))).toBeLessThan(distance(at(2, 2), at(5, 2)));
    expect(distance(at(2, 2), at(2, 3))).toBeCloseTo(distance(at(6, 1), at(7, 1)), 5);
  });
});
