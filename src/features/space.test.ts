import { describe, expect, it } from "vitest";
import { fromRows, takeCols, toDtype } from "../core/index.ts";
import { type FeatureSpace, stackSpaces } from "./index.ts";

const words: FeatureSpace = {
  name: "words",
  columns: ["word rate", "letters"],
  X: fromRows(
    ["samples", "features"],
    [
      [1, 5],
      [2, 9],
    ],
  ),
};
const luminance: FeatureSpace = { name: "luminance", X: fromRows(["samples", "features"], [[0.5], [0.1]]) };

describe("stackSpaces", () => {
  it("sets spaces side by side and knows whose columns are whose", () => {
    const { X, bands } = stackSpaces([luminance, words]);
    expect([...X.data]).toEqual([0.5, 1, 5, 0.1, 2, 9]);
    expect(bands).toEqual([
      { name: "luminance", from: 0, to: 1 },
      { name: "words", from: 1, to: 3 },
    ]);
    const [, band] = bands;
    expect(takeCols(X, [band?.from ?? 0, (band?.to ?? 0) - 1])).toEqual(words.X);
  });
  it("never narrows float64 to float32", () => {
    const single = { ...luminance, X: toDtype(luminance.X, "float32") };
    expect(stackSpaces([single, words]).X.data).toBeInstanceOf(Float64Array);
    expect(stackSpaces([single]).X.data).toBeInstanceOf(Float32Array);
  });
  it("names the space that does not fit", () => {
    const short = { name: "short", X: fromRows(["samples", "features"], [[1]]) };
    expect(() => stackSpaces([words, short])).toThrow(
      "stackSpaces: words and short must have the same samples; got words 2 samples × 2 features and short 1 samples × 1 features.",
    );
    expect(() => stackSpaces([words, words])).toThrow(/got "words" twice/);
    expect(() => stackSpaces([])).toThrow(/at least one feature space/);
    expect(() => stackSpaces([{ ...words, columns: ["a"] }])).toThrow(
      '"words" has 2 features and 1 column names',
    );
  });
});
