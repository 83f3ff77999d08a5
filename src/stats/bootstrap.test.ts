import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/index.ts";
import { bootstrapTwoLevel, drawBlocks, expandLevel, percentileInterval } from "./index.ts";
import { gap } from "./null.fixture.ts";

/** Answers of numpy and scipy (fixtures/make-references.py). */
const references = JSON.parse(readFileSync(new URL("./fixtures/references.json", import.meta.url), "utf8"));

const level = 0.95;

/** Each person's mean over blocks, for every draw of blocks. */
function drawPeople(
  random: Random,
  setting: Record<"people" | "blocks" | "person" | "stimulus" | "own", number> & { draws?: number },
): Float64Array[] {
  const { people, blocks, person, stimulus, own, draws = 300 } = setting;
  const drawn = drawBlocks(random, draws, blocks);
  const common = Array.from({ length: blocks }, () => stimulus * random.normal());
  return Array.from({ length: people }, () => {
    const level = person * random.normal();
    const values = common.map((value) => level + value + own * random.normal());
    return Float64Array.from({ length: drawn.rows }, (_, d) =>
      values.reduce((sum, value, b) => sum + (value * drawn.data[d * blocks + b]!) / blocks, 0),
    );
  });
}

describe("percentileInterval", () => {
  it("gives numpy.percentile", () => {
    const { x, low, high } = references.percentile;
    const interval = percentileInterval(x, level);
    expect(gap([interval.low, interval.high], [low, high])).toBeLessThan(1e-14);
  });
  it("by hand: 0 … 20 at level .9 is 1 … 19; undefined values are left out", () => {
    const values = [...Array.from({ length: 21 }, (_, k) => 20 - k), Number.NaN];
    const { low, high } = percentileInterval(values, 0.9);
    expect(gap([low, high], [1, 19])).toBeLessThan(1e-12);
  });
  it("is NaN with fewer than 20 values", () => {
    expect(
      percentileInterval(
        Array.from({ length: 19 }, (_, k) => k),
        level,
      ),
    ).toEqual({
      low: Number.NaN,
      high: Number.NaN,
    });
  });
  it("refuses a level outside [0, 1]", () => {
    expect(() => percentileInterval([1], 95)).toThrow(/percentileInterval: level .* got 95/);
  });
});

describe("expandLevel", () => {
  it("gives 1 − 2 Φ(−√(n / (n − 1)) t) as scipy computes it", () => {
    const { units, level: levels } = references.expanded;
    expect(
      gap(
        units.map((n: number) => expandLevel(level, n)),
        levels,
      ),
    ).toBeLessThan(1e-12);
  });
  it("widens less the more units there are, and returns 1 where nothing can be resampled", () => {
    const levels = [2, 3, 5, 8, 20, 100, 10_000].map((n) => expandLevel(level, n));
    expect([...levels].sort((a, b) => b - a)).toEqual(levels);
    expect(levels.at(-1)).toBeCloseTo(level, 4);
    expect(expandLevel(level, 1)).toBe(1);
  });
});

describe("bootstrapTwoLevel", () => {
  it("with one person is the interval of his draws, expanded for the number of blocks if that is given", () => {
    const [draws] = drawPeople(createRandom(1), { people: 1, blocks: 12, person: 0, stimulus: 1, own: 0 });
    const options = { perPersonDraws: [draws!], random: createRandom(2), level };
    expect(bootstrapTwoLevel(options)).toEqual(percentileInterval(draws!, level));
    expect(bootstrapTwoLevel({ ...options, blocks: 12 })).toEqual(
      percentileInterval(draws!, expandLevel(level, 12)),
    );
  });
  it("of people who do not differ is the interval of the blocks alone, expanded for the people", () => {
    const [draws] = drawPeople(createRandom(1), { people: 1, blocks: 12, person: 0, stimulus: 1, own: 0 });
    const alike = bootstrapTwoLevel({
      perPersonDraws: [draws!, draws!, draws!],
      random: createRandom(2),
      level,
    });
    const wanted = percentileInterval(draws!, expandLevel(level, 3));
    expect(gap([alike.low, alike.high], [wanted.low, wanted.high])).toBeLessThan(1e-12);
  });
  it("leaves people without a value out, and is NaN without any", () => {
    const people = drawPeople(createRandom(3), { people: 4, blocks: 9, person: 1, stimulus: 0, own: 1 });
    const nobody = new Float64Array(300).fill(Number.NaN);
    const interval = (perPersonDraws: readonly Float64Array[]) =>
      bootstrapTwoLevel({ perPersonDraws, random: createRandom(4), level });
    expect(interval([...people, nobody])).toEqual(interval(people));
    expect(interval([nobody])).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(interval([])).toEqual({ low: Number.NaN, high: Number.NaN });
  });
  it("covers what it claims: 95 % nominal, over 400 simulations each, where a plain percentile interval does not", () => {
    const simulations = 400;
    const cover = (setting: Parameters<typeof drawPeople>[1], seed: number) => {
      const random = createRandom(seed).stream("coverage");
      let [covered, plain] = [0, 0];
      for (let k = 0; k < simulations; k++) {
        const perPersonDraws = drawPeople(random, setting);
        const stream = () => createRandom(k);
        const holds = ({ low, high }: { low: number; high: number }) => low <= 0 && high >= 0;
        if (holds(bootstrapTwoLevel({ perPersonDraws, random: stream(), level, blocks: setting.blocks })))
          covered++;
        const own = stream();
        const means = Float64Array.from({ length: setting.draws ?? 300 }, (_, d) =>
          perPersonDraws.reduce((sum) => sum + own.pick(perPersonDraws)[d]! / perPersonDraws.length, 0),
        );
        if (holds(percentileInterval(means, level))) plain++;
      }
      return { covered: covered / simulations, plain: plain / simulations };
    };
    // nominal .95, binomial standard error .011: at least .95 − 3 standard errors
    const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / simulations);
    const people = cover({ people: 8, blocks: 12, person: 1, stimulus: 0, own: 0.5 }, 1);
    expect(people.covered).toBeGreaterThan(least);
    expect(people.plain).toBeLessThan(0.93);
    const few = cover({ people: 5, blocks: 6, person: 1, stimulus: 0, own: 0.5, draws: 1000 }, 2);
    expect(few.covered).toBeGreaterThan(least);
    expect(few.plain).toBeLessThan(0.9);
    // shared stimuli: not too narrow, nor so wide as to say nothing
    const stimuli = cover({ people: 8, blocks: 24, person: 0.5, stimulus: 2, own: 1 }, 3);
    expect(stimuli.covered).toBeGreaterThan(least);
    // one person: blocks are the unit
    expect(cover({ people: 1, blocks: 24, person: 0, stimulus: 1, own: 0 }, 4).covered).toBeGreaterThan(0.9);
  });
  it("names the draws when people have different ones", () => {
    const perPersonDraws = [new Float64Array(100), new Float64Array(99)];
    expect(() => bootstrapTwoLevel({ perPersonDraws, random: createRandom(1), level })).toThrow(
      /bootstrapTwoLevel: all people need the same draws of blocks; got 100, 99 draws/,
    );
  });
});
