import { describe, expect, it } from "vitest";
import { createRandom, fromRows, matrix, type Random } from "../core/index.ts";
import { adjust, assignBlocks, drawBlocks, testEquivalence } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import { inferStudy } from "./infer.ts";
import { type ScoreOutput, scorePerson } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";

/** Held-out samples of a person, in two runs; blocks of ten. */
const runs = [120, 120];
const samples = 240;
const regions = 3;
const { blocks, count } = assignBlocks(runs, 10);

/** One person's scores: responses of variance 2 that are half signal; model A sees the signal with an error of variance .1, model B of
 * .1 + 2 × the difference in R² that A then is ahead of B. Noise is AR(1). */
function measure(random: Random, difference: number) {
  let last = 0;
  const noise = () => {
    last = 0.4 * last + Math.sqrt(1 - 0.16) * random.normal();
    return last;
  };
  const table = () =>
    matrix(["samples", "targets"] as const, samples, regions, new Float64Array(samples * regions));
  const [Y, A, B] = [table(), table(), table()];
  const [ofA, ofB] = [0, difference].map((own) => Math.sqrt(0.1 + 2 * own)) as [number, number];
  for (let t = 0; t < regions; t++)
    for (let i = t; i < samples * regions; i += regions) {
      const signal = random.normal();
      Y.data[i] = signal + noise();
      A.data[i] = signal + ofA * random.normal();
      B.data[i] = signal + ofB * random.normal();
    }
  const drawn = drawBlocks(random, 1, count);
  return scorePerson({
    folds: [{ Y, predicted: [A, B], parts: [null, null], blocks, drawn }],
    joint: -1,
    alone: [0, 1],
    without: [null, null],
    subsets: [],
    regionOf: Int32Array.of(0, 1, 2),
    regions,
    constant: [],
  });
}

const spaces = ["A", "B"].map((name) => ({ name, joint: false, model: true }));
const measureAll = (seed: number, people: number, difference: number) => {
  const random = createRandom(seed).stream(`study of ${people}`);
  return Array.from({ length: people }, () => measure(random, difference));
};
const judge = (scores: readonly ScoreOutput[], tests: object = {}) => {
  const data = { regions: ["a", "b", "c"], spaces, people: scores.map(() => ({ regionOf: [0, 1, 2] })) };
  const settings = {
    compare: [["A", "B"]],
    tests: { level: 0.05, correction: "bh", block: 10, permutations: 299, bootstrap: 1, ...tests },
  };
  return inferStudy(
    data as unknown as StudyData,
    settings as unknown as StudySettings,
    scores,
    scores.map(() => [0.5, 0.5, 0.5]),
    createRandom(1),
  );
};
const study = (seed: number, people: number, difference: number, tests: object = {}) =>
  judge(measureAll(seed, people, difference), tests);
const margin = (own: number) => ({ equivalence: { margin: own } });

describe("equivalence in a study", () => {
  it("is that of the people's own differences, corrected as a family of its own", () => {
    const { comparisons, tests } = study(1, 8, 0, margin(0.03));
    const rows = Array.from({ length: 8 }, (_, i) =>
      comparisons.map(({ perPerson }) => perPerson[i] as number),
    );
    const plain = testEquivalence(fromRows(["people", "tests"], rows), {
      delta: 0.03,
      random: createRandom(1),
    });
    expect(comparisons.map(({ equivalence }) => equivalence.p)).toEqual([...plain.p]);
    expect(comparisons.map(({ equivalence }) => equivalence.bound)).toEqual([...plain.bound]);
    expect(comparisons.map(({ equivalence }) => equivalence.pCorrected)).toEqual([...adjust(plain.p, "bh")]);
    expect(tests.equivalence).toEqual({
      test: "two one-sided sign-flip tests over 8 people, exact",
      margin: 0.03,
      smallestP: 1 / 256,
    });
    const most = study(1, 8, 0, { ...margin(0.03), correction: "max" }).comparisons;
    expect(most.map(({ equivalence }) => equivalence.pCorrected)).toEqual([...plain.pMax]);
  });
  it("has a bound and no verdict without a margin", () => {
    for (const { equivalence } of study(2, 8, 0).comparisons) {
      expect(equivalence.bound).toBeGreaterThan(0);
      expect(equivalence).toMatchObject({ p: Number.NaN, pCorrected: Number.NaN, equivalent: false });
    }
    expect(study(2, 8, 0).tests.equivalence.margin).toBeNull();
  });
  it("is on the scale of R² where blocks of time are the unit: the bound lies just above the difference", () => {
    const { comparisons, tests } = study(3, 3, 0.2, margin(0.5));
    expect(tests.equivalence.test).toBe(
      "two one-sided paired exchanges over 24 blocks of 10 held-out samples, 299 draws",
    );
    for (const { difference, equivalence } of comparisons) {
      expect(Math.abs(difference.mean - 0.2)).toBeLessThan(0.1);
      expect(equivalence.bound).toBeGreaterThan(difference.mean);
      expect(equivalence.bound).toBeLessThan(difference.mean + 0.08);
      expect(equivalence.equivalent).toBe(true);
    }
  });
  it.each([
    [8, "people"],
    [3, "blocks"],
  ])(
    "with %i people (%s) concludes no difference where there is none, and at most once in twenty where it is as large as the margin",
    (people) => {
      const studies = process.env.SIMCORTEX_SLOW === undefined ? 25 : 400;
      const tested = studies * regions;
      /** How often each margin is concluded, of all tests. */
      const rates = (difference: number, margins: readonly number[], key: "p" | "pCorrected") => {
        const concluded = margins.map(() => 0);
        for (let k = 0; k < studies; k++) {
          const scores = measureAll(100 + k, people, difference);
          for (const [m, own] of margins.entries())
            for (const { equivalence } of judge(scores, margin(own)).comparisons)
              if (equivalence[key] <= 0.05) concluded[m] = (concluded[m] as number) + 1;
        }
        return concluded.map((number) => number / tested) as [number, number];
      };
      const [generous, narrow] = rates(0, [0.1, 0.003], "pCorrected");
      expect(generous).toBeGreaterThan(0.95);
      expect(narrow).toBeLessThan(0.1); // not concluded where the data cannot tell
      const [atMargin, above] = rates(0.1, [0.1, 0.07], "p");
      expect(atMargin).toBeLessThan(0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / tested));
      expect(above).toBeLessThan(0.02);
    },
  );
});
