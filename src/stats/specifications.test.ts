import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Random } from "../core/index.ts";
import { testSignFlip } from "./sign-flip.ts";
import { testSpecifications } from "./specifications.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
const table = (people: number, columns: readonly (readonly number[])[]) =>
  matrix(
    ["people", "specifications"],
    people,
    columns.length,
    Float64Array.from(
      { length: people * columns.length },
      (_, k) => columns[k % columns.length]![Math.floor(k / columns.length)]!,
    ),
  );

/** Differences of people in specifications that share most of what they are: heavy tails, no difference on the mean. */
function drawNull(random: Random, people: number, specifications: number) {
  const heavy = () => random.normal() / Math.sqrt(0.2 + random.uniform());
  const level = Array.from({ length: people }, heavy);
  return table(
    people,
    Array.from({ length: specifications }, () => level.map((own) => own + 0.5 * heavy())),
  );
}

/** Rates of p ≤ .05 over null studies: ours, and the p-values of all specifications pooled as if each were a study of its own. */
function rates(studies: number, people: number, specifications: number, seed: number) {
  const random = createRandom(seed);
  const passed = { median: 0, dominant: 0, pooled: 0 };
  for (let k = 0; k < studies; k++) {
    const values = drawNull(random, people, specifications);
    const { p, pDominant } = testSpecifications(values, { random });
    const single = testSignFlip(matrix(["people", "tests"], people, specifications, values.data), {
      alternative: "two-sided",
      random,
    });
    if (p <= 0.05) passed.median++;
    if (pDominant <= 0.05) passed.dominant++;
    if (poolFisher(single.p) <= 0.05) passed.pooled++;
  }
  const rate = (count: number) => count / studies;
  return { median: rate(passed.median), dominant: rate(passed.dominant), pooled: rate(passed.pooled) };
}

/** Fisher's pooled p: −2 Σ ln p against χ² with 2 n degrees of freedom, in its closed form. */
function poolFisher(p: Float64Array): number {
  const half = -p.reduce((sum, own) => sum + Math.log(own), 0);
  let [term, sum] = [1, 0];
  for (let k = 0; k < p.length; k++) {
    sum += term;
    term *= half / (k + 1);
  }
  return Math.exp(-half) * sum;
}

describe("testSpecifications", () => {
  const random = createRandom(1);
  it("is the two-sided sign-flip test where all specifications are the same", () => {
    const own = [0.4, 0.1, 0.3, -0.1, 0.2, 0.25, 0.05];
    const { p, median, smallestP, exact } = testSpecifications(table(7, [own, own, own]), { random });
    const single = testSignFlip(matrix(["people", "tests"], 7, 1, Float64Array.from(own)), {
      alternative: "two-sided",
      random,
    });
    expect(p).toBe(single.p[0]);
    expect([smallestP, exact]).toEqual([2 / 128, true]);
    expect(median).toBeCloseTo(own.reduce((a, b) => a + b, 0) / 7, 12);
  });
  it("counts by hand: six people, all above zero in two of three specifications", () => {
    const columns = [
      [1, 2, 3, 4, 5, 6],
      [2, 2, 2, 2, 2, 2],
      [1, -1, 1, -1, 1, -1],
    ];
    const { dominant, median, p, pDominant } = testSpecifications(table(6, columns), { random });
    expect([dominant, median]).toEqual([2, 2]); // p of each is 2/64; the third has mean 0
    expect(p).toBe(2 / 64); // only all signs together give a median of size 2
    expect(pDominant).toBe(2 / 64);
  });
  it("does not count a specification that cannot be significant: five people reach no .05", () => {
    const { dominant, pDominant } = testSpecifications(table(5, [[1, 1, 1, 1, 1]]), { random });
    expect([dominant, pDominant]).toEqual([0, 1]);
  });
  it("turns with the sign of the data, and gives a band around zero that holds the sorted null", () => {
    const values = drawNull(createRandom(4), 9, 5);
    const turned = { ...values, data: values.data.map((value) => -value) };
    const [a, b] = [values, turned].map((own) => testSpecifications(own, { random }));
    expect([b!.p, b!.pDominant, b!.dominant]).toEqual([a!.p, a!.pDominant, a!.dominant]);
    expect(b!.median).toBeCloseTo(-a!.median, 12);
    for (const k of [0, 1, 2, 3, 4]) {
      expect(a!.band.low[k]!).toBeCloseTo(-a!.band.high[4 - k]!, 12);
      expect(a!.band.low[k]!).toBeLessThan(0);
    }
  });
  it("leaves a specification without values out, and is NaN where there is none", () => {
    const own = [1, 2, 3, 4, 5, 6];
    const nothing = own.map(() => Number.NaN);
    const alone = testSpecifications(table(6, [own]), { random });
    expect(testSpecifications(table(6, [nothing, own]), { random })).toEqual(alone);
    expect(testSpecifications(table(6, [nothing]), { random }).p).toBeNaN();
  });
  it("with many people draws patterns, the data among them", () => {
    const people = Array.from({ length: 20 }, () => 1);
    const { p, exact, smallestP } = testSpecifications(table(20, [people]), { random, draws: 199 });
    expect([p, exact, smallestP]).toEqual([1 / 200, false, 1 / 200]);
  });
  it("holds its level where pooling the p-values of all specifications does not", () => {
    const { median, dominant, pooled } = rates(slow ? 2000 : 250, 8, slow ? 24 : 12, 7);
    const room = slow ? 0.06 : 0.08; // 250 studies: .05 ± two standard errors
    expect(median).toBeLessThanOrEqual(room);
    expect(dominant).toBeLessThanOrEqual(room);
    expect(pooled).toBeGreaterThan(0.15);
  });
});
