import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutsRuns, makeFolds, restrictFolds } from "./index.ts";

describe("makeFolds", () => {
  it("tests every row once, never trains on a test row, keeps the gap", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 12, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        (lengths, count, gap) => {
          const runs = lengths.flatMap((n, run) => new Array<number>(n).fill(run));
          const folds = makeFolds(runs, { folds: count, gap });
          const tested = folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b);
          expect(tested).toEqual(runs.map((_, i) => i));
          for (const { train, test } of folds)
            for (const i of test)
              for (let d = -gap; d <= gap; d++)
                if (runs[i + d] === runs[i]) expect(train.includes(i + d)).toBe(false);
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });
  it("cuts one run as numpy's array_split does", () => {
    const sizes = makeFolds(new Int32Array(11), { folds: 4 }).map((fold) => fold.test.length);
    expect(sizes).toEqual([3, 3, 3, 2]);
  });
  it("keeps whole runs and whole groups together", () => {
    const runs = [0, 0, 1, 1, 2, 2, 3, 3];
    const byRun = makeFolds(runs, { folds: 2 });
    expect([...(byRun[0]?.test ?? [])]).toEqual([0, 1, 4, 5]);
    expect(cutsRuns(runs, byRun)).toBe(false);
    const byGroup = makeFolds(new Int32Array(8), { folds: 2, groups: [7, 7, 7, 4, 4, 9, 9, 2] });
    expect([...(byGroup[0]?.test ?? [])]).toEqual([0, 1, 2, 3, 4]);
    expect(cutsRuns(new Int32Array(8), byGroup)).toBe(true);
  });
  it("renumbers folds for a subset of the rows", () => {
    const folds = makeFolds([0, 0, 1, 1, 2, 2], { folds: 3 });
    const inner = restrictFolds(folds, [2, 3, 4, 5]);
    expect([...(inner[1]?.test ?? [])]).toEqual([0, 1]);
    expect([...(inner[1]?.train ?? [])]).toEqual([2, 3]);
  });
  it("refuses more folds than groups, and gaps that leave nothing", () => {
    expect(() => makeFolds([0, 0, 0], { folds: 3, groups: [1, 1, 2] })).toThrow(
      /3 folds need at least 3 groups; got 2/,
    );
    expect(() => makeFolds(new Int32Array(6), { folds: 2, gap: 3 })).toThrow(/fold 0 has 0 training/);
  });
});
