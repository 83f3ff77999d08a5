import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses, takeRows } from "../core/index.ts";
import { explainableVariance, maskByReliability } from "./index.ts";
import { drawAr1, gap, mean } from "./null.fixture.ts";

/** Two repeats of 160 samples; the first half is judged, the second scored. */
function simulate(seed: number, targets: number, share: number): Responses[] {
  const random = createRandom(seed).stream("mask");
  const signal = drawAr1(random, 160, targets, 0.4);
  return [0, 1].map(() => {
    const noise = drawAr1(random, 160, targets, 0.4);
    const data = noise.data.map((v, k) => Math.sqrt(share) * signal.data[k]! + Math.sqrt(1 - share) * v);
    return matrix(noise.axes, 160, targets, data as Float64Array<ArrayBuffer>);
  });
}
const rows = Array.from({ length: 80 }, (_, i) => i);
const scoredRows = rows.map((i) => i + 80);
const ceilingOf = (repeats: readonly Responses[], on: readonly number[], keep: readonly boolean[]) =>
  mean(explainableVariance(repeats.map((one) => takeRows(one, on))).filter((_, t) => keep[t]));

describe("maskByReliability", () => {
  it("chosen on rows of its own leaves the ceiling of the scored rows unbiased; chosen on the scored rows it doubles it", () => {
    const repeats = simulate(1, 1500, 0.1);
    const mask = maskByReliability(repeats, { rows, scoredRows, least: 0.2 });
    expect(mask.kept).toBeGreaterThan(150);
    expect(Math.abs(ceilingOf(repeats, scoredRows, mask.keep) - 0.1)).toBeLessThan(0.03);
    const circular = maskByReliability(repeats, { rows: scoredRows, scoredRows: rows, least: 0.2 });
    expect(ceilingOf(repeats, scoredRows, circular.keep)).toBeGreaterThan(0.2);
  });
  it("keeps reliable targets and drops noise", () => {
    const [good, noise] = [simulate(2, 20, 0.8), simulate(3, 20, 0)];
    const { keep, kept, reliability } = maskByReliability(good, { rows, scoredRows, least: 0.5 });
    expect([kept, keep.length]).toEqual([20, 20]);
    expect(gap(reliability, explainableVariance(good.map((one) => takeRows(one, rows))))).toBe(0);
    expect(maskByReliability(noise, { rows, scoredRows, least: 0.5 }).kept).toBe(0);
  });
  it("drops constant targets, whose reliability is undefined", () => {
    const flat = [0, 1].map(() => matrix(["samples", "targets"], 160, 1, new Float64Array(160).fill(3)));
    expect(maskByReliability(flat, { rows, scoredRows, least: 0 }).keep).toEqual([false]);
  });
  it("refuses rows that are both judged and scored, naming the first", () => {
    const repeats = simulate(4, 2, 0.5);
    expect(() => maskByReliability(repeats, { rows: [1, 2, 3], scoredRows: [3, 4], least: 0.1 })).toThrow(
      /must not be chosen on rows that are scored; 1 rows are both, the first is row 3/,
    );
    expect(() => maskByReliability(repeats, { rows, scoredRows, least: 20 })).toThrow(/least .* got 20/);
  });
});
