import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column, createRandom, fromRows, matrix, type Responses, stackCols } from "../core/index.ts";
import { detrendRuns, regressOut } from "./index.ts";

const y = [1, 4, 2, 8, 5, 7, 1, 3];
const Y = fromRows(
  ["samples", "targets"],
  y.map((v) => [v]),
);
const confounds = fromRows(
  ["samples", "confounds"],
  [
    [1, 2],
    [0, 1],
    [3, -1],
    [2, 2],
    [-1, 0],
    [1, 1],
    [0, 4],
    [2, -2],
  ],
);
const draw = (seed: number, rows: number, cols: number): Responses => {
  const random = createRandom(seed);
  return matrix(
    ["samples", "targets"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, random.normal),
  );
};
const expectClose = (got: ArrayLike<number>, wanted: readonly number[], digits = 12) => {
  expect(got.length).toBe(wanted.length);
  for (const [k, value] of wanted.entries()) expect(got[k]).toBeCloseTo(value, digits);
};

describe("detrendRuns", () => {
  it("agrees with numpy.polynomial.legendre.legfit", () => {
    const [mean] = detrendRuns([Y], 0) as [Responses];
    expectClose(mean.data, [-1.875 - 1, 0.125, -1.875, 4.125, 1.125, 3.125, -2.875, -0.875]);
    const [cubic] = detrendRuns([Y], 3) as [Responses];
    expectClose(
      cubic.data,
      [
        0.12121212121211844, 0.7467532467532458, -2.8116883116883127, 2.4004329004329, -0.6623376623376611,
        1.954545454545455, -2.794372294372294, 1.045454545454544,
      ],
    );
  });
  it("leaves nothing of any polynomial up to its degree and is orthogonal to them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 9, max: 300 }), (degree, rows) => {
        const powers = fromRows(
          ["samples", "targets"],
          Array.from({ length: rows }, (_, i) => [1000 * (i / rows) ** degree]),
        );
        const [gone] = detrendRuns([powers], degree) as [Responses];
        for (const x of gone.data) expect(Math.abs(x)).toBeLessThan(1e-9);
        const [noise] = detrendRuns([draw(rows, rows, 1)], degree) as [Responses];
        const product = column(noise, 0).reduce((a, x, i) => a + x * (i / rows) ** degree, 0);
        expect(Math.abs(product)).toBeLessThan(1e-9);
        const [again] = detrendRuns([noise], degree) as [Responses];
        for (const [k, x] of again.data.entries()) expect(x).toBeCloseTo(noise.data[k] as number, 10);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
  it("fits each run alone and keeps dtype", () => {
    const runs = [draw(1, 20, 3), draw(2, 31, 3)];
    expect(detrendRuns(runs, 2)[1]).toEqual(detrendRuns([runs[1] as Responses], 2)[0]);
    const single = fromRows(["samples", "features"], [[1], [2], [4]], "float32");
    expect(detrendRuns([single], 0)[0]?.data).toBeInstanceOf(Float32Array);
    expect([...single.data]).toEqual([1, 2, 4]);
  });
  it("refuses runs too short for the degree, odd degrees and NaN", () => {
    expect(() => detrendRuns([draw(1, 4, 1)], 3)).toThrow(
      "detrendRuns: a run must have more than degree + 1 samples, or nothing is left; got degree 3 and 4 samples in run 0.",
    );
    expect(() => detrendRuns([Y], -1)).toThrow(/degree must be a whole number/);
    expect(() => detrendRuns([fromRows(["samples", "targets"], [[1], [Number.NaN]])], 0)).toThrow(
      /got 1 NaN/,
    );
  });
});

describe("regressOut", () => {
  it("agrees with numpy.linalg.lstsq, with and without a constant", () => {
    expectClose(
      regressOut(Y, confounds).data,
      [
        -2.76002004008016, 0.07815631262525047, -1.9473947895791595, 4.299599198396794, 0.9163326653306605,
        3.1377755511022043, -2.6152304609218424, -1.109218436873749,
      ],
    );
    expectClose(
      regressOut(Y, confounds, { intercept: false }).data,
      [
        -2.1629032258064513, 3.193548387096774, -1.843548387096773, 3.2870967741935493, 6.55,
        4.643548387096775, -2.2258064516129035, 1.5129032258064525,
      ],
    );
  });
  it("is orthogonal to every confound, however badly scaled", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (seed, scale) => {
        const noise = draw(seed, 30, 3);
        const bad = {
          ...noise,
          data: noise.data.map((x, k) => 1e3 * (k % 3) + x * (k % 3 === 1 ? scale : 1)),
        };
        const clean = regressOut(draw(seed + 1, 30, 2), bad as Responses);
        for (let c = 0; c < 3; c++)
          for (let j = 0; j < 2; j++) {
            const confound = column(bad as Responses, c);
            const size = Math.hypot(...confound);
            const product = column(clean, j).reduce((a, x, i) => a + x * (confound[i] as number), 0);
            expect(Math.abs(product / size)).toBeLessThan(1e-9);
          }
      }),
      { seed: 2, numRuns: 60 },
    );
  });
  it("is not changed by confounds that depend on others, by zeros or by a constant", () => {
    const sum = fromRows(
      ["samples", "confounds"],
      y.map((_, i) => [
        (confounds.data[2 * i] as number) - 3 * (confounds.data[2 * i + 1] as number) + 7,
        0,
        5,
      ]),
    );
    expectClose(regressOut(Y, stackCols([confounds, sum])).data, [...regressOut(Y, confounds).data], 10);
  });
  it("says when shapes do not fit, nothing would be left, or fMRIPrep's n/a is in", () => {
    expect(() => regressOut(draw(1, 7, 1), confounds)).toThrow(
      /regressOut: run and confounds must have the same samples; got run 7 samples × 1 targets and confounds 8 samples/,
    );
    expect(() => regressOut(Y, draw(3, 8, 9) as unknown as typeof confounds)).toThrow(
      "got 8 independent confounds for 8 samples",
    );
    expect(() =>
      regressOut(Y, {
        ...confounds,
        data: confounds.data.map(() => Number.NaN) as Float64Array<ArrayBuffer>,
      }),
    ).toThrow(/confounds must be finite/);
  });
});
