import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cropCenter, cropPicture, padPicture, sizeOfShortestEdge } from "./crop.ts";
import type { Picture } from "./render.ts";

/** Pixels 1, 2, 3 … row by row. */
const count = (width: number, height: number): Picture => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, k) => k + 1),
});
const rows = ({ width, data }: Picture) =>
  Array.from({ length: data.length / width }, (_, y) => [...data.slice(y * width, (y + 1) * width)]);

describe("cropPicture", () => {
  it("cuts a part out and is black outside", () => {
    expect(rows(cropPicture(count(3, 2), [1, 0, 3, 1]))).toEqual([[2, 3]]);
    expect(rows(cropPicture(count(3, 2), [-1, 1, 2, 3]))).toEqual([
      [0, 4, 5],
      [0, 0, 0],
    ]);
    expect(rows(cropPicture(count(2, 1), [5, 5, 7, 6]))).toEqual([[0, 0]]);
  });

  it("undoes padding", () => {
    const border = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.tuple(border, border, border, border),
        fc.constantFrom(1, 2, 3, 4),
        (borders, channels) => {
          const data = Uint8Array.from({ length: 12 * channels }, (_, k) => 3 * k + 1);
          const padded = padPicture({ width: 4, height: 3, data }, borders, { fill: 9 });
          const [left, top] = borders;
          expect(cropPicture(padded, [left, top, left + 4, top + 3]).data).toEqual(data);
          expect(padded.data.filter((byte) => byte === 9)).toHaveLength(
            padded.data.length - data.length + data.filter((byte) => byte === 9).length,
          );
        },
      ),
      { seed: 2 },
    );
  });

  it("refuses empty and fractional boxes, and borders that cannot be", () => {
    expect(() => cropPicture(count(3, 2), [0, 0, 0, 1])).toThrow(
      "left < right and top < bottom; got [0, 0, 0, 1]",
    );
    expect(() => cropPicture(count(3, 2), [0.5, 0, 2, 1])).toThrow("whole edges");
    expect(() => padPicture(count(3, 2), [-1, 0, 0, 0])).toThrow(
      "padPicture: borders must be a whole number",
    );
  });
});

describe("cropCenter", () => {
  it("follows transformers: the odd pixel stays at the right and bottom", () => {
    expect(rows(cropCenter(count(4, 1), { width: 1, height: 1 }))).toEqual([[2]]); // (4 − 1) // 2 = 1
    expect(rows(cropCenter(count(6, 1), { width: 1, height: 1 }))).toEqual([[3]]); // (6 − 1) // 2 = 2
    expect(rows(cropCenter(count(1, 1), { width: 4, height: 1 }))).toEqual([[0, 0, 1, 0]]); // ⌈1.5⌉ = 2 before
  });

  it("follows torchvision: halves are rounded to even", () => {
    const rule = { rule: "torchvision" } as const;
    expect(rows(cropCenter(count(4, 1), { width: 1, height: 1 }, rule))).toEqual([[3]]); // round(1.5) = 2
    expect(rows(cropCenter(count(6, 1), { width: 1, height: 1 }, rule))).toEqual([[3]]); // round(2.5) = 2
    expect(rows(cropCenter(count(1, 1), { width: 4, height: 1 }, rule))).toEqual([[0, 1, 0, 0]]); // 3 // 2 = 1 before
  });

  it("pads one side and crops the other", () => {
    expect(rows(cropCenter(count(4, 1), { width: 2, height: 3 }))).toEqual([
      [0, 0],
      [2, 3],
      [0, 0],
    ]);
  });
});

describe("sizeOfShortestEdge", () => {
  it("rounds the longer edge down, either way round", () => {
    expect(sizeOfShortestEdge({ width: 640, height: 427 }, 224)).toEqual({ width: 335, height: 224 }); // 335.7
    expect(sizeOfShortestEdge({ width: 427, height: 640 }, 224)).toEqual({ width: 224, height: 335 });
    expect(sizeOfShortestEdge({ width: 5, height: 5 }, 224)).toEqual({ width: 224, height: 224 });
  });

  it("keeps the longer edge within its limit", () => {
    expect(sizeOfShortestEdge({ width: 1000, height: 100 }, 50, { longest: 200 })).toEqual({
      width: 200,
      height: 20,
    });
  });
});
