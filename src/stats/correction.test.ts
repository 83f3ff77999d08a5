import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { adjust } from "./index.ts";
import { gap } from "./null.fixture.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

const { p, bh, by } = references.adjust;

describe("adjust", () => {
  it("gives scipy's false_discovery_control for BH and BY, ties and all", () => {
    expect(gap(adjust(p, "bh"), bh)).toBeLessThan(1e-14);
    expect(gap(adjust(p, "by"), by)).toBeLessThan(1e-14);
  });
  it("keeps the order, never goes below p or above 1, and BY is never below BH", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (values) => {
        const [h, y] = [adjust(values, "bh"), adjust(values, "by")];
        for (const [i, a] of values.entries()) {
          expect(h[i]).toBeGreaterThanOrEqual(a);
          expect(y[i]).toBeGreaterThanOrEqual(h[i] as number);
          expect(y[i]).toBeLessThanOrEqual(1);
          for (const [j, b] of values.entries()) if (a <= b) expect(h[i]).toBeLessThanOrEqual(h[j] as number);
        }
      }),
      { seed: 1 },
    );
  });
  it("rejects exactly what the step-up rule rejects: the largest k with p(k) ≤ k · level / m", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (values) => {
          const sorted = [...values].sort((a, b) => a - b);
          const k = sorted.findLastIndex((v, i) => v <= ((i + 1) * 0.05) / values.length - 1e-15);
          const found = adjust(values, "bh").filter((v) => v <= 0.05 - 1e-14).length;
          expect(found).toBe(k + 1);
        },
      ),
      { seed: 2 },
    );
  });
  it("by hand: three p of which two are small", () => {
    expect(gap(adjust([0.01, 0.5, 0.02], "bh"), [0.03, 0.5, 0.03])).toBeLessThan(1e-15);
    expect(gap(adjust([0.01, 0.5, 0.02], "by"), [0.055, 11 / 12, 0.055])).toBeLessThan(1e-15);
  });
  it("leaves NaN out of the family", () => {
    expect(gap(adjust([0.01, Number.NaN, 0.02], "bh"), [0.02, Number.NaN, 0.02])).toBeLessThan(1e-15);
    expect(adjust([], "bh")).toHaveLength(0);
  });
  it("holds the false-discovery rate: 10 true and 40 null tests, 2,000 simulations", () => {
    const random = createRandom(5).stream("fdr");
    let proportion = 0;
    for (let k = 0; k < 2000; k++) {
      const values = Array.from({ length: 50 }, (_, i) => random.uniform() * (i < 10 ? 0.003 : 1));
      const found = Array.from(adjust(values, "bh")).flatMap((v, i) => (v <= 0.05 ? [i] : []));
      proportion += found.filter((i) => i >= 10).length / Math.max(1, found.length) / 2000;
    }
    // BH on independent tests: level × share of nulls = .04; standard error about .0014
    expect(Math.abs(proportion - 0.04)).toBeLessThan(0.006);
  });
  it("refuses what is not a p", () => {
    expect(() => adjust([0.2, 1.2], "bh")).toThrow(/adjust: p must lie in \[0, 1\]; got 1.2/);
  });
});
