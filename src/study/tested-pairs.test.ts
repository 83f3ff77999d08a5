import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, matrix, type Random } from "../core/index.ts";
import { assignBlocks, drawBlocks } from "../stats/index.ts";
import { parseSettings, runStudy } from "../study.ts";
import type { StudyData, StudySpace } from "./data.ts";
import type { DrawnScores } from "./drawn-scores.ts";
import { inferStudy } from "./infer.ts";
import { type ScoreOutput, scorePerson } from "./score-person.ts";
import type { StudySettings } from "./settings.ts";
import { writeStoryStudy } from "./story-study.fixture.ts";
import { listTestedPairs } from "./tested-pairs.ts";

const slow = process.env.SIMCORTEX_SLOW !== undefined;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-shift-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (text: string, name: string) =>
  runStudy(parseSettings(text), {
    folder,
    out: join(folder, name),
    store: join(folder, "store"),
    workers: 1,
  });
const asks = (tests: string, text: string) =>
  text.replace("tests: { bootstrap: 100 }", `tests: { ${tests} }`);

describe("a study whose tests shift", () => {
  it("finds what was planted and nothing in the silent region, says what was shifted, and how small p can be", async () => {
    const text = writeStoryStudy(folder);
    const shifted = await run(asks("bootstrap: 100, exchange: shift, permutations: 999", text), "shift");
    const blocks = await run(asks("bootstrap: 100, permutations: 999", text), "blocks");
    const found = (result: typeof shifted) =>
      result.cells.filter(({ significant }) => significant).map(({ region, space }) => `${region}: ${space}`);
    expect(found(shifted)).toEqual(["front: sound", "back: meaning"]);
    expect(found(blocks)).toEqual(found(shifted));
    expect(shifted.tests).toMatchObject({
      unit: "shifts",
      smallestP: 1 / 1000,
      test: "circular shift, within 3 held-out stretches of 60 samples, of what sets two models apart, one-sided, 999 draws; too few people (3) for a test over people",
    });
    expect(shifted.tests.equivalence.test).toMatch(/^two one-sided paired exchanges over \d+ blocks/);
    expect(shifted.designNotes.join("\n")).toContain("Tests shift in a circle, within each held-out stretch");
    expect(blocks.tests.unit).toBe("blocks");
    expect(blocks.designNotes.join("\n")).not.toContain("shift in a circle");
    // what is estimated is the same; only p differs
    expect(shifted.cells.map(({ unique }) => unique)).toEqual(blocks.cells.map(({ unique }) => unique));
    const differences = shifted.comparisons.map(({ difference, significant }) =>
      significant ? Math.sign(difference.mean) : 0,
    );
    expect(differences.slice(0, 2)).toEqual([1, -1]);
  });
  it("is refused where so few shifts are possible that no p reaches the level", async () => {
    const text = asks("bootstrap: 100, exchange: shift", writeStoryStudy(folder))
      .replace("samples: 60, count: 3", "samples: 84, count: 2 }, { id: rest, role: test, samples: 12")
      .replace("outer: { folds: 3 }\n", "");
    await expect(run(text, "few")).rejects.toThrow(
      "tests.exchange: shift: held-out stretches of 12 samples allow 12 circular shifts, so that no p is below 0.083; tests.level is 0.05. Hold out longer or more runs, or write exchange: blocks.",
    );
  });
  it.runIf(slow)("exchanges people where there are six, and says that nothing was shifted", async () => {
    const text = asks("bootstrap: 100, exchange: shift", writeStoryStudy(folder, { people: 6 }));
    const { tests, designNotes } = await run(text, "six");
    expect(tests.test).toMatch(/^sign-flip over 6 people/);
    expect(designNotes).toContain(
      "tests.exchange: shift has no part in the tests: with 6 people, people are exchanged.",
    );
  });
});

