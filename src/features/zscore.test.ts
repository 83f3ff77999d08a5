import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  column,
  createRandom,
  type Features,
  fromRows,
  matrix,
  type Responses,
  takeRows,
} from "../core/index.ts";
import { applyScaler, fitScaler, zscoreRuns } from "./index.ts";

const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
const sd = (x: Float64Array) => Math.sqrt(mean(x.map((v) => (v - mean(x)) ** 2)));
const draw = (seed: number, rows: number, cols: number): Features => {
  const random = createRandom(seed);
  return matrix(
    ["samples", "features"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => 100 + 3 * random.normal()),
  );
};

describe("zscoreRuns", () => {
  it("gives each run mean 0 and standard deviation 1 of its own", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, rows) => {
        const [a, b] = zscoreRuns([draw(seed, rows, 3), draw(seed + 1, rows + 5, 3)]) as [Features, Features];
        for (const run of [a, b])
          for (let j = 0; j < 3; j++) {
            expect(mean(column(run, j))).toBeCloseTo(0, 10);
            expect(sd(column(run, j))).toBeCloseTo(1, 10);
          }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
  it("never lets one run see another", () => {
    const [alone] = zscoreRuns([draw(1, 9, 2)]);
    const [together] = zscoreRuns([draw(1, 9, 2), draw(2, 5, 2)]);
    expect(together).toEqual(alone);
  });
  it("makes constant columns 0, also where the mean is not a binary fraction and in float32", () => {
    const rows = Array.from({ length: 7 }, (_, i) => [0.1, 1e8 + 0.1, i]);
    for (const dtype of ["float32", "float64"] as const) {
      const [run] = zscoreRuns([fromRows(["samples", "targets"], rows, dtype)]) as [Responses];
      expect([...column(run, 0), ...column(run, 1)].every((x) => Math.abs(x) < 1e-7)).toBe(true);
      expect(column(run, 2)[6]).toBeCloseTo(1.5, 6); // (6 − 3) / 2
    }
  });
  it("keeps axes and dtype and leaves the caller's run alone", () => {
    const run = fromRows(["samples", "targets"], [[1], [3]], "float32");
    const [out] = zscoreRuns([run]) as [Responses];
    expect(out.axes).toEqual(["samples", "targets"]);
    expect([...out.data]).toEqual([-1, 1]);
    expect(out.data).toBeInstanceOf(Float32Array);
    expect([...run.data]).toEqual([1, 3]);
    expect(zscoreRuns([])).toEqual([]);
  });
  it("names the run with NaN and runs that do not fit", () => {
    expect(() => zscoreRuns([draw(1, 2, 1), fromRows(["samples", "features"], [[Number.NaN]])])).toThrow(
      /run 1 must be finite; got 1 NaN/,
    );
    expect(() => zscoreRuns([draw(1, 2, 1), draw(1, 2, 2)])).toThrow("run 0 has 1 and run 1 has 2");
  });
});

describe("fitScaler and applyScaler", () => {
  it("scale training samples to mean 0 and standard deviation 1, and test samples by the same numbers", () => {
    const X = draw(4, 30, 3);
    const scaler = fitScaler(takeRows(X, [...Array(20).keys()]));
    const train = applyScaler(takeRows(X, [...Array(20).keys()]), scaler);
    const all = applyScaler(X, scaler);
    expect(sd(column(train, 1))).toBeCloseTo(1, 12);
    expect(all.data.subarray(0, 60)).toEqual(train.data);
    expect((all.data[70] as number) * (scaler.scale[1] as number) + (scaler.mean[1] as number)).toBeCloseTo(
      X.data[70] as number,
      10,
    );
  });
  it("only centre what was constant in training", () => {
    const scaler = fitScaler(fromRows(["samples", "features"], Array(3).fill([0.3, 1])));
    expect([...scaler.scale]).toEqual([1, 1]);
    const [a] = applyScaler(fromRows(["samples", "features"], [[0.8, 1]]), scaler).data;
    expect(a).toBeCloseTo(0.5, 12);
  });
  it("refuse other columns, no samples and NaN", () => {
    expect(() => applyScaler(draw(1, 2, 3), fitScaler(draw(1, 2, 2)))).toThrow(
      "applyScaler: the scaler was fitted on 2 features; got 2 samples × 3 features.",
    );
    expect(() => fitScaler(draw(1, 0, 2))).toThrow(/at least one sample/);
    expect(() => fitScaler(fromRows(["samples", "features"], [[1], [Number.NaN]]))).toThrow(/got 1 NaN/);
  });
});
