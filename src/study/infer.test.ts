import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Random } from "../core/index.ts";
import { adjust, bootstrapDual, bootstrapTwoLevel, testSignFlip } from "../stats/index.ts";
import type { StudyData } from "./data.ts";
import { type Drawn, type DrawnScores, spaceScores } from "./drawn-scores.ts";
import { inferStudy } from "./infer.ts";
import type { ScoreOutput } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";

/** Regions × spaces; the last space is fitted alone only. */
const [regions, spaces, blocks, draws] = [4, 4, 8, 25];
const data = (people: number) =>
  ({
    regions: Array.from({ length: regions }, (_, g) => `region ${g}`),
    spaces: Array.from({ length: spaces }, (_, s) => ({ name: `s${s}`, joint: s < spaces - 1 })),
    people: Array.from({ length: people }, () => ({ regionOf: Int32Array.of(0, 1, 2, 3) })),
  }) as unknown as StudyData;
const settings = (tests: object = {}, compare: string[][] = []) =>
  ({
    compare,
    tests: { level: 0.05, correction: "bh", block: 10, permutations: 999, bootstrap: draws, ...tests },
  }) as unknown as StudySettings;

/** One person: every score is noise of standard deviation .1 about `effect`, every block's saving noise about it too. */
function drawPerson(random: Random, effect: (g: number, s: number) => number): ScoreOutput {
  const drawn = (mean: number): Drawn => {
    const value = mean + 0.1 * random.normal();
    return { value, draws: Float64Array.from({ length: draws }, () => value + 0.01 * random.normal()) };
  };
  const region = (g: number): DrawnScores => {
    const kinds = Object.fromEntries(
      spaceScores.map((kind) => [
        kind,
        Array.from({ length: spaces }, (_, s) =>
          s === spaces - 1 && !kind.startsWith("alone")
            ? { value: Number.NaN, draws: new Float64Array(draws).fill(Number.NaN) }
            : drawn(effect(g, s)),
        ),
      ]),
    ) as Record<(typeof spaceScores)[number], Drawn[]>;
    const saving = (mean: number) =>
      Float64Array.from({ length: blocks }, () => mean + 0.1 * random.normal());
    return {
      ...kinds,
      subsets: [],
      r: drawn(effect(g, 0)),
      r2: drawn(effect(g, 0)),
      savedBy: Array.from({ length: spaces }, (_, s) =>
        s === spaces - 1 ? new Float64Array(blocks).fill(Number.NaN) : saving(effect(g, s)),
      ),
      savedAlone: Array.from({ length: spaces }, (_, s) => saving(effect(g, s))),
      saved: saving(effect(g, 0)),
    };
  };
  return { regions: Array.from({ length: regions }, (_, g) => region(g)) } as unknown as ScoreOutput;
}
const drawPeople = (seed: number, people: number, effect: (g: number, s: number) => number = () => 0) => {
  const random = createRandom(seed).stream("people");
  return Array.from({ length: people }, () => drawPerson(random, effect));
};
const infer = (scores: ScoreOutput[], own = settings()) =>
  inferStudy(
    data(scores.length),
    own,
    scores,
    scores.map(() => [0.25, 0.25, 0, -0.1]),
    createRandom(1),
  );

