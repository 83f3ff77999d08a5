import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import type { FittedBrain, FittedModel } from "./fitted.ts";
import { compareModels, describeSmall, regionScoring } from "./region-scores.ts";

const people = 6;
const regions = ["alike", "apart"];
/** R² of the mean, then of each person, in one target a region. */
const model = (id: string, of: (person: number, region: number) => number) =>
  ({
    input: { id },
    r2: Float64Array.from({ length: 2 * (people + 1) }, (_, k) => of(Math.floor(k / 2) - 1, k % 2)),
  }) as unknown as FittedModel;
const brain = {
  data: {
    people: Array.from({ length: people }, (_, p) => ({ id: `p${p}` })),
    regions: regions.map((name) => ({ name, description: "" })),
    regionOf: Int32Array.of(0, 1),
  },
} as unknown as FittedBrain;
const one = model("one", (p, g) => 0.3 + g * 0.2 + 0.001 * p);
const other = model("other", () => 0.3);
const options = { ...regionScoring, random: createRandom(1) };

describe("compareModels", () => {
  it("says how small differences are: six people who all differ by less than the margin, and six who do not", () => {
    const [alike, apart] = compareModels(brain, [one, other], options, 0.05);
    // differences 0 … .005: two of 64 subsets may lie beyond the bound; the largest means are .005, .0045, .004
    expect(alike?.equivalence?.bound).toBeCloseTo(0.004, 9);
    expect(alike?.equivalence).toMatchObject({ p: 1 / 64, equivalent: true });
    expect(apart?.equivalence?.bound).toBeCloseTo(0.204, 9);
    expect(apart?.equivalence).toMatchObject({ p: 1, equivalent: false });
  });
  it("has a bound and no p without a margin, and nothing where the difference is undefined", () => {
    const [alike] = compareModels(brain, [one, other], options, null);
    expect(alike?.equivalence).toEqual({
      bound: expect.closeTo(0.004, 9),
      p: null,
      pCorrected: null,
      equivalent: false,
    });
    const nothing = model("nothing", () => Number.NaN);
    expect(compareModels(brain, [one, nothing], options, 0.05)[0]?.equivalence).toBeNull();
    expect(describeSmall(people, null).text).not.toContain("≈");
    expect(describeSmall(people, 0.05).text).toContain("less than R² .05");
  });
});
