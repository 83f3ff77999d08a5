import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { assignBlocks, drawBlocks } from "./index.ts";
import { mean } from "./null.fixture.ts";

describe("assignBlocks", () => {
  it("keeps blocks within runs, contiguous and at least `block` long where the run is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 15 }),
        (runLengths, block) => {
          const { blocks, count } = assignBlocks(runLengths, block);
          expect(blocks).toHaveLength(runLengths.reduce((a, b) => a + b, 0));
          const sizes = new Array<number>(count).fill(0);
          const runs = Array.from({ length: count }, () => new Set<number>());
          const runOf = runLengths.flatMap((length, r) => new Array<number>(length).fill(r));
          for (const [row, b] of blocks.entries()) {
            sizes[b]!++;
            runs[b]!.add(runOf[row]!);
            if (row > 0) expect([0, 1]).toContain(b - blocks[row - 1]!);
          }
          for (const [b, size] of sizes.entries()) {
            expect(runs[b]!.size).toBe(1);
            const length = runLengths[[...runs[b]!][0]!]!;
            expect(size).toBeGreaterThanOrEqual(Math.min(block, length));
            expect(size).toBeLessThan(2 * block + (length < block ? block : 0));
          }
        },
      ),
      { seed: 1 },
    );
  });
  it("by hand: runs of 7 and 2 in blocks of 3", () => {
    expect(assignBlocks([7, 2], 3)).toEqual({ blocks: Int32Array.of(0, 0, 0, 1, 1, 1, 1, 2, 2), count: 3 });
    expect(assignBlocks([], 3)).toEqual({ blocks: new Int32Array(0), count: 0 });
  });
  it("refuses a block of no rows", () => {
    expect(() => assignBlocks([10], 0)).toThrow(/assignBlocks: block must be a whole number in \[1, /);
  });
});

describe("drawBlocks", () => {
  it("draws as many blocks as there are, each equally often", () => {
    const drawn = drawBlocks(createRandom(1), 4000, 5);
    for (let d = 0; d < 4000; d++) expect(mean(drawn.data.subarray(5 * d, 5 * d + 5))).toBe(1);
    for (let b = 0; b < 5; b++) {
      let sum = 0;
      let square = 0;
      for (let d = 0; d < 4000; d++) {
        sum += drawn.data[5 * d + b]! / 4000;
        square += drawn.data[5 * d + b]! ** 2 / 4000;
      }
      // binomial(5, 1/5): mean 1, variance 4/5
      expect(Math.abs(sum - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 4000));
      expect(Math.abs(square - sum * sum - 0.8)).toBeLessThan(0.1);
    }
  });
  it("is the same for the same seed", () => {
    expect(drawBlocks(createRandom(2), 9, 4)).toEqual(drawBlocks(createRandom(2), 9, 4));
    expect(drawBlocks(createRandom(2), 9, 4)).not.toEqual(drawBlocks(createRandom(3), 9, 4));
  });
  it("refuses no draws and no blocks", () => {
    expect(() => drawBlocks(createRandom(1), 0, 4)).toThrow(/drawBlocks: draws/);
    expect(() => drawBlocks(createRandom(1), 4, 0)).toThrow(/drawBlocks: blocks/);
  });
});
