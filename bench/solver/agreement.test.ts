import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, compareAnswers, median } from "./agreement.ts";

const answer = (cvScores: number[], alphaIndex: number[], weightingIndex: number[]): Answer => ({
  cvScores,
  alphaIndex,
  weightingIndex,
});

describe("compareAnswers", () => {
  it("finds the largest difference of scores and the targets that chose otherwise", () => {
    const a = answer([-1, -0.5, -0.25, -1], [0, 1], [0, 1]);
    const b = answer([-1, -0.5, -0.5, -1.125], [0, 2], [0, 1]);
    expect(compareAnswers(a, b)).toEqual({ largest: 0.25, equal: 0.5, differing: Int32Array.of(1) });
  });

  it("says that an answer agrees with itself, and is the same in both directions", () => {
    const index = fc.array(fc.nat(3), { minLength: 4, maxLength: 4 });
    const scores = fc.array(fc.double({ min: -2, max: 0, noNaN: true }), { minLength: 8, maxLength: 8 });
    const answers = fc.tuple(scores, index, index).map(([s, a, w]) => answer(s, a, w));
    fc.assert(
      fc.property(answers, answers, (a, b) => {
        expect(compareAnswers(a, a)).toEqual({ largest: 0, equal: 1, differing: new Int32Array(0) });
        expect(compareAnswers(a, b)).toEqual(compareAnswers(b, a));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("does not hide a score that only one side has", () => {
    const [a, b] = [answer([Number.NaN, -1], [0], [0]), answer([-1, -1], [0], [0])];
    expect(compareAnswers(a, b).largest).toBe(Number.POSITIVE_INFINITY);
    expect(compareAnswers(a, a).largest).toBe(0);
  });

  it("refuses answers of different sizes", () => {
    expect(() => compareAnswers(answer([-1], [0], [0]), answer([-1, -1], [0, 0], [0, 0]))).toThrow(
      "got 1 and 2 scores of 1 and 2 targets",
    );
  });
});

describe("median", () => {
  it("is the middle, or the mean of both middles", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
