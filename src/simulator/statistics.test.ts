import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses } from "../core/index.ts";
import { correlate } from "../stats/index.ts";
import { conformalHalfWidth, percentilesOf } from "./conformal.ts";
import { contrastSets } from "./contrast.ts";
import { conjoin, dice, localise } from "./localise.ts";
import { testLargest } from "./max-test.ts";

const random = createRandom(7);
const noise = (rows: number, cols: number): Responses =>
  matrix(
    ["samples", "targets"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );

describe("conformalHalfWidth", () => {
  it("by hand: the ⌈(n + 1) · level⌉-th smallest of the sizes", () => {
    expect(conformalHalfWidth([3, -1, 2, -4, 5, -6, 7, 8, -9], 0.9)).toBe(9);
    expect(conformalHalfWidth([3, -1, 2, -4, 5, -6, 7, 8, -9], 0.5)).toBe(5);
    expect(conformalHalfWidth([1, 2], 0.9)).toBe(Number.POSITIVE_INFINITY);
  });
  it("holds a new response of any distribution as often as it says", () => {
    let held = 0;
    for (let k = 0; k < 2000; k++) {
      const draw = () => random.gamma(0.7) * (random.uniform() < 0.5 ? 1 : -3);
      if (Math.abs(draw()) <= conformalHalfWidth(Array.from({ length: 49 }, draw), 0.9)) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.87); // exactly .9; standard error .0067
    expect(held / 2000).toBeLessThan(0.93);
  });
  it("refuses a level that is none", () =>
    expect(() => conformalHalfWidth([1], 1)).toThrow(/level must lie/));
});

it("percentilesOf interpolates between order statistics", () => {
  const percentiles = percentilesOf([0, 10]);
  expect([percentiles[0], percentiles[25], percentiles[100]]).toEqual([0, 2.5, 10]);
});

describe("testLargest", () => {
  it("gives the correlation of every target, and p below the level for one that is predicted", () => {
    const Y = noise(120, 6);
    const P = noise(120, 6);
    for (let i = 0; i < 120; i++)
      P.data[i * 6 + 2] = (Y.data[i * 6 + 2] as number) + 0.5 * (P.data[i * 6 + 2] as number);
    const { r, p, threshold } = testLargest(Y, P, { runLengths: [60, 60], draws: 999, level: 0.05, random });
    for (const [t, value] of correlate(Y, P).entries()) expect(r[t]).toBeCloseTo(value, 10);
    expect(p[2]).toBe(0.001);
    expect([...p].filter((value) => value <= 0.05)).toHaveLength(1);
    expect(r.filter((value) => value >= threshold)).toHaveLength(1);
  });
  it("keeps no target at all in 95 of 100 studies where nothing is there, smooth as the responses are", () => {
    let studies = 0;
    for (let k = 0; k < 150; k++) {
      const smooth = () => {
        const one = noise(60, 12);
        for (let i = 1; i < 60; i++)
          for (let t = 0; t < 12; t++)
            one.data[i * 12 + t] =
              0.6 * (one.data[(i - 1) * 12 + t] as number) + 0.8 * (one.data[i * 12 + t] as number);
        return one;
      };
      const { p } = testLargest(smooth(), smooth(), { runLengths: [30, 30], draws: 99, level: 0.05, random });
      if (p.some((value) => value <= 0.05)) studies++;
    }
    expect(studies / 150).toBeLessThan(0.12); // .05, standard error .018; ends of runs do not join smoothly
  });
  it("leaves constant targets undefined", () => {
    const flat = matrix(["samples", "targets"], 20, 1, new Float64Array(20).fill(3));
    const { p } = testLargest(flat, noise(20, 1), { runLengths: [20], draws: 99, level: 0.05, random });
    expect(p[0]).toBeNaN();
  });
});

const set = (rows: readonly (readonly number[])[]) => ({
  responses: Float32Array.from(rows.flat()),
  stimuli: rows.length,
  targets: rows[0]?.length ?? 0,
});

describe("contrastSets and localise", () => {
  const draw = (level: number) =>
    Array.from({ length: 20 }, () => [level + random.normal(), random.normal(), 5]);
  const found = contrastSets([set(draw(2)), set(draw(0))], { random, draws: 199 });
  it("by hand: the share of the variance between the sets", () => {
    const { effect, difference, between } = contrastSets([set([[1], [3]]), set([[5], [7]])], {
      random,
      draws: 19,
    });
    expect(effect[0]).toBeCloseTo(16 / 20, 12);
    expect(difference[0]).toBe(-4);
    expect(between[0]).toBe(2);
  });
  it("find the target whose sets differ, corrected over targets, and leave constant ones undefined", () => {
    expect(found.p[0]).toBe(0.005);
    expect(found.p[1]).toBeGreaterThan(0.05);
    expect(found.effect[2]).toBeNaN();
    expect([...localise(found, [1, 1, 1])]).toEqual([1, 0, 0]);
  });
  it("never localise outside the mask, nor a target that prefers the other set, nor one whose difference is small", () => {
    expect([...localise(found, [0, 1, 1])]).toEqual([0, 0, 0]);
    const other = contrastSets([set(draw(0)), set(draw(2))], { random, draws: 199 });
    expect([...localise(other, [1, 1, 1])]).toEqual([0, 0, 0]);
    expect([...localise(other, [1, 1, 1], { direction: "either" })]).toEqual([1, 0, 0]);
    const size = { least: 0.5, reference: [100, 100, 100] };
    expect([...localise(found, [1, 1, 1], { size })]).toEqual([0, 0, 0]);
  });
  it("refuse what is no contrast", () => {
    expect(() => contrastSets([set([[1], [2]])], { random })).toThrow(/two or more sets/);
    expect(() =>
      contrastSets(
        [
          set([[1], [2]]),
          set([
            [1, 2],
            [2, 3],
          ]),
        ],
        { random },
      ),
    ).toThrow(/same targets; got 1, 2/);
    expect(() => localise(found, [1])).toThrow(/got 1 for 3/);
  });
  it("conjoin: all of the first, none of the second; Dice counts the overlap", () => {
    const located = conjoin([Uint8Array.of(1, 1, 0, 1)], [Uint8Array.of(0, 1, 0, 0)]);
    expect([...located]).toEqual([1, 0, 0, 1]);
    expect(dice(located, [1, 0, 1, 0])).toBe(0.5);
    expect(dice([0], [0])).toBeNaN();
  });
});
