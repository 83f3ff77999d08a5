import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { createRandom, type Features, isEncodingError, matrix, type Responses } from "../core/index.ts";
import { correlate, fisherMean, meanDefined, rSquared, splitCorrelation, splitRSquared } from "./index.ts";
import { column, drawNormal, gap, responses } from "./null.fixture.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

const { scores, fisher } = references;
const Y = responses(scores.Y);
const P = responses(scores.P);
const add = (a: Responses, b: Responses, scale = 1): Responses =>
  matrix(
    a.axes,
    a.rows,
    a.cols,
    a.data.map((v, k) => v + scale * (b.data[k] as number)),
  );
const sum = (a: readonly Float64Array[]) =>
  (a[0] as Float64Array).map((_, t) => a.reduce((s, one) => s + (one[t] as number), 0));
const seeds = fc.integer({ min: 0, max: 1e6 });

describe("correlate", () => {
  it("gives scipy.stats.pearsonr's r", () => {
    expect(gap(correlate(Y, P), scores.r)).toBeLessThan(1e-14);
    expect(scores.r[2]).toBeCloseTo(-1, 14);
  });
  it("does not change with the level and scale of either side, and stays in [−1, 1]", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (seed, level, scale) => {
          const [A, B] = [drawNormal(createRandom(seed), 9, 2), drawNormal(createRandom(seed + 1), 9, 2)];
          const moved = matrix(
            A.axes,
            9,
            2,
            A.data.map((v) => level + scale * v),
          );
          expect(gap(correlate(moved, B), correlate(A, B))).toBeLessThan(1e-7);
          expect(Math.max(...correlate(moved, A))).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 50, seed: 1 },
    );
  });
  it("by hand: 1, 2, 3 against 1, 3, 2 is .5", () => {
    expect(correlate(responses([[1], [2], [3]]), responses([[1], [3], [2]]))[0]).toBeCloseTo(0.5, 15);
  });
  it("is NaN where a side is constant, whatever its level, length and dtype, and with fewer than two samples", () => {
    for (const [level, rows] of [
      [0.1, 7],
      [1e6 / 3, 20_000],
      [0, 5],
    ] as const) {
      const flat = responses(Array.from({ length: rows }, () => [level]));
      const vary = drawNormal(createRandom(1), rows, 1);
      expect(correlate(flat, vary)[0]).toBeNaN();
      expect(correlate(vary, flat)[0]).toBeNaN();
      expect(rSquared(flat, vary)[0]).toBeNaN();
    }
    // a float32 prediction that is its intercept and rounding
    const rounding = responses(
      [3, 3.0000002, 3, 3.0000002].map((v) => [v]),
      "float32",
    );
    expect(correlate(responses([[1], [2], [3], [5]]), rounding)[0]).toBeNaN();
    expect(correlate(responses([[1]]), responses([[2]]))[0]).toBeNaN();
    const empty = matrix(Y.axes, 0, 1, new Float64Array(0));
    expect(correlate(empty, empty)[0]).toBeNaN();
  });
  it("keeps small variation on a large level", () => {
    const small = responses([[1e6 + 0.001], [1e6 + 0.002], [1e6 + 0.003]]);
    expect(correlate(small, responses([[1], [2], [3]]))[0]).toBeCloseTo(1, 6);
  });
  it("names both shapes when they do not fit", () => {
    expect(() => correlate(Y, responses([[1, 2, 3]]))).toThrow(
      /correlate: Y and P must have the same samples; got Y 15 samples × 3 targets and P 1 samples × 3 targets/,
    );
    expect(() => correlate(Y, drawNormal(createRandom(1), 15, 2))).toThrow(
      /correlate: Y and P must have the same targets; got 3 and 2/,
    );
  });
  it("takes responses, not features", () => {
    expectTypeOf<Features>().not.toExtend<Parameters<typeof correlate>[0]>();
  });
});

describe("rSquared", () => {
  it("gives 1 − SSE / SST as numpy computes it, negative values kept", () => {
    expect(gap(rSquared(Y, P), scores.r2)).toBeLessThan(1e-12);
    expect(scores.r2[1]).toBeLessThan(-1);
  });
  it("is 1 for the truth, 0 for the mean, and r² for the best line", () => {
    expect(rSquared(Y, Y)).toEqual(Float64Array.of(1, 1, 1));
    const level = columnMeans(Y);
    const flat = matrix(
      Y.axes,
      15,
      3,
      Y.data.map((_, k) => level[k % 3] as number),
    );
    expect(gap(rSquared(Y, flat), [0, 0, 0])).toBeLessThan(1e-14);
    fc.assert(
      fc.property(seeds, (seed) => {
        const [y, x] = [drawNormal(createRandom(seed), 8, 1), drawNormal(createRandom(seed + 1), 8, 1)];
        const [my, mx] = [columnMeans(y)[0]!, columnMeans(x)[0]!];
        const slope =
          column(y, 0).reduce((s, v, i) => s + (v - my) * (x.data[i]! - mx), 0) /
          column(x, 0).reduce((s, v) => s + (v - mx) ** 2, 0);
        const line = matrix(
          y.axes,
          8,
          1,
          x.data.map((v) => my + slope * (v - mx)),
        );
        expect(rSquared(y, line)[0]).toBeCloseTo(correlate(y, x)[0]! ** 2, 10);
      }),
      { numRuns: 30, seed: 2 },
    );
  });
  it("by hand: errors 1 and 0 on 0, 2 leave half", () => {
    expect(rSquared(responses([[0], [2]]), responses([[1], [2]]))[0]).toBe(0.5);
  });
});

