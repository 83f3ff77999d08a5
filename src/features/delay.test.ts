import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, type Features, fromRows, matrix, stackRows, takeRows, zeros } from "../core/index.ts";
import { completeRows, delayNames, delayRuns } from "./index.ts";

const draw = (seed: number, rows: number, cols: number): Features => {
  const random = createRandom(seed);
  return matrix(
    ["samples", "features"],
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, random.normal),
  );
};
const delays = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 });

describe("delayRuns", () => {
  it("holds at row i, delay d what the run had at row i − d, and 0 before the run", () => {
    fc.assert(
      fc.property(delays, fc.integer(), fc.integer({ min: 0, max: 15 }), (list, seed, rows) => {
        const run = draw(seed, rows, 2);
        const [out] = delayRuns([run], list) as [Features];
        expect([out.rows, out.cols]).toEqual([rows, list.length * 2]);
        for (let i = 0; i < rows; i++)
          for (const [d, delay] of list.entries())
            for (const j of [0, 1])
              expect(out.data[i * out.cols + 2 * d + j]).toBe(i < delay ? 0 : run.data[(i - delay) * 2 + j]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
  it("never leaks: whatever run 1 is, run 2 stays the same", () => {
    fc.assert(
      fc.property(delays, fc.integer(), fc.integer({ min: 1, max: 20 }), (list, seed, rows) => {
        const second = draw(seed, 8, 2);
        const [, a] = delayRuns([draw(seed + 1, rows, 2), second], list);
        const [, b] = delayRuns([draw(seed + 2, rows + 3, 2), second], list);
        expect(a).toEqual(b);
      }),
      { seed: 2, numRuns: 50 },
    );
  });
  it("is delay-major, by hand", () => {
    const run = fromRows(
      ["samples", "features"],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      "float32",
    );
    const [out] = delayRuns([run], [0, 2]) as [Features];
    expect([...out.data]).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 1, 2]);
    expect(out.data).toBeInstanceOf(Float32Array);
    expect(delayNames(["a", "b"], [0, 2])).toEqual(["a@0", "b@0", "a@2", "b@2"]);
  });
  it("refuses delays into the future, fractions, repeats and none", () => {
    const run = zeros(["samples", "features"], 3, 1);
    expect(() => delayRuns([run], [-1])).toThrow(
      /delayRuns: delays must be a whole number in \[0, Infinity\]; got -1/,
    );
    expect(() => delayRuns([run], [1.5])).toThrow(/got 1.5/);
    expect(() => delayRuns([run], [])).toThrow(/got \[\]/);
    expect(() => delayRuns([run], [1, 1])).toThrow(/different whole numbers of samples; got \[1, 1\]/);
  });
});

describe("completeRows", () => {
  it("are the rows in which zeros put before the run do not matter", () => {
    const runs = [draw(1, 6, 2), draw(2, 2, 2), draw(3, 5, 2)];
    const rows = completeRows([6, 2, 5], [1, 3]);
    expect([...rows]).toEqual([3, 4, 5, 11, 12]);
    const whole = stackRows(delayRuns(runs, [1, 3]));
    const past = stackRows(
      delayRuns(
        runs.map((run) => shift(run, 10)),
        [1, 3],
      ),
    );
    const moved = takeRows(past, rows);
    expect(
      [...moved.data].every((x, k) => Math.abs(x - 10 - (takeRows(whole, rows).data[k] as number)) < 1e-12),
    ).toBe(true);
  });
});

function shift(run: Features, by: number): Features {
  return { ...run, data: run.data.map((x) => x + by) as Float64Array<ArrayBuffer> };
}
