import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/index.ts";
import { bootstrapDual, bootstrapTwoLevel, correctDualVariance, drawBlocks } from "./index.ts";
import { mean } from "./null.fixture.ts";

type Setting = Record<"people" | "blocks" | "person" | "stimulus" | "own", number>;

/** Effects of people and of blocks and noise of each measurement, mean zero; statistics under `draws` draws of blocks. */
function drawStudy(random: Random, { people, blocks, person, stimulus, own }: Setting, draws: number) {
  const drawn = drawBlocks(random, draws, blocks);
  const common = Array.from({ length: blocks }, () => stimulus * random.normal());
  const values = Array.from({ length: people }, () => {
    const level = person * random.normal();
    return common.map((value) => level + value + own * random.normal());
  });
  return {
    perPerson: values.map(mean),
    perPersonDraws: values.map((row) =>
      Float64Array.from({ length: draws }, (_, d) =>
        row.reduce((sum, value, b) => sum + (value * drawn.data[d * blocks + b]!) / blocks, 0),
      ),
    ),
    blocks,
  };
}

describe("correctDualVariance", () => {
  it("gives rsatoolbox 0.3.2's _dual_bootstrap where its upper bound does not act", () => {
    // numbers of rsatoolbox.util.inference_util._dual_bootstrap, commit f1f83cad, n_rdm 8, n_pattern 20
    expect(correctDualVariance({ both: 0.9, people: 0.3, blocks: 0.4 }, 8, 20)).toBeCloseTo(
      0.5233082706766918,
      14,
    );
    expect(correctDualVariance({ both: 0.75, people: 0.3, blocks: 0.4 }, 8, 20)).toBeCloseTo(
      0.7037593984962406,
      14,
    );
  });
  it("keeps the factors of small samples where one side brings all the variance, which rsatoolbox's bound takes away", () => {
    expect(correctDualVariance({ both: 0.7, people: 0.7, blocks: 0 }, 8, 20)).toBeCloseTo(0.8, 14);
  });
  it.each([
    { people: 6, blocks: 10, person: 1, stimulus: 1, own: 2 },
    { people: 8, blocks: 12, person: 0.3, stimulus: 2, own: 3 },
  ])("is unbiased, where a bootstrap of both counts the noise of measurements three times: %o", (setting) => {
    const random = createRandom(1);
    const studies = Array.from({ length: 400 }, () =>
      bootstrapDual({ ...drawStudy(random, setting, 100), random }),
    );
    const { people, blocks, person, stimulus, own } = setting;
    const truth = person ** 2 / people + stimulus ** 2 / blocks + own ** 2 / (people * blocks);
    expect(Math.abs(mean(studies.map(({ variance }) => variance)) / truth - 1)).toBeLessThan(0.08);
    expect(mean(studies.map(({ variances }) => variances.both)) / truth).toBeGreaterThan(1.12);
  });
});

describe("bootstrapDual", () => {
  it("covers zero in .95 of studies, with people, stimuli or measurements as the main noise, and narrower than the plain bootstrap", () => {
    const random = createRandom(2);
    for (const setting of [
      { people: 8, blocks: 12, person: 1, stimulus: 0.2, own: 1 },
      { people: 10, blocks: 10, person: 0.2, stimulus: 1, own: 1 },
      { people: 8, blocks: 12, person: 0.4, stimulus: 0.4, own: 3 },
    ]) {
      let [covered, rejected, width, plain] = [0, 0, 0, 0];
      for (let k = 0; k < 200; k++) {
        const study = drawStudy(random, setting, 80);
        const { low, high, p, smallestP } = bootstrapDual({ ...study, random });
        if (low <= 0 && high >= 0) covered++;
        if (p <= 0.05) rejected++;
        expect(smallestP).toBe(0);
        width += high - low;
        const wide = bootstrapTwoLevel({ ...study, random, level: 0.95 });
        plain += wide.high - wide.low;
      }
      expect(covered + rejected).toBe(200);
      expect(covered / 200).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / 200));
      if (setting.own === 3) expect(width).toBeLessThan(plain);
    }
  });
  it("leaves out people without a statistic, and has min(people, blocks) − 1 degrees of freedom", () => {
    const study = drawStudy(createRandom(3), { people: 5, blocks: 9, person: 1, stimulus: 1, own: 1 }, 50);
    const extended = {
      ...study,
      perPerson: [...study.perPerson, Number.NaN],
      perPersonDraws: [...study.perPersonDraws, new Float64Array(50).fill(Number.NaN)],
    };
    expect(bootstrapDual({ ...extended, random: createRandom(1) })).toEqual(
      bootstrapDual({ ...study, random: createRandom(1) }),
    );
    expect(bootstrapDual({ ...study, random: createRandom(1) }).freedom).toBe(4);
    expect(bootstrapDual({ ...study, blocks: 3, random: createRandom(1) }).freedom).toBe(2);
  });
  it("refuses one person, and people with different draws", () => {
    const study = drawStudy(createRandom(4), { people: 2, blocks: 4, person: 1, stimulus: 0, own: 1 }, 30);
    const one = { ...study, perPerson: [1, Number.NaN], random: createRandom(1) };
    expect(() => bootstrapDual(one)).toThrow(/needs two people with a statistic; got 1/);
    const perPersonDraws = [new Float64Array(30), new Float64Array(29)];
    expect(() => bootstrapDual({ ...study, perPersonDraws, random: createRandom(1) })).toThrow(
      /got 2 people and draws of 30, 29/,
    );
    expect(() => bootstrapDual({ ...study, blocks: 1, random: createRandom(1) })).toThrow(/blocks .* got 1/);
  });
});
