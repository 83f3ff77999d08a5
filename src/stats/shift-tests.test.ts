import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/index.ts";
import { addShifted, countShifts, testPairedShift } from "./shift-tests.ts";

const how = { alternative: "greater", random: createRandom(1) } as const;
const noise = (random: Random, length: number) => Float64Array.from({ length }, () => random.normal());
const sumsOf = (u: Float64Array, d: Float64Array, runLengths: readonly number[]) => {
  const out = new Float64Array(u.length);
  addShifted(u, d, runLengths, out);
  return out;
};

describe("addShifted", () => {
  it("sums the products of every circular shift, run by run, onto what is there", () => {
    const random = createRandom(2);
    const runLengths = [4, 1, 3];
    const [u, d] = [noise(random, 8), noise(random, 8)];
    const out = new Float64Array(8).fill(1);
    addShifted(u, d, runLengths, out);
    let start = 0;
    for (const length of runLengths) {
      for (let s = 0; s < length; s++) {
        let sum = 1;
        for (let i = 0; i < length; i++) sum += u[start + i]! * d[start + ((i + s) % length)]!;
        expect(out[start + s]).toBeCloseTo(sum, 12);
      }
      start += length;
    }
  });
});

describe("testPairedShift", () => {
  it("counts all shifts where there are few: by hand, 6 of two runs", () => {
    // sums of the first run 3 1 2, of the second 5 0: totals 8 3 | 6 1 | 7 2
    const sums = Float64Array.of(3, 1, 2, 5, 0);
    const one = testPairedShift([sums], { ...how, runLengths: [3, 2] });
    expect(one).toMatchObject({ exact: true, shifts: 6, draws: 6, smallestP: 1 / 6 });
    expect([...one.p]).toEqual([1 / 6]);
    const middling = testPairedShift([Float64Array.of(2, 1, 3, 5, 0)], { ...how, runLengths: [3, 2] });
    expect([...middling.p]).toEqual([2 / 6]);
    const below = testPairedShift([sums.map((value) => -value)], { ...how, runLengths: [3, 2] });
    expect([...below.p]).toEqual([1]);
    const either = testPairedShift([sums.map((value) => -value)], {
      ...how,
      alternative: "two-sided",
      runLengths: [3, 2],
    });
    expect([...either.p]).toEqual([1 / 6]);
  });
  it("draws shifts where there are many, with no p of zero, and the same p from the same seed", () => {
    const random = createRandom(3);
    const u = noise(random, 120);
    const sums = sumsOf(u, u, [60, 60]);
    const test = () =>
      testPairedShift([sums], {
        alternative: "greater",
        random: createRandom(4),
        draws: 199,
        runLengths: [60, 60],
      });
    expect(test()).toMatchObject({ exact: false, draws: 199, smallestP: 1 / 200, shifts: 3600 });
    expect(test().p[0]).toBe(1 / 200);
    expect(test()).toEqual(test());
    expect(countShifts([60, 0, 2])).toBe(120);
  });
  it("finds a small model that is better on slow noise, and corrects over tests by the maximum", () => {
    const random = createRandom(5);
    const u = noise(random, 200);
    const better = u.map((value) => 0.3 * value + random.normal());
    const others = Array.from({ length: 6 }, () => noise(random, 200));
    const { p, pMax } = testPairedShift(
      [better, ...others].map((d) => sumsOf(u, d, [200])),
      { ...how, runLengths: [200] },
    );
    expect(p[0]).toBe(1 / 200);
    expect(pMax[0]).toBeLessThan(0.05);
    for (const k of p.keys()) expect(pMax[k]).toBeGreaterThanOrEqual(p[k]!);
    const alone = testPairedShift([sumsOf(u, better, [200])], { ...how, runLengths: [200] });
    expect([...alone.pMax]).toEqual([...alone.p]);
  });
  it("keeps its level with autocorrelated errors: at most .05 and what 400 null studies leave to chance", () => {
    const random = createRandom(6);
    const slow = () => {
      let last = random.normal();
      return Float64Array.from({ length: 150 }, () => (last = 0.8 * last + 0.6 * random.normal()));
    };
    let [passed, naive] = [0, 0];
    const studies = 400;
    for (let k = 0; k < studies; k++) {
      const [u, d] = [slow(), slow()];
      const { p } = testPairedShift([sumsOf(u, d, [150])], { ...how, runLengths: [150] });
      if (p[0]! <= 0.05) passed++;
      const r = u.reduce((sum, x, i) => sum + x * d[i]!, 0) / 150;
      if (r * Math.sqrt(150) > 1.645) naive++; // as if samples were independent
    }
    expect(passed / studies).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / studies));
    expect(passed / studies).toBeGreaterThan(0.05 - 3 * Math.sqrt((0.05 * 0.95) / studies));
    expect(naive / studies).toBeGreaterThan(0.12);
  });
  it("is NaN where a test is undefined, and takes no other with it", () => {
    const random = createRandom(7);
    const good = noise(random, 30);
    const undefined_ = new Float64Array(30).fill(Number.NaN);
    const both = testPairedShift([undefined_, good], { ...how, runLengths: [30] });
    const alone = testPairedShift([good], { ...how, runLengths: [30] });
    expect(both.p[0]).toBeNaN();
    expect(both.pMax[0]).toBeNaN();
    expect(both.p[1]).toBe(alone.p[0]);
    expect(both.pMax[1]).toBe(alone.pMax[0]);
  });
  it("refuses sums that do not fit the runs", () => {
    expect(() => testPairedShift([new Float64Array(9)], { ...how, runLengths: [5, 5] })).toThrow(
      "testPairedShift: every test needs one sum a shift, 10 in all; got 9.",
    );
    expect(() => testPairedShift([new Float64Array(10)], { ...how, runLengths: [5, 5], draws: 5 })).toThrow(
      /draws/,
    );
  });
});
