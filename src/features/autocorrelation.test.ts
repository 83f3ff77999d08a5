import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, type Features } from "../core/index.ts";
import { autocorrelationComponents, autocorrelationFeatures } from "./index.ts";

/** X Xᵀ. */
function kernelOf(X: Features): Float64Array {
  const out = new Float64Array(X.rows * X.rows);
  for (let i = 0; i < X.rows; i++)
    for (let k = 0; k < X.rows; k++)
      for (let j = 0; j < X.cols; j++)
        out[i * X.rows + k] = (out[i * X.rows + k] as number) + at(X, i, j) * at(X, k, j);
  return out;
}

describe("autocorrelationFeatures", () => {
  it("agrees with scipy.ndimage.gaussian_filter1d(numpy.eye(5), width, axis=1), also where the kernel is longer than the run", () => {
    const one = autocorrelationFeatures([5], { width: 1 });
    const first = [
      0.6409149150126985, 0.2959625730773051, 0.05842298904073567, 0.004565692244646007,
      0.00013383062461474175,
    ];
    for (const [j, x] of first.entries()) expect(at(one, 0, j)).toBeCloseTo(x, 13);
    const wide = autocorrelationFeatures([5], { width: 2.2 });
    const second = [
      0.2837864321036171, 0.2540542760749285, 0.20270828255116455, 0.14761190146356237, 0.11183910780672762,
    ];
    for (const [j, x] of second.entries()) expect(at(wide, 1, j)).toBeCloseTo(x, 13);
  });
  it("sums to 1 in every row, is symmetric and holds nothing between runs", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.double({ min: 0.05, max: 1, noNaN: true }), (list, share) => {
        const X = autocorrelationFeatures(list, { width: share * Math.max(...list) });
        const run = list.flatMap((n, r) => Array(n).fill(r));
        for (let i = 0; i < X.rows; i++) {
          let sum = 0;
          for (let j = 0; j < X.cols; j++) {
            sum += at(X, i, j);
            if (run[i] !== run[j]) expect(at(X, i, j)).toBe(0);
            expect(at(X, i, j)).toBeCloseTo(at(X, j, i), 12);
          }
          expect(sum).toBeCloseTo(1, 12);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });
  it("is the identity for a narrow width", () => {
    const X = autocorrelationFeatures([2, 1], { width: 0.01, dtype: "float32" });
    expect([...X.data]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
  it("refuses widths and runs that make no sense", () => {
    expect(() => autocorrelationFeatures([4], { width: 0 })).toThrow(/width must be a number/);
    expect(() => autocorrelationFeatures([4, 6], { width: 7 })).toThrow(/width must be .*, 6\]; got 7/);
    expect(() => autocorrelationFeatures([4, 0], { width: 1 })).toThrow(
      /runLengths must be a whole number in \[1/,
    );
    expect(() => autocorrelationFeatures([9000, 9000], { width: 1 })).toThrow(
      /up to 16384 samples; got 18000/,
    );
  });
});

describe("autocorrelationComponents", () => {
  it("has the kernel of autocorrelationFeatures in fewer columns, run by run, for narrow, wide and mirrored kernels", () => {
    for (const [lengths, width, most] of [
      [[4, 4, 3], 0.5, 11],
      [[4, 4, 1], 2, 9],
      [[20, 12], 3, 20],
      [[5], 5, 4],
    ] as const) {
      const few = autocorrelationComponents(lengths, { width });
      expect(few.cols).toBeLessThanOrEqual(most);
      const [a, b] = [few, autocorrelationFeatures(lengths, { width })].map(kernelOf);
      expect(Math.max(...(a as Float64Array).map((x, k) => Math.abs(x - (b?.[k] as number))))).toBeLessThan(
        1e-7,
      );
    }
    expect(autocorrelationComponents([20, 12], { width: 3, least: 0 }).cols).toBe(32);
    expect(autocorrelationComponents([20, 12], { width: 3 }).cols).toBeLessThan(20);
  });
  it("refuses widths that make no sense", () => {
    expect(() => autocorrelationComponents([4], { width: 5 })).toThrow(/^autocorrelationComponents: width/);
  });
});
