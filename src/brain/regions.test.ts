import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupTargets, parseLabels } from "./index.ts";

describe("groupTargets", () => {
  it("lists each region's targets in order, and leaves out those of none", () => {
    const groups = groupTargets(Int32Array.from([1, 0, -1, 1, 3]), 4);
    expect(groups.map((group) => [...group])).toEqual([[1], [0, 3], [], [4]]);
    expect(groupTargets(new Int32Array(0), 0)).toEqual([]);
  });
  it("puts every target into one group, for any labels", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 6 })), (labels) => {
        const groups = groupTargets(Int32Array.from(labels), 7);
        for (const [r, group] of groups.entries())
          expect([...group].every((t) => labels[t] === r)).toBe(true);
        expect(groups.reduce((sum, g) => sum + g.length, 0)).toBe(labels.filter((r) => r >= 0).length);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
  it("refuses a region that is not there", () => {
    expect(() => groupTargets(Int32Array.from([0, 2]), 2)).toThrow(
      "groupTargets: regions go from 0 to 1, −1 for none; got 2 for target 1.",
    );
    expect(() => groupTargets(Int32Array.from([-2]), 2)).toThrow(/got -2 for target 0/);
  });
});

describe("parseLabels", () => {
  it("reads numbers with a table of names; 0 is none and numbers may share a name", () => {
    const labels = Float32Array.from([0, 17, 3, 4, 17]);
    const { regions, regionOf, warnings } = parseLabels(labels, { "3": "V1", "4": "V1", "17": "A1" });
    expect(regions).toEqual(["V1", "A1"]);
    expect([...regionOf]).toEqual([-1, 1, 0, 0, 1]);
    expect(warnings).toEqual([]);
  });
  it("reads names in the order of their first target; the empty name is none", () => {
    const { regions, regionOf } = parseLabels(["IFG", "MTG", "", "IFG", "0", "7"]);
    expect(regions).toEqual(["IFG", "MTG", "0", "7"]);
    expect([...regionOf]).toEqual([0, 1, -1, 0, 2, 3]);
    expect(parseLabels(["constructor", "__proto__"]).regions).toEqual(["constructor", "__proto__"]);
  });
  it("warns of names without targets and labels without names", () => {
    expect(parseLabels([5, 1, 9, 5], { "1": "V1", "2": "V2" }).warnings).toEqual([
      "No target carries the label of V2.",
      "Labels without a name were left out: 5, 9.",
    ]);
  });
  it("refuses labels that are not whole numbers, and numbers without names", () => {
    expect(() => parseLabels([1, 1.5], { "1": "V1" })).toThrow(
      "parseLabels: labels must be whole numbers ≥ 0; got 1.5 for target 1 of 2.",
    );
    expect(() => parseLabels([Number.NaN], { "1": "V1" })).toThrow(/got NaN/);
    expect(() => parseLabels([1, 2])).toThrow(/numbers need a table of names/);
  });
});
