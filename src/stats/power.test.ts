import { describe, expect, it } from "vitest";
import { createRandom } from "../core/index.ts";
import { peopleNeeded, powerOverPeople, simulateDifference, wilsonInterval } from "./index.ts";
import { mean } from "./null.fixture.ts";

describe("wilsonInterval", () => {
  it("gives scipy's binomtest(5, 100).proportion_ci by Wilson's method", () => {
    const { low, high } = wilsonInterval(5, 100);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(["0.0215", "0.1118"]);
    expect(wilsonInterval(0, 20).low).toBe(0);
    expect(() => wilsonInterval(3, 2)).toThrow(/passed .* got 3/);
  });
});

describe("powerOverPeople", () => {
  const power = (mean: number, people: number[], level = 0.05) =>
    powerOverPeople({
      drawPerson: (own) => mean + own.normal(),
      people,
      studies: 1000,
      level,
      random: createRandom(1),
    });
  it("is near that of the t-test for normal differences: .80 at d = 1 with 10 people, .79 at d = .5 with 34", () => {
    // scipy's non-central t: .803 (n 10, d 1), .808 (n 34, d .5); a sign-flip test has nearly the same
    const [ten] = power(1, [10]);
    const [many] = power(0.5, [34]);
    expect(Math.abs(ten!.power - 0.803)).toBeLessThan(0.05);
    expect(Math.abs(many!.power - 0.808)).toBeLessThan(0.05);
    expect(ten!.low).toBeLessThan(ten!.power);
  });
  it("is at most half the level without a difference, and 0 where the smallest p is above the level", () => {
    expect(power(0, [9])[0]!.power).toBeLessThan(0.045);
    const [five, eight] = power(9, [5, 8]);
    expect(five).toMatchObject({ power: 0, smallestP: 2 / 32 });
    expect(eight!.power).toBe(1);
    expect(power(9, [8], 0.05 / 20)[0]!.power).toBe(0); // 2/256 is above .0025
  });
  it("says the fewest people between the numbers tried, or null", () => {
    const points = power(0.8, [6, 10, 20]);
    const needed = peopleNeeded(points, 0.8)!;
    expect(needed).toBeGreaterThan(10);
    expect(needed).toBeLessThan(20);
    expect(peopleNeeded(power(0.1, [6, 10]), 0.8)).toBeNull();
    const at = (people: number, share: number) => ({ people, power: share, low: 0, high: 1, smallestP: 0 });
    expect(peopleNeeded([at(20, 0.9), at(10, 0.7)], 0.8)).toBe(15);
    expect(peopleNeeded([at(10, 0.9)], 0.8)).toBe(10);
  });
});

describe("simulateDifference", () => {
  const assumed = {
    ceiling: 0.3,
    explained: [0.6, 0.4],
    spread: 0.1,
    noise: 0.5,
    signal: 0.3,
    targets: 4,
  } as const;
  const draw = (change: object, measured: object = {}, count = 80) => {
    const random = createRandom(2);
    return Array.from({ length: count }, () =>
      simulateDifference(
        { ...assumed, ...change },
        { runs: 2, samples: 100, repeats: 1, ...measured },
        random,
      ),
    );
  };
  const deviation = (xs: number[]) => Math.sqrt(mean(xs.map((x) => (x - mean(xs)) ** 2)));
  it("has the mean ceiling · (a − b), over the variance of the mean of repeats", () => {
    const one = draw({});
    expect(Math.abs(mean(one) - 0.3 * 0.2)).toBeLessThan(3.5 * deviation(one) * Math.sqrt(1 / 80) + 0.003);
    const four = draw({}, { repeats: 4 });
    const ceiling = 0.3 / (0.3 + 0.7 / 4);
    expect(Math.abs(mean(four) - ceiling * 0.2)).toBeLessThan(
      3.5 * deviation(four) * Math.sqrt(1 / 80) + 0.006,
    );
  });
  it("spreads less with more runs, down to the spread of people", () => {
    const spread = (runs: number) => deviation(draw({}, { runs }));
    expect(spread(6)).toBeLessThan(0.85 * spread(1));
    expect(Math.abs(deviation(draw({ noise: 0, ceiling: 1, targets: 40 }, { runs: 6 })) - 0.1)).toBeLessThan(
      0.025,
    );
    expect(deviation(draw({ spread: 0, targets: 10 }, { runs: 4 }))).toBeLessThan(0.02);
  });
});
