import { describe, expect, it } from "vitest";
import { createRandom } from "./index.ts";

const draw = (n: number, next: () => number) => Float64Array.from({ length: n }, next);
const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: Float64Array) => {
  const centre = mean(x);
  return mean(x.map((v) => (v - centre) ** 2));
};

describe("createRandom", () => {
  it("gives the same numbers for the same seed, now and in later versions", () => {
    const random = createRandom(7);
    const first = [random.integer(1000), random.integer(1000), random.integer(1000)];
    expect(first).toEqual([828, 148, 151]);
    expect(createRandom(0).uniform()).toBe(createRandom(0).uniform());
    expect(createRandom(0).uniform()).not.toBe(createRandom(1).uniform());
  });
  it("gives named streams that neither disturb nor repeat each other", () => {
    const random = createRandom(3);
    const before = createRandom(3);
    const noise = random.stream("noise");
    draw(10, noise.normal);
    expect(random.uniform()).toBe(before.uniform());
    expect(random.stream("noise").uniform()).toBe(createRandom(3).stream("noise").uniform());
    expect(random.stream("noise").uniform()).not.toBe(random.stream("folds").uniform());
  });
  it("has uniform, normal and gamma moments", () => {
    const random = createRandom(11);
    const u = draw(40_000, random.uniform);
    expect(mean(u)).toBeCloseTo(0.5, 2);
    expect(variance(u)).toBeCloseTo(1 / 12, 2);
    const z = draw(40_000, random.normal);
    expect(Math.abs(mean(z))).toBeLessThan(4 / 200); // four standard errors
    expect(Math.abs(variance(z) - 1)).toBeLessThan(4 * Math.sqrt(2 / 40_000));
    for (const shape of [0.3, 2.5]) {
      const g = draw(40_000, () => random.gamma(shape));
      expect(Math.abs(mean(g) - shape)).toBeLessThan(4 * Math.sqrt(shape / 40_000));
    }
  });
  it("draws from the simplex and permutes evenly", () => {
    const random = createRandom(5);
    const w = random.dirichlet([0.1, 1, 10]);
    expect(w.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const counts = new Float64Array(9);
    for (let k = 0; k < 9000; k++) {
      const order = random.permutation(3);
      for (let i = 0; i < 3; i++) counts[3 * i + (order[i] as number)]! += 1;
    }
    for (const c of counts) expect(Math.abs(c - 3000)).toBeLessThan(4 * Math.sqrt(9000 * (1 / 3) * (2 / 3)));
  });
  it("draws single cycles evenly", () => {
    const random = createRandom(6);
    const counts = new Map<string, number>();
    for (let k = 0; k < 6000; k++) {
      const next = random.cycle(4);
      const seen: number[] = [];
      for (let i = 0; seen.length < 4; i = next[i] as number) seen.push(i);
      expect(new Set(seen).size).toBe(4); // all in one round
      counts.set(next.join(), (counts.get(next.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6); // (4 − 1)!
    for (const c of counts.values())
      expect(Math.abs(c - 1000)).toBeLessThan(4 * Math.sqrt(6000 * (1 / 6) * (5 / 6)));
    expect([...random.cycle(1)]).toEqual([0]);
  });
  it("refuses seeds and sizes that make no sense", () => {
    expect(() => createRandom(0.5)).toThrow(/seed must be a whole number; got 0.5/);
    expect(() => createRandom(0).integer(0)).toThrow(/got 0/);
    expect(() => createRandom(0).pick([])).toThrow(/empty/);
    expect(() => createRandom(0).gamma(0)).toThrow(/shape must be > 0/);
  });
});
