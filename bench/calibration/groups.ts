import { matrix, type Random, type Responses } from "../../src/core/index.ts";
import {
  assignBlocks,
  bootstrapDual,
  bootstrapTwoLevel,
  drawBlocks,
  expectedLevel,
  expectedPairedLevel,
  suggestBlock,
  suggestPairedBlock,
  testBlockPermutation,
  testCircularShift,
  testClusters,
  testEquivalence,
  testPairedBlocks,
  testSignFlip,
  testSpecifications,
  voxelNeighbours,
} from "../../src/stats/index.ts";
import { studentCdf } from "../../src/stats/student.ts";
import { intervals } from "./interval-groups.ts";
import { maps } from "./map-groups.ts";
import { count, type Measured } from "./measured.ts";
import {
  type Condition,
  conditions,
  drawEqual,
  drawSilent,
  drawUniverses,
  type Equal,
  run,
  testRuns,
  universes,
} from "./null-study.ts";
import { shifted } from "./shift-groups.ts";

/** Tests that are calibrated on the same simulated studies. */
export interface Group {
  readonly name: string;
  /** Simulate so many null studies and count. */
  measure(random: Random, studies: number): Promise<Measured[]>;
}

export const groups: readonly Group[] = [
  ...conditions.map((condition, k) => withinRuns(`within-${k + 1}`, condition)),
  ...conditions.map((condition, k) => paired(`paired-${k + 1}`, condition)),
  ...conditions.map((condition, k) => ({
    name: `shifted-${k + 1}`,
    measure: (random: Random, studies: number) => shifted(random, studies, condition),
  })),
  { name: "people", measure: people },
  { name: "stimuli", measure: stimuli },
  { name: "intervals", measure: intervals },
  { name: "equivalence", measure: equivalence },
  { name: "clusters", measure: clusters },
  { name: "maps", measure: maps },
  { name: "curves", measure: curves },
];

/** r > 0 where there is nothing: each study has one model, fitted with delays, and four targets; family-wise over the four. */
function withinRuns(name: string, condition: Condition): Group {
  return {
    name,
    async measure(random, studies) {
      const family = "A prediction against chance (r > 0), within runs";
      const row = (test: string, kind?: Measured["kind"]) => count(family, test, condition.name, kind);
      const blocks = [1, 5, 10, 20].map((block) => ({
        block,
        rate: row(
          block === 1 ? "single TRs (naive)" : `blocks of ${block}`,
          block === 1 ? "naive" : "offered",
        ),
      }));
      const [suggested, shift] = [row("suggested block, else shift"), row("circular shift")];
      const family4 = row("circular shift, maximum over 4 targets");
      for (let k = 0; k < studies; k++) {
        const { Y, P } = await drawSilent(random, condition, 4);
        const how = { runLengths: testRuns, draws: 199, random };
        for (const { block, rate } of blocks) {
          rate.add(testBlockPermutation(Y, P, { ...how, block }).p);
          rate.addExpected(expectedLevel(Y, P, { runLengths: testRuns, block }));
        }
        const shifted = testCircularShift(Y, P, how);
        shift.add(shifted.p);
        family4.add([Math.min(...shifted.pMax)]);
        const { block } = suggestBlock(Y, P, { runLengths: testRuns });
        const own = block === null ? shifted : testBlockPermutation(Y, P, { ...how, block });
        suggested.add(own.p);
      }
      return [...blocks.map(({ rate }) => rate), suggested, shift, family4].map((rate) => rate.done());
    },
  };
}

/** Two equally good models, exchanged over blocks of held-out time: with weights fitted together, so that they are equally good, and
 * fitted apart, so that the luck of each in training is a difference that the test may well find. */
function paired(name: string, condition: Condition): Group {
  return {
    name,
    async measure(random, studies) {
      const family = "Model against model (two-sided), over blocks of held-out time";
      const row = (test: string, kind?: Measured["kind"]) => count(family, test, condition.name, kind);
      const rates = [1, 5, 10, 20].map((block) => ({
        block,
        rate: row(
          block === 1 ? "single TRs (naive)" : `blocks of ${block}`,
          block === 1 ? "naive" : "offered",
        ),
      }));
      const suggested = row("suggested block");
      const apart = row("blocks of 10, models fitted apart: luck in training", "compared");
      const how = { alternative: "two-sided", random, draws: 199 } as const;
      for (let k = 0; k < studies; k++) {
        const together = await drawEqual(random, condition, 2, "together");
        const saved = difference(together);
        for (const { block, rate } of rates) {
          rate.add(compare(together, block));
          rate.addExpected(expectedPairedLevel(saved, { runLengths: testRuns, block }));
        }
        const { block } = suggestPairedBlock(saved, { runLengths: testRuns });
        suggested.add(block === null ? [1, 1] : compare(together, block));
        apart.add(compare(await drawEqual(random, condition, 2, "apart"), 10));
      }
      return [...rates.map(({ rate }) => rate), suggested, apart].map((rate) => rate.done());

      function compare({ Y, A, B }: Equal, block: number): Float64Array {
        return testPairedBlocks(errors(Y, A, block), errors(Y, B, block), how).p;
      }
    },
  };
}

