import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, fromRows, type Matrix } from "../core/index.ts";
import { testSignFlip } from "./index.ts";
import { gap } from "./null.fixture.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

const table = (rows: number[][]): Matrix<"people", "tests"> => fromRows(["people", "tests"], rows);
const reference = references.signFlip;
const random = createRandom(1);
const draw = (seed: number, people: number, tests: number, shift = 0) => {
  const own = createRandom(seed).stream("values");
  return table(
    Array.from({ length: people }, () => Array.from({ length: tests }, () => own.normal() + shift)),
  );
};

describe("testSignFlip", () => {
  it("gives scipy.stats.permutation_test's exact p over all patterns, one- and two-sided", () => {
    const values = table(reference.values);
    const greater = testSignFlip(values, { alternative: "greater", random });
    const twoSided = testSignFlip(values, { alternative: "two-sided", random });
    expect(gap(greater.p, reference.greater)).toBeLessThan(1e-12);
    expect(gap(twoSided.p, reference.twoSided)).toBeLessThan(1e-12);
    expect(greater).toMatchObject({ exact: true, draws: 512, smallestP: 1 / 512 });
    expect(twoSided.smallestP).toBe(2 / 512);
  });
  it("gives the maximum statistic of scipy's t over all patterns", () => {
    const values = table(reference.values);
    expect(
      gap(testSignFlip(values, { alternative: "greater", random }).pMax, reference.greaterMax),
    ).toBeLessThan(1e-12);
    expect(
      gap(testSignFlip(values, { alternative: "two-sided", random }).pMax, reference.twoSidedMax),
    ).toBeLessThan(1e-12);
  });
  it("comes close to the exact p with seeded draws beyond 16 people", () => {
    // people 17 … with value 0 change nothing: the exact p of the other nine holds
    const padded = table([...reference.values, ...Array.from({ length: 8 }, () => [0, 0, 0, 0])]);
    const sampled = testSignFlip(padded, { alternative: "greater", random, draws: 9999 });
    expect(sampled).toMatchObject({ exact: false, draws: 9999, smallestP: 1e-4 });
    for (const [k, p] of reference.greater.entries())
      expect(Math.abs((sampled.p[k] as number) - p)).toBeLessThan(
        4 * Math.sqrt((p * (1 - p)) / 9999) + 1 / 9999,
      );
  });
  it("never gives less than the smallest p it prints, nor 0, with 1 to 20 people all in favour", () => {
    for (const people of [1, 2, 8, 15, 16, 17, 20])
      for (const alternative of ["greater", "two-sided"] as const) {
        const values = table(Array.from({ length: people }, (_, i) => [1 + i / 10, 2]));
        const { p, pMax, smallestP } = testSignFlip(values, { alternative, random, draws: 199 });
        for (const value of [...p, ...pMax]) expect(value).toBeGreaterThanOrEqual(smallestP);
        if (people <= 16) {
          expect(p[0]).toBe(Math.min(1, (alternative === "greater" ? 1 : 2) / 2 ** people));
          expect(smallestP).toBe(p[0]);
        }
      }
  });
  it("orders its p: two-sided is twice one-sided where the mean is positive; corrected is never below p", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 9 }), (seed, people) => {
        const values = draw(seed, people, 3, 0.4);
        const one = testSignFlip(values, { alternative: "greater", random });
        const two = testSignFlip(values, { alternative: "two-sided", random });
        const scaled = testSignFlip(
          table(
            Array.from({ length: people }, (_, i) =>
              [1, 1e-6, 1e6].map((s, k) => s * (values.data[3 * i + k] as number)),
            ),
          ),
          { alternative: "greater", random },
        );
        for (let k = 0; k < 3; k++) {
          const mean = Array.from({ length: people }, (_, i) => values.data[3 * i + k] as number).reduce(
            (a, b) => a + b,
          );
          if (mean > 0) expect(two.p[k]).toBeCloseTo(Math.min(1, 2 * (one.p[k] as number)), 12);
          expect(one.pMax[k]).toBeGreaterThanOrEqual(one.p[k] as number);
        }
        expect(gap(scaled.p, one.p)).toBe(0); // no test's unit matters, alone or within the family
        expect(gap(scaled.pMax, one.pMax)).toBe(0);
      }),
      { numRuns: 30, seed: 1 },
    );
  });
  it("by hand: 1, 2, −1 has sums of at least 2 in 3 of 8 patterns", () => {
    // 4, 2 (given), 2 (−1, 2, 1) … 1 + 2 + 1 = 4; 1 + 2 − 1 = 2; −1 + 2 + 1 = 2
    expect(testSignFlip(table([[1], [2], [-1]]), { alternative: "greater", random }).p[0]).toBe(3 / 8);
  });
  it("leaves a person without a value out of that test only, and is NaN where nobody has one", () => {
    const values = table([
      [1, Number.NaN, Number.NaN],
      [2, 1, Number.NaN],
      [3, 2, Number.NaN],
    ]);
    const { p, pMax } = testSignFlip(values, { alternative: "greater", random });
    expect([...p]).toEqual([1 / 8, 1 / 4, Number.NaN]);
    expect(pMax[2]).toBeNaN();
    expect(testSignFlip(table([[0], [0]]), { alternative: "greater", random }).p[0]).toBe(1);
  });
  it("holds its level on symmetric heavy-tailed noise; a t-test over 100 voxels of each person does not", () => {
    const own = createRandom(3).stream("null");
    const simulations = 400;
    let [flip, family, naive] = [0, 0, 0];
    for (let k = 0; k < simulations; k++) {
      // 8 people; two regions; a person's voxels share the person's own error
      const people = Array.from({ length: 8 }, () => [own.normal() ** 3, own.normal()]);
      const { p, pMax } = testSignFlip(table(people), { alternative: "greater", random: own });
      if ((p[1] as number) <= 0.05) flip++;
      if (Math.min(...pMax) <= 0.05) family++;
      const voxels = people.flatMap((person) =>
        Array.from({ length: 100 }, () => person[1]! + 0.5 * own.normal()),
      );
      const mean = voxels.reduce((a, b) => a + b) / voxels.length;
      const error = Math.sqrt(
        voxels.reduce((s, v) => s + (v - mean) ** 2, 0) / (voxels.length - 1) / voxels.length,
      );
      if (mean / error > 1.645) naive++;
    }
    // exact tests: .05 (12/256 = .047 for one test); binomial standard error .011
    const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / simulations);
    expect(flip / simulations).toBeLessThan(limit);
    expect(flip / simulations).toBeGreaterThan(0.047 - 0.033);
    expect(family / simulations).toBeLessThan(limit);
    expect(naive / simulations).toBeGreaterThan(0.3);
  });
  it("gives the same p for the same seed, and refuses too few draws", () => {
    const values = draw(4, 18, 2);
    const once = () =>
      testSignFlip(values, { alternative: "two-sided", random: createRandom(9), draws: 500 }).p;
    expect(once()).toEqual(once());
    expect(() => testSignFlip(values, { alternative: "greater", random, draws: 20 })).toThrow(
      /testSignFlip: draws must be a whole number in \[99, Infinity\]; got 20/,
    );
  });
});
