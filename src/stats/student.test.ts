import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gap } from "./null.fixture.ts";
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from "./student.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

describe("studentQuantile and normalCdf", () => {
  it("give scipy.stats.t.ppf and norm.cdf", () => {
    const { q, freedom, t } = references.student;
    for (const [k, df] of freedom.entries())
      for (const [j, level] of q.entries()) {
        const off = studentQuantile(level, df) - t[k][j];
        expect(Math.abs(off)).toBeLessThan(1e-11 * (1 + Math.abs(t[k][j])));
      }
    const { z, cdf } = references.normal;
    expect(
      gap(
        z.map((value: number, k: number) => normalCdf(value) / cdf[k]),
        z.map(() => 1),
      ),
    ).toBeLessThan(1e-12);
  });
  it("and their inverses give scipy.stats.t.cdf and norm.ppf", () => {
    const { t, freedom, cdf } = references.studentCdf;
    for (const [k, df] of freedom.entries())
      for (const [j, value] of t.entries())
        expect(Math.abs(studentCdf(value, df) / cdf[k][j] - 1)).toBeLessThan(1e-11);
    expect(gap(references.normalQuantile.q.map(normalQuantile), references.normalQuantile.z)).toBeLessThan(
      1e-12,
    );
  });
  it("are symmetric, and by hand: one degree of freedom is Cauchy's tan", () => {
    expect(studentQuantile(0.75, 1)).toBeCloseTo(1, 12);
    expect(studentQuantile(0.2, 7)).toBeCloseTo(-studentQuantile(0.8, 7), 13);
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(-1.3) + normalCdf(1.3)).toBeCloseTo(1, 15);
  });
  it("refuse levels of 0 and 1 and less than one degree of freedom", () => {
    expect(() => studentQuantile(1, 4)).toThrow(/studentQuantile: q/);
    expect(() => studentQuantile(0, 4)).toThrow(/studentQuantile: q/);
    expect(() => studentQuantile(0.4, 0)).toThrow(/studentQuantile: freedom/);
  });
});
