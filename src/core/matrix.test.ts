import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  at,
  column,
  dtypeOf,
  type Features,
  fromRows,
  matrix,
  type Responses,
  stackCols,
  stackRows,
  takeCols,
  takeRows,
  toDtype,
  transpose,
  zeros,
} from "./index.ts";

const X = fromRows(
  ["samples", "features"],
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
);

describe("matrix", () => {
  it("is row-major", () => {
    expect(at(X, 1, 0)).toBe(4);
    expect([...column(X, 2)]).toEqual([3, 6]);
    expect([...transpose(X).data]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(transpose(X).axes).toEqual(["features", "samples"]);
  });
  it("transposes back to itself for any shape", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 70 }), (rows, cols) => {
        const m = matrix(
          ["samples", "targets"],
          rows,
          cols,
          Float64Array.from({ length: rows * cols }, (_, i) => i),
        );
        const back = transpose(transpose(m));
        expect(back.data).toEqual(m.data);
        expect([back.rows, back.cols]).toEqual([rows, cols]);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
  it("takes rows and columns in the order given and puts them back together", () => {
    expect([...takeRows(X, [1, 0, 1]).data]).toEqual([4, 5, 6, 1, 2, 3, 4, 5, 6]);
    expect([...takeCols(X, [2, 0]).data]).toEqual([3, 1, 6, 4]);
    expect(stackRows([takeRows(X, [0]), takeRows(X, [1])])).toEqual(X);
    expect(stackCols([takeCols(X, [0]), takeCols(X, [1, 2])])).toEqual(X);
  });
  it("keeps dtype and never shares memory with what it was made of", () => {
    const single = toDtype(X, "float32");
    expect(dtypeOf(single)).toBe("float32");
    expect(toDtype(single, "float32")).toBe(single);
    expect(takeRows(single, [0]).data.buffer).not.toBe(single.data.buffer);
  });
  it("says what came when shapes do not fit", () => {
    expect(() => matrix(["samples", "features"], 2, 3, new Float32Array(5))).toThrow(
      "matrix: data must hold rows × cols numbers; got 2 samples × 3 features and 5 numbers.",
    );
    expect(() => takeRows(X, [2])).toThrow("takeRows: index 2 lies outside 2 samples.");
    expect(() => at(X, 0, -1)).toThrow(/lies outside/);
    expect(() => stackRows([])).toThrow(/at least one/);
    expect(() => stackRows([X, zeros(["samples", "features"], 1, 2)])).toThrow(/3 features; got 2/);
    expect(() => fromRows(["a", "b"], [[1], [1, 2]])).toThrow(/row 1 has 2/);
  });
  it("makes swapping X and Y a compile error", () => {
    const train = (features: Features, targets: Responses) => features.cols + targets.cols;
    const Y = zeros(["samples", "targets"], 2, 1);
    expect(train(X, Y)).toBe(4);
    // @ts-expect-error the axes are swapped
    expect(train(Y, X)).toBe(4);
  });
});