const spaces: StudySpace[] = ["A", "B"].map((name) => ({
  name,
  description: "",
  control: false,
  joint: false,
  model: true,
  delays: [0],
  pca: null,
}));
const runs = [120, 120];
const { blocks, count } = assignBlocks(runs, 10);

/** One person: A and B see the signal with errors of equal size, B with more by `worse`; all AR(1). */
function measure(random: Random, worse: number): ScoreOutput {
  const course = (rho: number) => {
    let last = random.normal();
    return () => (last = rho * last + Math.sqrt(1 - rho * rho) * random.normal());
  };
  const [signal, noise, a, b] = [course(0.6), course(0.5), course(0.6), course(0.6)];
  const table = () => matrix(["samples", "targets"] as const, 240, 1, new Float64Array(240));
  const [Y, A, B] = [table(), table(), table()];
  for (let i = 0; i < 240; i++) {
    const s = signal();
    Y.data[i] = s + noise();
    A.data[i] = s + 0.5 * a();
    B.data[i] = s + (0.5 + worse) * b();
  }
  return scorePerson({
    folds: [
      {
        Y,
        predicted: [A, B],
        parts: [null, null],
        blocks,
        drawn: drawBlocks(random, 1, count),
        stretches: runs,
      },
    ],
    joint: -1,
    alone: [0, 1],
    without: [null, null],
    subsets: [],
    regionOf: Int32Array.of(0),
    regions: 1,
    constant: [],
    pairs: [
      [-1, -1],
      [0, 1],
    ],
  });
}
const judge = (scores: readonly ScoreOutput[]) =>
  inferStudy(
    { regions: ["a"], spaces, people: scores.map(() => ({ regionOf: [0] })) } as unknown as StudyData,
    {
      compare: [["A", "B"]],
      tests: { level: 0.05, correction: "bh", exchange: "shift", block: 10, permutations: 199, bootstrap: 1 },
    } as unknown as StudySettings,
    scores,
    scores.map(() => [0.5]),
    createRandom(1),
  ).comparisons[0];

describe("shifts of saved errors", () => {
  it("have the difference in R² at shift 0", () => {
    const scores = measure(createRandom(1), 0.3);
    const shifted = scores.regions[0]?.shifted?.[1] as Float64Array;
    const [a, b] = (scores.regions[0] as DrawnScores).alone.map(({ value }) => value) as [number, number];
    expect((shifted[0] as number) + (shifted[120] as number)).toBeCloseTo(a - b, 10);
    expect(shifted).toHaveLength(240);
  });
  it("are those of the pairs that tests ask for, each once", () => {
    const listed = listTestedPairs(
      [
        ...spaces,
        { ...(spaces[0] as StudySpace), name: "OASM", model: false, automatic: true },
        { ...(spaces[0] as StudySpace), name: "words", model: false, joint: true },
      ],
      [["A", "B"]],
    ).map((pair) => JSON.stringify(pair));
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toContain('{"own":"joint","other":{"without":3}}');
    expect(listed).toContain('{"own":{"alone":1},"other":{"alone":2}}');
  });
  it.each(slow ? [1, 3] : [3])(
    "hold the level between equally good models, and tell a worse one, with %i people",
    { timeout: 120_000 },
    (people) => {
      // .056 and .057 of 5,000 studies
      const studies = slow ? 2000 : 300;
      let [wrong, told] = [0, 0];
      for (let k = 0; k < studies; k++) {
        const random = createRandom(k).stream(`shift ${people}`);
        const draw = (worse: number) => judge(Array.from({ length: people }, () => measure(random, worse)));
        if ((draw(0)?.p ?? 1) <= 0.05) wrong++;
        if (k < 40 && draw(0.6)?.significant) told++;
      }
      expect(wrong / studies).toBeLessThan(0.06 + 2.6 * Math.sqrt((0.05 * 0.95) / studies));
      expect(told / 40).toBeGreaterThan(0.9);
    },
  );
});