describe("splitRSquared and splitCorrelation", () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    const y = drawNormal(random, 12, 2, 3);
    return { y, parts: [0, 1, 2].map((level) => drawNormal(random, 12, 2, level / 3)) };
  };
  it("sum to the R² of mean + parts, and to the r of the parts", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { y, parts } = draw(seed);
        const whole = parts.reduce((a, b) => add(a, b));
        const level = columnMeans(y);
        const predicted = matrix(
          y.axes,
          12,
          2,
          whole.data.map((v, k) => v + level[k % 2]!),
        );
        expect(gap(sum(splitRSquared(y, parts)), rSquared(y, predicted))).toBeLessThan(1e-12);
        expect(gap(sum(splitCorrelation(y, parts)), correlate(y, whole))).toBeLessThan(1e-12);
      }),
      { numRuns: 50, seed: 3 },
    );
  });
  it("give equal parts equal shares, and a part of zeros none", () => {
    const { y, parts } = draw(1);
    const half = matrix(y.axes, 12, 2, parts[0]!.data.map((v) => v / 2) as Float64Array<ArrayBuffer>);
    for (const split of [splitRSquared, splitCorrelation]) {
      const [a, b, none] = split(y, [half, half, matrix(y.axes, 12, 2, new Float64Array(24))]);
      expect(a).toEqual(b);
      expect(none).toEqual(Float64Array.of(0, 0));
    }
  });
  it("give uncorrelated parts the R² that each has alone, and a part against the others a negative share", () => {
    const y = responses([[2], [0], [0], [-2]]);
    const a = responses([[1], [1], [-1], [-1]]);
    const b = responses([[1], [-1], [1], [-1]]);
    expect(splitRSquared(y, [a, b])).toEqual([Float64Array.of(0.5), Float64Array.of(0.5)]);
    const against = splitRSquared(y, [
      add(a, a),
      matrix(
        a.axes,
        4,
        1,
        a.data.map((v) => -v),
      ),
    ]);
    expect(against.map((share) => share[0])).toEqual([1, -0.5]);
  });
  it("are NaN for constant responses of any level", () => {
    const flat = responses(Array.from({ length: 7 }, () => [0.1]));
    const part = drawNormal(createRandom(1), 7, 1);
    expect(splitRSquared(flat, [part])[0]?.[0]).toBeNaN();
    expect(splitCorrelation(flat, [part])[0]?.[0]).toBeNaN();
    expect(splitCorrelation(part, [flat])[0]?.[0]).toBeNaN();
  });
  it("name the function when shapes differ", () => {
    expect(() => splitRSquared(Y, [drawNormal(createRandom(1), 3, 3)])).toThrow(/^splitRSquared: Y and P/);
    expect(() => splitCorrelation(Y, [drawNormal(createRandom(1), 15, 1)])).toThrow(/^splitCorrelation: Y/);
  });
});

describe("fisherMean and meanDefined", () => {
  it("give numpy's tanh of the mean arctanh", () => {
    expect(fisherMean(fisher.rs)).toBeCloseTo(fisher.mean, 14);
  });
  it("lie between the least and the largest, and stay finite at ±1", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (rs) => {
          const mean = fisherMean(rs);
          expect(mean).toBeGreaterThanOrEqual(Math.min(...rs) - 1e-9);
          expect(mean).toBeLessThanOrEqual(Math.max(...rs) + 1e-9);
        },
      ),
      { seed: 4 },
    );
  });
  it("leave NaN out, and are NaN of nothing", () => {
    expect(fisherMean([Number.NaN, 0.3])).toBeCloseTo(0.3, 15);
    expect(fisherMean([])).toBeNaN();
    expect(meanDefined([1, Number.NaN, 3, Number.POSITIVE_INFINITY])).toBe(2);
    expect(meanDefined([Number.NaN])).toBeNaN();
  });
});

describe("roundingSquares", () => {
  it("is the square of 1e-12 (float32: 1e-6) of the mean, a row each", () => {
    expect(roundingSquares(responses([[5], [5]]), 5)).toBeCloseTo(2 * 25e-24, 30);
    expect(roundingSquares(responses([[5], [5]], "float32"), 5)).toBeCloseTo(2 * 25e-12, 18);
  });
  it("comes with means that are exact on long constant columns", () => {
    const flat = responses(Array.from({ length: 50_000 }, () => [1 / 3, 1e7]));
    expect(gap(columnMeans(flat), [1 / 3, 1e7])).toBe(0);
  });
});

it("errors are EncodingErrors of kind shape", () => {
  try {
    rSquared(Y, responses([[1]]));
    expect.unreachable();
  } catch (error) {
    expect(isEncodingError(error, "shape")).toBe(true);
  }
});
