import { matrix, type Random } from "../../src/core/index.ts";
import {
  bootstrapDual,
  bootstrapTwoLevel,
  drawBlocks,
  testEquivalence,
  testSignFlip,
} from "../../src/stats/index.ts";
import { count, type Measured } from "./measured.ts";
import { studentP } from "./student-p.ts";

/** Differences of 8 people with heavy tails, in 20 regions that share the person's own level. */
export async function people(random: Random, studies: number): Promise<Measured[]> {
  const family = "People";
  const condition = "8 people, heavy tails";
  const flip = count(family, "sign-flip, two-sided", condition);
  const most = count(family, "sign-flip, maximum over 20 regions", condition);
  const naive = count(family, "t-test over 100 voxels of each person (naive)", condition, "naive");
  for (let k = 0; k < studies; k++) {
    const level = Array.from({ length: 8 }, () => heavy(random));
    const regions = Float64Array.from(
      { length: 160 },
      (_, i) => (level[Math.floor(i / 20)] as number) + heavy(random),
    );
    const tested = testSignFlip(matrix(["people", "tests"], 8, 20, regions), {
      alternative: "two-sided",
      random,
    });
    flip.add([tested.p[0] as number]);
    most.add([Math.min(...tested.pMax)]);
    const voxels = level.flatMap((own) => Array.from({ length: 100 }, () => own + random.normal()));
    naive.add([studentP(voxels)]);
  }
  return [flip, most, naive].map((rate) => rate.done());
}

/** Means over people and stimulus blocks: 8 people, 12 blocks; the truth is 0 for other people and other stimuli. */
export async function stimuli(random: Random, studies: number): Promise<Measured[]> {
  const family = "People and stimuli";
  const settings = [
    { condition: "people vary most", person: 1, stimulus: 0.2, own: 1 },
    { condition: "stimuli vary most", person: 0.2, stimulus: 1, own: 1 },
    { condition: "single measurements vary most", person: 0.4, stimulus: 0.4, own: 3 },
  ];
  const rows: Measured[] = [];
  for (const { condition, person, stimulus, own } of settings) {
    const dual = count(family, "dual bootstrap, corrected variance", condition);
    const two = count(family, "two-level bootstrap interval", condition);
    const flip = count(
      family,
      "sign-flip over people (says nothing of other stimuli)",
      condition,
      "compared",
    );
    for (let k = 0; k < studies; k++) {
      const blocks = 12;
      const drawn = drawBlocks(random, 200, blocks);
      const common = Array.from({ length: blocks }, () => stimulus * random.normal());
      const values = Array.from({ length: 8 }, () => {
        const level = person * random.normal();
        return common.map((value) => level + value + own * random.normal());
      });
      const perPerson = values.map((row) => row.reduce((a, b) => a + b, 0) / blocks);
      const perPersonDraws = values.map((row) =>
        Float64Array.from({ length: 200 }, (_, d) =>
          row.reduce((sum, value, b) => sum + (value * (drawn.data[d * blocks + b] as number)) / blocks, 0),
        ),
      );
      dual.add([bootstrapDual({ perPerson, perPersonDraws, blocks, random }).p]);
      const { low, high } = bootstrapTwoLevel({ perPersonDraws, random, level: 0.95 });
      two.add([low > 0 || high < 0 ? 0 : 1]);
      const table = matrix(["people", "tests"], 8, 1, Float64Array.from(perPerson));
      flip.add(testSignFlip(table, { alternative: "two-sided", random }).p);
    }
    rows.push(dual.done(), two.done(), flip.done());
  }
  return rows;
}

/** Differences with a standard deviation of 1 over people. */
export async function equivalence(random: Random, studies: number): Promise<Measured[]> {
  const family = "No difference larger than δ";
  const boundary = (tails: string, people: number) =>
    count(family, `equivalence, true difference δ`, `${people} people, ${tails}`);
  const nothing = (delta: number, people: number) =>
    count(family, `equivalence, true difference 0 (power)`, `${people} people, δ = ${delta} SD`, "power");
  const rows: Measured[] = [];
  for (const people of [8, 12]) {
    for (const [tails, draw] of [
      ["normal", () => random.normal()],
      ["heavy tails", () => heavy(random)],
    ] as const) {
      const rate = boundary(tails, people);
      for (let k = 0; k < studies; k++) rate.add(test(people, () => 1 + draw(), 1));
      rows.push(rate.done());
    }
    for (const delta of [0.5, 1, 1.5]) {
      const rate = nothing(delta, people);
      for (let k = 0; k < studies; k++) rate.add(test(people, () => random.normal(), delta));
      rows.push(rate.done());
    }
  }
  return rows;

  function test(people: number, draw: () => number, delta: number): Float64Array {
    const table = matrix(["people", "tests"], people, 1, Float64Array.from({ length: people }, draw));
    return testEquivalence(table, { delta, random }).p;
  }
}

/** Symmetric with heavy tails: the cube of a normal, variance 1. */
function heavy(random: Random): number {
  return random.normal() ** 3 / Math.sqrt(15);
}
