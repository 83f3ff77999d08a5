import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, fromRows, isEncodingError, matrix, type Responses, toDtype } from "../core/index.ts";
import { preprocessRuns } from "./index.ts";

const draw = (seed: number, rows: number, cols: number): Responses => {
  const random = createRandom(seed);
  const data = Float64Array.from({ length: rows * cols }, () => 3 + 2 * random.normal());
  return matrix(["samples", "targets"] as const, rows, cols, data);
};
const columnOf = ({ data, cols, rows }: Responses, t: number) =>
  Float64Array.from({ length: rows }, (_, i) => data[i * cols + t]!);
const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: Float64Array) => mean(x.map((v) => (v - mean(x)) ** 2));

describe("preprocessRuns", () => {
  it("z-scores as scipy.stats.zscore does", () => {
    const run = fromRows(["samples", "targets"], [[1], [2], [3], [6]]);
    // scipy.stats.zscore([1, 2, 3, 6])
    const expected = [-1.0690449676496976, -0.5345224838248488, 0, 1.6035674514745464];
    for (const [i, value] of expected.entries())
      expect(preprocessRuns([run]).runs[0]!.data[i]).toBeCloseTo(value, 14);
  });
  it("removes polynomials up to the degree, and keeps what is orthogonal to them", () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => (2 * i) / 49 - 1);
    const cubic = x.map((v) => 4 - v + 2 * v ** 2 + 7 * v ** 3);
    const run = matrix(["samples", "targets"] as const, 50, 1, cubic);
    const left = preprocessRuns([run], { detrend: 3, zscore: false });
    expect(left.constant).toEqual([0]); // explained whole
    const partly = preprocessRuns([run], { detrend: 2, zscore: false }).runs[0]!;
    for (const power of [0, 1, 2]) {
      const dot = columnOf(partly, 0).reduce((sum, v, i) => sum + v * x[i]! ** power, 0);
      expect(Math.abs(dot)).toBeLessThan(1e-10);
    }
    const again = preprocessRuns([partly], { detrend: 2, zscore: false }).runs[0]!;
    for (const [i, v] of partly.data.entries()) expect(again.data[i]).toBeCloseTo(v, 12);
  });
  it("regresses confounds out, so that nothing of them is left", () => {
    const run = draw(1, 60, 4);
    const confounds = matrix(["samples", "confounds"] as const, 60, 3, draw(2, 60, 3).data);
    for (const drop of [0, 5]) {
      const { runs } = preprocessRuns([run], { confounds: [confounds], detrend: 1, drop });
      for (let t = 0; t < 4; t++)
        for (let j = 0; j < 3; j++) {
          const y = columnOf(runs[0]!, t);
          const dot = y.reduce((sum, v, i) => sum + v * confounds.data[(i + drop) * 3 + j]!, 0);
          expect(Math.abs(dot)).toBeLessThan(1e-11);
        }
    }
  });
  it("keeps the mean where only confounds are removed", () => {
    const run = draw(1, 60, 2);
    const confounds = matrix(["samples", "confounds"] as const, 60, 1, draw(2, 60, 1).data);
    const { runs } = preprocessRuns([run], { confounds: [confounds], zscore: false });
    expect(mean(columnOf(runs[0]!, 1))).toBeCloseTo(mean(columnOf(run, 1)), 12);
  });
  it("gives mean 0 and variance 1 in each run, whatever the other runs hold, for any seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 6, max: 40 }),
        fc.integer({ min: -1, max: 3 }),
        (seed, rows, detrend) => {
          const [a, b] = [draw(seed, rows, 3), draw(seed + 1, rows + 2, 3)];
          const { runs, constant } = preprocessRuns([a, b], { detrend });
          expect(constant).toEqual([]);
          for (const run of runs)
            for (let t = 0; t < 3; t++) {
              expect(Math.abs(mean(columnOf(run, t)))).toBeLessThan(1e-12);
              expect(Math.abs(variance(columnOf(run, t)) - 1)).toBeLessThan(1e-12);
            }
          expect(preprocessRuns([b], { detrend }).runs[0]).toEqual(runs[1]);
        },
      ),
      { seed: 3, numRuns: 40 },
    );
  });
  it("sets constant targets to 0 and names them, in float32 too", () => {
    for (const dtype of ["float64", "float32"] as const) {
      const data = draw(1, 30, 3).data.slice();
      for (let i = 0; i < 30; i++) data[3 * i + 1] = 1234.567;
      const run = toDtype(matrix(["samples", "targets"] as const, 30, 3, data), dtype);
      for (const options of [{}, { detrend: 2 }, { detrend: 2, zscore: false }]) {
        const { runs, constant, warnings } = preprocessRuns([draw(2, 30, 3), run], options);
        expect(constant).toEqual([1]);
        expect(columnOf(runs[1]!, 1)).toEqual(new Float64Array(30));
        expect(variance(columnOf(runs[0]!, 1))).toBeGreaterThan(0.5);
        expect(warnings).toEqual(["Constant in at least one run and set to 0 there: 1 of 3 targets (1)."]);
      }
    }
  });
  it("changes neither its input nor its dtype, and does nothing when nothing is asked", () => {
    const run = toDtype(draw(4, 20, 2), "float32");
    const before = run.data.slice();
    const { runs } = preprocessRuns([run], { detrend: 1, drop: 2 });
    expect(run.data).toEqual(before);
    expect(runs[0]!.data).toBeInstanceOf(Float32Array);
    expect(runs[0]!.rows).toBe(18);
    expect(preprocessRuns([run], { zscore: false }).runs[0]!.data).toEqual(before);
    expect(preprocessRuns([]).runs).toEqual([]);
  });
  it("leaves out confounds that repeat others, and says so", () => {
    const one = draw(2, 30, 1).data;
    const double = matrix(
      ["samples", "confounds"] as const,
      30,
      2,
      Float64Array.from({ length: 60 }, (_, k) => one[k >> 1]!),
    );
    const { warnings, runs } = preprocessRuns([draw(1, 30, 1)], { confounds: [double] });
    expect(warnings).toEqual(["Run 0: confound 1 adds nothing to those before it and was left out."]);
    expect(runs[0]!.data.every(Number.isFinite)).toBe(true);
  });
  it("names run, row and target of what is not finite", () => {
    const bad = draw(1, 10, 3);
    bad.data[3 * 4 + 2] = Number.NaN;
    try {
      preprocessRuns([draw(2, 10, 3), bad]);
      expect.unreachable();
    } catch (error) {
      expect(isEncodingError(error, "value") && error.details).toEqual({ run: 1, row: 4, target: 2 });
      expect(String(error)).toContain("got NaN in run 1, row 4, target 2. Mask this target out");
    }
    const confounds = matrix(["samples", "confounds"] as const, 10, 1, new Float64Array(10).fill(Number.NaN));
    expect(() => preprocessRuns([draw(2, 10, 3)], { confounds: [confounds] })).toThrow(
      /got NaN in confounds of run 0, row 0, column 0/,
    );
  });
  it("says what does not fit", () => {
    const run = draw(1, 10, 3);
    const confounds = matrix(["samples", "confounds"] as const, 9, 1, new Float64Array(9));
    expect(() => preprocessRuns([run, draw(1, 10, 2)])).toThrow(
      "preprocessRuns: run 0 has 3 targets, run 1 has 2.",
    );
    expect(() => preprocessRuns([run], { confounds: [] })).toThrow(/one matrix a run; got 0 for 1 runs/);
    expect(() => preprocessRuns([run], { confounds: [confounds] })).toThrow(
      /must have its samples; got 9 samples × 1 confounds for 10 samples × 3 targets/,
    );
    expect(() => preprocessRuns([run], { drop: 9 })).toThrow(
      /at least 2 samples must stay; run 0 has 10 and drop is 9/,
    );
    expect(() => preprocessRuns([run], { detrend: 12 })).toThrow(
      /must leave something over; got 10 regressors for 10/,
    );
    expect(() => preprocessRuns([run], { drop: -1 })).toThrow(/drop must be a whole number/);
    // @ts-expect-error features are not responses
    expect(() => preprocessRuns([confounds])).not.toThrow();
  });
});
