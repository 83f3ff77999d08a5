import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, fromRows, type Matrix } from "../core/index.ts";
import { testEquivalence } from "./index.ts";
import { gap } from "./null.fixture.ts";

/** Answers of scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));
const table = (rows: number[][]): Matrix<"people", "tests"> => fromRows(["people", "tests"], rows);
const random = createRandom(1);
const draw = (seed: number, people: number, shift = 0, spread = 1) => {
  const own = createRandom(seed).stream("differences");
  return table(Array.from({ length: people }, () => [shift + spread * own.normal()]));
};

describe("testEquivalence", () => {
  it("gives the larger of scipy's two one-sided exact p against the margins", () => {
    const { values, delta, p } = references.equivalence;
    const ours = testEquivalence(table(values), { delta, random });
    expect(gap(ours.p, p)).toBeLessThan(1e-12);
    expect(ours).toMatchObject({ exact: true, draws: 512, smallestP: 1 / 512 });
  });
  it("has as bound the smallest delta that it would call significant", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 5, max: 9 }), (seed, people) => {
        const values = draw(seed, people, 0.3);
        const [bound] = testEquivalence(values, { delta: 1, random }).bound;
        expect(testEquivalence(values, { delta: bound! + 1e-6, random }).p[0]).toBeLessThanOrEqual(0.05);
        if (bound! > 1e-6)
          expect(testEquivalence(values, { delta: bound! - 1e-6, random }).p[0]).toBeGreaterThan(0.05);
      }),
      { numRuns: 25, seed: 1 },
    );
  });
  it("by hand: five differences of 0.1 exclude .1 at 1/32, and four people nothing at .05", () => {
    const five = testEquivalence(table([[0.1], [0.1], [0.1], [0.1], [0.1]]), { delta: 0.2, random });
    expect([five.p[0], five.smallestP]).toEqual([1 / 32, 1 / 32]);
    expect(five.bound[0]).toBeCloseTo(0.1, 14);
    const four = testEquivalence(table([[0], [0], [0], [0]]), { delta: 1, random });
    expect([four.p[0], four.bound[0]]).toEqual([1 / 16, Number.POSITIVE_INFINITY]);
  });
  it("is no test of a difference: it is not significant for noise that is too wide to tell", () => {
    expect(testEquivalence(draw(2, 10, 0, 10), { delta: 0.5, random }).p[0]).toBeGreaterThan(0.3);
    expect(testEquivalence(draw(2, 10, 3, 0.1), { delta: 0.5, random }).p[0]).toBe(1);
    expect(testEquivalence(draw(2, 10, 0, 0.1), { delta: 0.5, random }).p[0]).toBe(1 / 1024);
  });
  it("comes close to the exact p and bound with draws beyond 16 people", () => {
    const values = draw(3, 10, 0.2);
    const padded = table([
      ...Array.from(values.data, (v) => [v]),
      ...Array.from({ length: 8 }, () => [Number.NaN]),
    ]);
    const [exact, drawn] = [values, padded].map((v) =>
      testEquivalence(v, { delta: 0.8, random, draws: 9999 }),
    );
    expect(drawn).toMatchObject({ exact: false, smallestP: 1e-4 });
    expect(Math.abs(drawn!.p[0]! - exact!.p[0]!)).toBeLessThan(0.012);
    expect(Math.abs(drawn!.bound[0]! - exact!.bound[0]!)).toBeLessThan(0.05);
  });
  it("has p and bound of the same draws: p is at most the level just above the bound and not just below", () => {
    for (let seed = 10; seed < 20; seed++) {
      const values = draw(seed, 25, 0.3);
      const of = (delta: number) => testEquivalence(values, { delta, random, draws: 199 });
      const bound = of(1).bound[0]!;
      expect(testEquivalence(values, { random, draws: 199 }).bound[0]).toBe(bound);
      expect(of(bound + 1e-6).p[0]).toBeLessThanOrEqual(0.05);
      expect(of(bound - 1e-6).p[0]).toBeGreaterThan(0.05);
    }
  });
  it("corrects over a family by the maximum of both sides: some difference of delta or more is missed in at most .05 of families", () => {
    let [missed, single] = [0, 0];
    const families = 400;
    for (let seed = 0; seed < families; seed++) {
      const own = createRandom(seed).stream("family");
      // differences of delta on either side: whatever is concluded is wrong
      const rows = Array.from({ length: 8 }, () =>
        Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? 1 : -1) + own.normal()),
      );
      const { p, pMax } = testEquivalence(table(rows), { delta: 1, random });
      if (pMax.some((value) => value <= 0.05)) missed++;
      if (p.some((value) => value <= 0.05)) single++;
      for (const [k, value] of p.entries()) expect(pMax[k]).toBeGreaterThanOrEqual(value);
    }
    expect(missed / families).toBeLessThan(0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / families));
    expect(single / families).toBeGreaterThan(0.2);
  });
  it("is NaN where nobody has a value or no delta is asked for, and refuses a delta of 0", () => {
    expect(testEquivalence(table([[Number.NaN], [Number.NaN]]), { delta: 1, random }).p[0]).toBeNaN();
    expect(testEquivalence(draw(1, 5), { random }).p[0]).toBeNaN();
    expect(() => testEquivalence(draw(1, 5), { delta: 0, random })).toThrow(
      /testEquivalence: delta must be above 0, the largest difference that counts as none; got 0/,
    );
  });
});
