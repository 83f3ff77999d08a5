import { describe, expect, it } from "vitest";
import { comparedPairs } from "./compare.ts";

describe("comparedPairs", () => {
  const space = (name: string, model: boolean, control = false) => ({
    name,
    model,
    control,
    description: "",
    joint: !model,
    delays: [0],
    pca: null,
  });
  const spaces = [space("x", false), space("a", true), space("b", true), space("c", true, true)];
  it("adds every control to a pair of models, once, and nothing to pairs of feature spaces", () => {
    const pairs = [
      ["a", "b"],
      ["a", "c"],
      ["c", "b"],
    ];
    expect(comparedPairs([["a", "b"]], spaces)).toEqual(pairs);
    expect(
      comparedPairs(
        [
          ["a", "b"],
          ["a", "c"],
        ],
        spaces,
      ),
    ).toEqual(pairs);
    expect(comparedPairs([["x", "a"]], spaces)).toEqual([["x", "a"]]);
    expect(() => comparedPairs([["x", "z"]], spaces)).toThrow(
      /no model or feature space "z"; legal: x, a, b, c/,
    );
  });
});
