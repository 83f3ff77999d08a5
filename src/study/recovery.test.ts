import { describe, expect, it } from "vitest";
import type { Cell } from "../report/index.ts";
import type { StudyData } from "./data.ts";
import { judgeRecovery } from "./recovery.ts";

const estimate = (mean: number) => ({ mean, low: mean, high: mean });
const cell = (region: string, space: string, significant: boolean, unique: number) =>
  ({ region, space, significant, unique: estimate(unique) }) as Cell;
const data = {
  regions: ["both", "one", "silent"],
  spaces: [{ name: "a" }, { name: "b" }],
  truth: {
    planted: [
      { region: "both", spaces: ["a", "b"], description: "" },
      { region: "one", spaces: ["a"], description: "" },
      { region: "silent", spaces: [], description: "" },
    ],
    share: [
      [0.1, 0.2],
      [0.3, 0],
      [0, 0],
    ],
  },
} as unknown as StudyData;
const judge = (calls: readonly boolean[], unique: readonly number[] = [0.1, 0.2, 0.3, 0, 0, 0]) =>
  judgeRecovery(
    data,
    ["both", "one", "silent"].flatMap((region, g) =>
      ["a", "b"].map((space, s) => cell(region, space, calls[2 * g + s]!, unique[2 * g + s]!)),
    ),
    0.05,
  );

describe("judgeRecovery", () => {
  it("finds all that was planted and nothing else in a perfect study; silent regions are no effects to be found", () => {
    expect(judge([true, true, true, false, false, false])).toMatchObject({
      found: 2,
      plantedTotal: 2,
      falseCells: [],
      falseRegions: [],
      nominalRate: 0.05,
    });
    expect(judge([true, true, true, false, false, false])?.shareCorrelation).toBeCloseTo(1, 14);
  });
  it("counts a region as found only with all its spaces, and a region with two false cells once", () => {
    const judged = judge([true, false, true, true, true, true]);
    expect(judged?.found).toBe(1);
    expect(judged?.falseCells).toEqual([
      { region: "one", space: "b" },
      { region: "silent", space: "a" },
      { region: "silent", space: "b" },
    ]);
    expect(judged?.falseRegions).toEqual(["one", "silent"]);
  });
  it("correlates planted with estimated shares over defined cells, and is NaN where nothing varies", () => {
    const calls = new Array<boolean>(6).fill(false);
    expect(judge(calls, [-0.1, -0.2, -0.3, 0, 0, 0])?.shareCorrelation).toBeCloseTo(-1, 14);
    expect(judge(calls, [0.1, Number.NaN, 0.3, 0, 0, 0])?.shareCorrelation).toBeCloseTo(1, 14);
    expect(judge(calls, [1, 1, 1, 1, 1, 1])?.shareCorrelation).toBeNaN();
  });
  it("is null for real data", () => {
    expect(judgeRecovery({ ...data, truth: null }, [], 0.05)).toBeNull();
  });
});
