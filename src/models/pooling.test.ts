import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePooling, pool } from "./pooling.ts";

const tokens = { shape: [2, 3, 2], data: Float32Array.from([1, 2, 3, 4, 5, 9, -1, -2, -3, -4, -5, -9]) };
const map = { shape: [1, 2, 3, 3], data: Float32Array.from({ length: 18 }, (_, k) => k) };
const rows = (kind: string, activation = tokens, mask?: number[]) => {
  const { columns, data } = pool("layer", activation, parsePooling(kind), mask);
  return Array.from({ length: data.length / columns }, (_, i) => [
    ...data.slice(i * columns, (i + 1) * columns),
  ]);
};

describe("pool", () => {
  it("pools tokens by hand", () => {
    expect(rows("cls")).toEqual([
      [1, 2],
      [-1, -2],
    ]);
    expect(rows("last")).toEqual([
      [5, 9],
      [-5, -9],
    ]);
    expect(rows("mean")).toEqual([
      [3, 5],
      [-3, -5],
    ]);
    expect(rows("max")).toEqual([
      [5, 9],
      [-1, -2],
    ]);
    expect(rows("flatten")[0]).toEqual([1, 2, 3, 4, 5, 9]);
  });

  it("leaves padding out", () => {
    const mask = [1, 1, 0, 1, 0, 0];
    expect(rows("last", tokens, mask)).toEqual([
      [3, 4],
      [-1, -2],
    ]);
    expect(rows("mean", tokens, mask)).toEqual([
      [2, 3],
      [-1, -2],
    ]);
    expect(rows("max", tokens, mask)[0]).toEqual([3, 4]);
    expect(rows("mean", tokens, [0, 0, 0, 1, 1, 1])[0]).toEqual([Number.NaN, Number.NaN]);
  });

  it("pools maps: over places, and over cells that overlap as torch's adaptive average pooling does", () => {
    expect(rows("mean", map)).toEqual([[4, 13]]);
    expect(rows("max", map)).toEqual([[8, 17]]);
    expect(rows("grid:2x2", map)).toEqual([[2, 3, 5, 6, 11, 12, 14, 15]]); // cells of 2 × 2, middle row and column twice
    expect(rows("grid:3x3", map)).toEqual([[...map.data]]);
    expect(rows("grid:1x1", map)).toEqual(rows("mean", map));
  });

  it("lays tokens out as a square, without [CLS]", () => {
    const patches = { shape: [1, 5, 1], data: Float32Array.from([100, 1, 2, 3, 4]) };
    expect(rows("grid:2x2", patches)).toEqual([[1, 2, 3, 4]]);
    expect(() => rows("grid:2x2")).toThrow(
      'needs a square of patches, with or without a [CLS] token; "layer" has 3 tokens',
    );
  });

  it("takes rows without places as they are", () => {
    const flat = { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) };
    for (const kind of ["cls", "mean", "max", "last", "flatten", "grid:2x2"])
      expect(rows(kind, flat)).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
  });

  it("does not depend on what padding holds, nor on the rest of the batch", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("mean", "max", "last"),
        fc.double({ noNaN: true, min: -9, max: 9 }),
        (kind, value) => {
          const other = { ...tokens, data: tokens.data.slice() };
          other.data.fill(value, 4, 6);
          const mask = [1, 1, 0, 1, 1, 1];
          expect(rows(kind, other, mask)).toEqual(rows(kind, tokens, mask));
          const alone = { shape: [1, 3, 2], data: tokens.data.slice(6) };
          expect(rows(kind, alone)[0]).toEqual(rows(kind)[1]);
        },
      ),
      { seed: 3 },
    );
  });

  it("says which axes a pooling needs", () => {
    expect(() => rows("cls", map)).toThrow(
      'pool: "cls" needs (batch, tokens, features); "layer" is (batch, 2, 3, 3). Try mean or grid:2x2.',
    );
    expect(() => rows("mean", { shape: [1, 1, 1, 1, 1], data: new Float32Array(1) })).toThrow("Try flatten");
    expect(() => rows("mean", tokens, [1, 1])).toThrow("the mask must be (2, 3)");
    expect(() => parsePooling("grid:2x3")).toThrow('grid:NxN (e.g. grid:4x4); got "grid:2x3"');
  });
});