describe("inferStudy", () => {
  it("corrects over all regions × joint spaces as one family, and over regions as another", () => {
    const scores = drawPeople(1, 8, (g) => (g === 0 ? 0.1 : 0.03));
    for (const correction of ["bh", "by"] as const) {
      const { cells, regionScores } = infer(scores, settings({ correction }));
      const family = cells.filter(({ space }) => space !== "s3");
      expect(family).toHaveLength(12);
      expect(family.map(({ pCorrected }) => pCorrected)).toEqual([
        ...adjust(
          family.map(({ p }) => p),
          correction,
        ),
      ]);
      expect(regionScores.map(({ pCorrected }) => pCorrected)).toEqual([
        ...adjust(
          regionScores.map(({ p }) => p),
          correction,
        ),
      ]);
      for (const cell of cells.filter(({ space }) => space === "s3")) {
        expect([cell.p, cell.pCorrected, cell.unique.mean]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        expect(cell.significant).toBe(false);
      }
    }
  });
  it("takes p from the exact sign-flip of the people's own values, and the maximum statistic from all cells together", () => {
    const scores = drawPeople(2, 8, () => 0.05);
    const { cells, tests } = infer(scores, settings({ correction: "max" }));
    const family = cells.filter(({ space }) => space !== "s3");
    const values = Float64Array.from(
      { length: 8 * 12 },
      (_, k) => family[k % 12]!.perPerson[Math.floor(k / 12)]!,
    );
    const flip = testSignFlip(matrix(["people", "tests"], 8, 12, values), {
      alternative: "greater",
      random: createRandom(3),
    });
    expect(family.map(({ p }) => p)).toEqual([...flip.p]);
    expect(family.map(({ pCorrected }) => pCorrected)).toEqual([...flip.pMax]);
    expect(tests.test).toBe("sign-flip over 8 people, one-sided, exact");
    expect(tests.smallestP).toBe(1 / 256);
    expect(family[0]!.inFavour).toBe(family[0]!.perPerson.filter((v) => v > 0).length);
  });
  it("compares pairs of spaces two-sided, in a family of their own", () => {
    const scores = drawPeople(3, 8, (_, s) => (s === 0 ? 0.3 : 0));
    const { comparisons, tests } = infer(
      scores,
      settings({}, [
        ["s0", "s1"],
        ["s1", "s0"],
        ["s1", "s2"],
      ]),
    );
    expect(comparisons).toHaveLength(12);
    const [ahead, behind] = [comparisons.slice(0, 4), comparisons.slice(4, 8)];
    for (const [g, one] of ahead.entries()) {
      expect(one.significant && behind[g]!.significant).toBe(true);
      expect(one.p).toBe(behind[g]!.p);
      expect(one.difference.mean).toBeCloseTo(-behind[g]!.difference.mean, 12);
    }
    expect(comparisons.map(({ pCorrected }) => pCorrected)).toEqual([
      ...adjust(
        comparisons.map(({ p }) => p),
        "bh",
      ),
    ]);
    expect(tests.correction).toMatch(/regions and compared pairs are families of their own$/);
  });
  it("exchanges models over time blocks where there are fewer than six people, and says that people are not the unit", () => {
    const { cells, tests } = infer(drawPeople(4, 5, () => 0.2));
    expect(tests.test).toMatch(
      /^paired exchange of models over 8 blocks of 10 held-out samples.*too few people \(5\)/,
    );
    expect(tests.smallestP).toBe(1 / 256);
    expect(cells[0]!.p).toBe(1 / 256);
    expect(infer(drawPeople(4, 6, () => 0.2)).tests.test).toMatch(/^sign-flip over 6 people/);
  });
  it("says how many cells must reach the smallest p together, when one alone cannot be significant", () => {
    // 12 cells, 6 people: 1/64 · 12 / k ≤ .05 needs k = 4
    expect(infer(drawPeople(5, 6)).tests.correction).toMatch(
      /4 regions × 3 feature spaces, where no cell can be significant unless 4 reach the smallest p/,
    );
    expect(infer(drawPeople(5, 8)).tests.correction).toMatch(
      /^Benjamini–Hochberg over 4 regions × 3 feature spaces; regions are a family of their own$/,
    );
    expect(infer(drawPeople(5, 6), settings({ level: 0.01 })).tests.correction).toMatch(
      /no cell can be significant: too few/,
    );
  });
  it("gives CC_norm as mean r over the root of the mean ceiling, and NaN where there is no ceiling above zero", () => {
    const { regionScores, cells } = infer(drawPeople(6, 8, () => 0.3));
    expect(regionScores[0]!.ccNorm).toBeCloseTo(regionScores[0]!.r.mean / 0.5, 12);
    expect(cells[0]!.uniqueShareOfCeiling).toBeCloseTo(cells[0]!.unique.mean / 0.25, 12);
    expect([regionScores[2]!.ccNorm, regionScores[3]!.ccNorm]).toEqual([Number.NaN, Number.NaN]);
    expect(regionScores[3]!.ceiling).toBeCloseTo(-0.1, 12);
  });
  it("makes intervals by the settings: percentiles of people and blocks, or the dual bootstrap's corrected variance", () => {
    const scores = drawPeople(7, 8, () => 0.1);
    const unique = scores.map((person) => person.regions[2]!.unique[1]!);
    const how = { perPersonDraws: unique.map((own) => own.draws), blocks, level: 0.95 };
    const random = () => createRandom(1).stream("interval unique 2 1");
    const dual = infer(scores, settings({ interval: "dual" }));
    const wanted = bootstrapDual({ ...how, random: random(), perPerson: unique.map(({ value }) => value) });
    const cellOf = ({ cells }: typeof dual) =>
      cells.find(({ region, space }) => region === "region 2" && space === "s1")!.unique;
    expect(cellOf(dual)).toEqual({
      mean: expect.closeTo(wanted.mean, 12),
      low: wanted.low,
      high: wanted.high,
    });
    expect(dual.tests.interval).toBe(
      "95 % dual bootstrap: people × blocks of 10 samples, 25 draws, corrected variance, Student's t with 7 degrees of freedom",
    );
    const plain = infer(scores);
    expect(cellOf(plain)).toMatchObject(bootstrapTwoLevel({ ...how, random: random() }));
    expect(plain).toEqual(infer(scores, settings({ interval: "two-level" })));
    expect(plain.tests.interval).toMatch(/^95 % two-level bootstrap: people ×/);
    // a space that is fitted alone has no unique variance, and no interval of it
    const none = dual.cells.find(({ space }) => space === "s3")!.unique;
    expect(none).toEqual({ mean: Number.NaN, low: Number.NaN, high: Number.NaN });
    // p do not depend on intervals
    expect(dual.cells.map(({ p }) => p)).toEqual(plain.cells.map(({ p }) => p));
  });
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "holds the false-discovery rate when nothing is there: any finding in at most .05 of studies, by people and by blocks",
    () => {
      const studies = 150;
      const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / studies);
      for (const people of [8, 3]) {
        let [cells, regionsFound] = [0, 0];
        for (let k = 0; k < studies; k++) {
          const result = infer(drawPeople(100 + k, people), settings({ bootstrap: 1 }));
          if (result.cells.some(({ significant }) => significant)) cells++;
          if (result.regionScores.some(({ significant }) => significant)) regionsFound++;
        }
        expect(cells / studies).toBeLessThan(limit);
        expect(regionsFound / studies).toBeLessThan(limit);
      }
    },
  );
});