/** Squared error of B less that of A, sample by sample. */
function difference({ Y, A, B }: Equal): Responses {
  const saved = Y.data.map((y, k) => (y - (B.data[k] as number)) ** 2 - (y - (A.data[k] as number)) ** 2);
  return matrix(Y.axes, Y.rows, Y.cols, Float64Array.from(saved));
}

/** Squared errors summed over blocks of time. */
function errors(Y: Responses, P: Responses, block: number) {
  const { blocks, count: rows } = assignBlocks([run, run], block);
  const data = new Float64Array(rows * Y.cols);
  for (const [k, y] of Y.data.entries()) {
    const at = (blocks[Math.floor(k / Y.cols)] as number) * Y.cols + (k % Y.cols);
    data[at] = (data[at] as number) + (y - (P.data[k] as number)) ** 2;
  }
  return matrix(["blocks", "targets"], rows, Y.cols, data);
}

/** Differences of 8 people with heavy tails, in 20 regions that share the person's own level. */
async function people(random: Random, studies: number): Promise<Measured[]> {
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

/** Whole multiverses: 8 people, two equally good models, the same responses fitted and scored in 8 ways. */
async function curves(random: Random, studies: number): Promise<Measured[]> {
  const family = "A multiverse as one";
  const condition = `8 people, ${universes} universes, ${(conditions[0] as Condition).name}`;
  const median = count(family, "median over universes, shared flips", condition);
  const dominant = count(family, "number of significant universes, shared flips", condition);
  const pooled = count(family, "p-values of all universes pooled (Fisher, naive)", condition, "naive");
  const any = count(family, "the best universe (naive)", condition, "naive");
  for (let k = 0; k < studies; k++) {
    const people: number[][] = [];
    for (let i = 0; i < 8; i++) people.push(await drawUniverses(random, conditions[0] as Condition));
    const data = Float64Array.from(people.flat());
    const { p, pDominant } = testSpecifications(matrix(["people", "specifications"], 8, universes, data), {
      random,
    });
    const table = matrix(["people", "tests"], 8, universes, data);
    const single = testSignFlip(table, { alternative: "two-sided", random }).p;
    median.add([p]);
    dominant.add([pDominant]);
    pooled.add([poolFisher(single)]);
    any.add([Math.min(...single)]);
  }
  return [median, dominant, pooled, any].map((rate) => rate.done());
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

/** Means over people and stimulus blocks: 8 people, 12 blocks; the truth is 0 for other people and other stimuli. */
async function stimuli(random: Random, studies: number): Promise<Measured[]> {
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
async function equivalence(random: Random, studies: number): Promise<Measured[]> {
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

/** Smooth noise in a volume of 8 × 8 × 8 voxels, 8 people: the chance that any voxel passes. */
async function clusters(random: Random, studies: number): Promise<Measured[]> {
  const family = "Any of 512 voxels, smooth noise, 8 people";
  const enhanced = count(family, "cluster enhancement, maximum", "6 neighbours");
  const most = count(family, "sign-flip, maximum", "no neighbours");
  const naive = count(family, "t-tests of voxels, not corrected (naive)", "no neighbours", "naive");
  const neighbours = voxelNeighbours([8, 8, 8], new Uint8Array(512).fill(1), 6);
  for (let k = 0; k < studies; k++) {
    const values = matrix(
      ["people", "tests"],
      8,
      512,
      Float64Array.from(Array.from({ length: 8 }, () => [...smoothVolume(random, 8)]).flat()),
    );
    const how = { alternative: "greater", random, draws: 256 } as const;
    enhanced.add([Math.min(...testClusters(values, neighbours, how).pMax)]);
    most.add([Math.min(...testSignFlip(values, how).pMax)]);
    const smallest = Array.from({ length: 512 }, (_, t) =>
      studentP(Array.from({ length: 8 }, (_, i) => values.data[i * 512 + t] as number)),
    );
    naive.add([Math.min(...smallest)]);
  }
  return [enhanced, most, naive].map((rate) => rate.done());
}

/** White noise averaged with the six neighbours. */
function smoothVolume(random: Random, n: number): Float64Array {
  const white = Float64Array.from({ length: n ** 3 }, () => random.normal());
  const { starts, list } = voxelNeighbours([n, n, n], new Uint8Array(n ** 3).fill(1), 6);
  return white.map((own, t) => {
    let sum = own;
    for (const other of list.subarray(starts[t], starts[t + 1])) sum += white[other] as number;
    return sum;
  });
}

/** Symmetric with heavy tails: the cube of a normal, variance 1. */
function heavy(random: Random): number {
  return random.normal() ** 3 / Math.sqrt(15);
}

/** p of Student's t-test against zero, two-sided. */
function studentP(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return 2 * studentCdf(-Math.abs(mean) / Math.sqrt(variance / n), n - 1);
}
