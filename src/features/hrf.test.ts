import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column, createRandom, type Features, fromRows, matrix } from "../core/index.ts";
import { canonicalHrf, convolve } from "./index.ts";

const library = join(process.env.SIMCORTEX_DATA ?? "../shared/data", "hrf", "getcanonicalhrflibrary.tsv");

describe("canonicalHrf", () => {
  it("agrees with SPM's spm_hrf (scipy.stats.gamma 1.17: pdf(t, 6) − pdf(t, 16) / 6, divided by its sum)", () => {
    const h = canonicalHrf({ step: 2 });
    const expected = [
      0, 0.08656608099363557, 0.3748882364716897, 0.3849233817454617, 0.21611731564655726,
      0.07686956525508504, 0.001620177198000761, -0.03060781173404494, -0.037306078132999215,
      -0.030837371598872943,
    ];
    expect(h.length).toBe(17);
    for (const [k, value] of expected.entries()) expect(h[k]).toBeCloseTo(value, 13);
    const fine = canonicalHrf({ step: 0.5 });
    expect(fine.length).toBe(65);
    expect(fine[9]).toBeCloseTo(0.10247909923725661, 13);
    expect(canonicalHrf({ step: 0.1 }).length).toBe(321);
    expect(canonicalHrf({ step: 1.1, duration: 3.3 }).length).toBe(4); // 3.3 / 1.1 is a little below 3
  });
  it.skipIf(!existsSync(library))("correlates with GLMsingle's library of 20 canonical responses", () => {
    const rows = readFileSync(library, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split("\t").map(Number));
    const h = canonicalHrf({ step: 0.1, duration: 50 });
    const scores = Array.from({ length: 20 }, (_, j) =>
      correlation(
        h,
        Float64Array.from(rows, (r) => r[j] as number),
      ),
    );
    expect(rows.length).toBe(h.length);
    const best = scores.indexOf(Math.max(...scores));
    expect(scores[best]).toBeGreaterThan(0.98); // the library's response that peaks at 4.9 s
    expect(best).toBe(13);
    for (
      let j = 1;
      j < 20;
      j++ // early and late responses are ever less like SPM's
    )
      expect(((scores[j] as number) - (scores[j - 1] as number)) * (j <= best ? 1 : -1)).toBeGreaterThan(0);
  });
  it("peaks near 5 s, undershoots near 15.7 s and sums to 1 at any step", () => {
    for (const step of [0.05, 0.72, 1.5]) {
      const h = canonicalHrf({ step });
      expect(h.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.abs(h.indexOf(Math.max(...h)) * step - 5)).toBeLessThanOrEqual(step);
      expect(Math.abs(h.indexOf(Math.min(...h)) * step - 15.749)).toBeLessThanOrEqual(step);
    }
  });
  it("refuses grids and shapes that make no response", () => {
    expect(() => canonicalHrf({ step: 0 })).toThrow(/step must be/);
    expect(() => canonicalHrf({ step: 40 })).toThrow(/duration \/ step \+ 1 must be a whole number in \[2/);
    expect(() => canonicalHrf({ step: 1, peak: 1 })).toThrow(/peak must be/);
    expect(() => canonicalHrf({ step: 1, peak: 6, undershoot: 6, ratio: 1 })).toThrow(
      /cannot be scaled to 1/,
    );
  });
});

describe("convolve", () => {
  it("gives back the kernel for an impulse and nothing before it, by hand", () => {
    const X = fromRows(
      ["samples", "features"],
      [
        [0, 1],
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 2],
      ],
      "float32",
    );
    const out = convolve(X, [3, 2, 1]);
    expect([...column(out, 0)]).toEqual([0, 3, 2, 1, 0]);
    expect([...column(out, 1)]).toEqual([3, 2, 1, 0, 6]);
    expect(out.data).toBeInstanceOf(Float32Array);
  });
  it("is linear and causal", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 19 }), (seed, from) => {
        const random = createRandom(seed);
        const data = Float64Array.from({ length: 20 }, random.normal);
        const later = data.map((x, i) => (i < from ? x : x + random.normal()));
        const run = (d: Float64Array<ArrayBuffer>): Features => matrix(["samples", "features"], 20, 1, d);
        const h = canonicalHrf({ step: 2 });
        const [a, b, both] = [data, later, data.map((x, i) => x + (later[i] as number))].map(
          (d) => convolve(run(d), h).data,
        );
        for (let i = 0; i < 20; i++) {
          if (i < from) expect(b?.[i]).toBe(a?.[i]);
          expect(both?.[i]).toBeCloseTo((a?.[i] as number) + (b?.[i] as number), 12);
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
  it("refuses an empty or damaged kernel", () => {
    const X = fromRows(["samples", "features"], [[1]]);
    expect(() => convolve(X, [])).toThrow(/kernel is empty/);
    expect(() => convolve(X, [1, Number.NaN])).toThrow(/got NaN at lag 1/);
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [a, b].map((x) => x.reduce((s, v) => s + v, 0) / x.length) as [number, number];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [(a[i] as number) - ma, (b[i] as number) - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}
