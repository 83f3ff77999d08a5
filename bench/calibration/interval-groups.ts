import type { Random } from "../../src/core/index.ts";
import { assignBlocks, bootstrapDual, bootstrapTwoLevel, drawBlocks } from "../../src/stats/index.ts";
import type { Drawn, DrawnScores } from "../../src/study/drawn-scores.ts";
import { scorePerson } from "../../src/study/score-person.ts";
import { count, type Measured } from "./measured.ts";
import { type Condition, conditions, drawPeople, testRuns } from "./null-study.ts";

const family = "Intervals of a mean over people and stimuli: the truth lies outside";
const draws = 200;

/** How often the 95 % intervals of a study leave the truth out, which is 0 for other people and other stimuli: means of effects whose people, blocks
 * of stimuli and single measurements vary, for several numbers of both; and whole studies, whose people share stimuli and models. */
export async function intervals(random: Random, studies: number): Promise<Measured[]> {
  const rows: Measured[] = [];
  const mixtures = [
    { name: "people vary most", person: 1, stimulus: 0.2, own: 1 },
    { name: "stimuli vary most", person: 0.2, stimulus: 1, own: 1 },
    { name: "single measurements vary most", person: 0.4, stimulus: 0.4, own: 3 },
  ];
  for (const [people, blocks] of [
    [3, 12],
    [6, 27],
    [16, 12],
    [16, 27],
  ] as const)
    for (const mixture of mixtures) {
      const both = counted(`${people} people, ${blocks} blocks, ${mixture.name}`);
      for (let k = 0; k < studies; k++)
        both.add(drawEffects(random, mixture, people, blocks), random, blocks);
      rows.push(...both.done());
    }
  for (const [condition, block] of [
    [conditions[0], 10],
    [conditions[2], 30],
  ] as const) {
    const { blocks, count: many } = assignBlocks(testRuns, block);
    const both = counted(`whole studies of 8 people, ${many} blocks of ${block} samples, ${condition?.name}`);
    for (let k = 0; k < studies; k++)
      both.add(await drawStudy(random, condition as Condition, blocks, many), random, many);
    rows.push(...both.done());
  }
  return rows;
}

function counted(condition: string) {
  const dual = count(family, "dual bootstrap", condition);
  const twoLevel = count(family, "two-level bootstrap", condition);
  const outside = ({ low, high }: { low: number; high: number }) => (low > 0 || high < 0 ? 0 : 1);
  return {
    add(people: readonly Drawn[], random: Random, blocks: number): void {
      const perPersonDraws = people.map((own) => own.draws);
      const perPerson = people.map(({ value }) => value);
      dual.add([outside(bootstrapDual({ perPerson, perPersonDraws, blocks, random }))]);
      twoLevel.add([outside(bootstrapTwoLevel({ perPersonDraws, random, level: 0.95, blocks }))]);
    },
    done: () => [dual.done(), twoLevel.done()],
  };
}

/** Means over blocks of people's effects. */
function drawEffects(
  random: Random,
  { person, stimulus, own }: { person: number; stimulus: number; own: number },
  people: number,
  blocks: number,
): Drawn[] {
  const drawn = drawBlocks(random, draws, blocks);
  const common = Array.from({ length: blocks }, () => stimulus * random.normal());
  return Array.from({ length: people }, () => {
    const level = person * random.normal();
    const values = common.map((value) => level + value + own * random.normal());
    return {
      value: values.reduce((a, b) => a + b, 0) / blocks,
      draws: Float64Array.from({ length: draws }, (_, d) =>
        values.reduce((sum, value, b) => sum + (value * (drawn.data[d * blocks + b] as number)) / blocks, 0),
      ),
    };
  });
}

/** Differences in R² of two equally good models, scored as a study scores them. */
async function drawStudy(
  random: Random,
  condition: Condition,
  blocks: Int32Array,
  many: number,
): Promise<Drawn[]> {
  const drawn = drawBlocks(random, draws, many);
  return (await drawPeople(random, condition, 8)).map(({ Y, A, B }) => {
    const { regions } = scorePerson({
      folds: [{ Y, predicted: [A, B], parts: [null, null], blocks, drawn }],
      joint: -1,
      alone: [0, 1],
      without: [null, null],
      subsets: [],
      regionOf: Int32Array.of(0),
      regions: 1,
      constant: [],
    });
    const [a, b] = (regions[0] as DrawnScores).alone as [Drawn, Drawn];
    return { value: a.value - b.value, draws: a.draws.map((value, d) => value - (b.draws[d] as number)) };
  });
}
