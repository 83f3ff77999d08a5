import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StudyData, StudyRun, StudySpace } from "./data.ts";
import { type OuterFold, planFolds, planInnerLikeOuter, planModels, runOfRows } from "./plan.ts";
import { blocksOf } from "./score-study.ts";
import type { StudySettings } from "./settings.ts";

const run = (id: string, samples: number, role: StudyRun["role"] = "train"): StudyRun => ({
  id,
  role,
  samples,
  repeats: 1,
});
const space = (name: string, joint = true): StudySpace => ({
  name,
  description: "",
  control: false,
  joint,
  delays: [0],
  pca: null,
});
const data = (runs: readonly StudyRun[], groups: readonly number[] | null = null) =>
  ({ runs, groups: groups && Int32Array.from(groups) }) as StudyData;
const settings = (changes: Partial<StudySettings>) =>
  ({ design: "time-series", tr: 2, allow: [], ...changes }) as StudySettings;

describe("planModels", () => {
  it("fits the joint model, each space alone and the joint model without each, equal sets once", () => {
    const plan = planModels([space("a"), space("b"), space("c", false)]);
    expect(plan.models.map(({ name }) => name)).toEqual(["a + b", "b", "a", "c"]);
    expect(plan).toMatchObject({ joint: 0, without: [1, 2, null], alone: [2, 1, 3] });
  });
  it("fits every subset where all parts are asked for, after the others and none twice", () => {
    const spaces = [space("a"), space("b"), space("c"), space("d", false)];
    const plan = planModels(spaces, "subsets");
    const usual = planModels(spaces);
    expect(plan.models.slice(0, usual.models.length)).toEqual(usual.models);
    expect(plan.subsets.map((model) => plan.models[model]?.name)).toEqual([
      ...["a", "b", "c", "a + b", "a + c", "b + c", "a + b + c"],
    ]);
    expect(plan.models).toHaveLength(8);
    expect(usual.subsets).toEqual([]);
    const four = planModels([...spaces.slice(0, 3), space("e")], "subsets");
    expect(four.models).toHaveLength(15);
    expect(() => planModels([...spaces.slice(0, 3), space("e"), space("f")], "subsets")).toThrow(
      /partition: subsets .* here are 5 \(31 models\)/,
    );
  });
  it("has −1 for the joint model without its only space", () => {
    expect(planModels([space("a")])).toMatchObject({ joint: 0, alone: [0], without: [-1] });
  });
});

describe("planFolds", () => {
  it("tests every training row once, never splits a run or group, and never trains on what it tests", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 6, max: 30 }), { minLength: 4, maxLength: 7 }),
        fc.boolean(),
        fc.integer({ min: 2, max: 4 }),
        (samples, grouped, folds) => {
          const runs = samples.map((n, k) => run(`r${k}`, n));
          const rows = samples.reduce((a, b) => a + b, 0);
          const groups = Array.from({ length: rows }, (_, i) => Math.floor(i / 5));
          const own = data(runs, grouped ? groups : null);
          const made = planFolds(
            own,
            settings({ design: "stimulus-rows", outer: { folds, shuffle: "none", gap: 0 } }),
          );
          const label = grouped ? groups : runOfRows(own);
          expect(made).toHaveLength(folds);
          expect(made.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([
            ...Array(rows).keys(),
          ]);
          for (const { train, test } of made) {
            const tested = new Set(Array.from(test, (row) => label[row]));
            expect([...train].some((row) => tested.has(label[row]))).toBe(false);
          }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });
  it("keeps the gap on both sides of every test block of a run that is cut, and only there", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 200 }), fc.integer({ min: 4, max: 8 }), (samples, gap) => {
        const own = data([run("a", samples), run("b", samples)]);
        const runOf = runOfRows(own);
        for (const { train, test } of planFolds(
          own,
          settings({ outer: { folds: 3, shuffle: "none", gap } }),
        )) {
          const learned = new Set(train);
          const tested = new Set(test);
          for (const row of runOf.keys()) {
            const near = Array.from({ length: 2 * gap + 1 }, (_, k) => row + k - gap);
            const close = near.some((other) => tested.has(other) && runOf[other] === runOf[row]);
            if (learned.has(row) === close) expect.fail(`row ${row} of ${samples}, gap ${gap}`);
          }
        }
      }),
      { numRuns: 8, seed: 2 },
    );
  });
  it("holds test runs out, beside folds over the training runs, which never touch them", () => {
    const own = data([run("a", 10), run("b", 10), run("t", 6, "test"), run("c", 10)]);
    const [only] = planFolds(own, settings({}));
    expect(only?.name).toBe("held-out runs");
    expect([...(only?.test ?? [])]).toEqual([20, 21, 22, 23, 24, 25]);
    expect(only?.train).toHaveLength(30);
    const both = planFolds(own, settings({ outer: { folds: 3, shuffle: "none", gap: 0 } }));
    expect(both.map(({ name }) => name)).toEqual([
      "fold 1 of 3",
      "fold 2 of 3",
      "fold 3 of 3",
      "held-out runs",
    ]);
    for (const { train, test } of both.slice(0, 3))
      expect([...train, ...test].some((row) => row >= 20 && row < 26)).toBe(false);
  });
});

describe("planInnerLikeOuter", () => {
  it("takes the other outer folds, on the training rows of one, torn groups and all", () => {
    const own = data(
      [run("a", 24)],
      Array.from({ length: 24 }, (_, i) => Math.floor(i / 4)),
    );
    const torn = settings({
      design: "stimulus-rows",
      seed: 1,
      outer: { folds: 4, shuffle: "rows", gap: 0 },
      fit: { inner: { folds: 3, gap: 0 } } as StudySettings["fit"],
    });
    const folds = planFolds(own, torn);
    const [first, ...others] = folds as [OuterFold, ...OuterFold[]];
    const inner = planInnerLikeOuter(own, torn, folds, first);
    const rowsOf = (list: Int32Array) => Array.from(list, (k) => first.train[k]);
    expect(inner.map(({ test }) => rowsOf(test))).toEqual(others.map(({ test }) => [...test]));
    for (const fold of inner) expect(fold.train.length + fold.test.length).toBe(18);
  });
});

describe("blocksOf", () => {
  const rows = (...list: number[]) => Int32Array.from(list);
  it("never crosses a run or a hole between rows", () => {
    const runOf = rows(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
    expect(blocksOf(rows(0, 1, 2, 4, 5, 6, 7, 8, 9), runOf, 2, null)).toEqual({
      blocks: rows(0, 0, 0, 1, 2, 2, 3, 3, 3),
      count: 4,
    });
  });
  it("never cuts a group, and makes blocks of at least the asked length", () => {
    const runOf = new Int32Array(12);
    const groups = rows(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
    const all = Int32Array.from(groups.keys());
    expect(blocksOf(all, runOf, 3, groups)).toEqual({ blocks: groups, count: 4 });
    expect(blocksOf(all, runOf, 4, groups)).toEqual({
      blocks: rows(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1),
      count: 2,
    });
    // a rest too short for a block joins the one before; a stretch too short for any is a block
    expect(blocksOf(rows(0, 1, 2, 3, 4, 5, 6, 7, 8, 11), runOf, 4, groups)).toEqual({
      blocks: rows(0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
      count: 2,
    });
  });
  it("with a group a row is the same as without groups", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (kept, block) => {
          const chosen = Int32Array.from(kept.flatMap((keep, i) => (keep ? [i] : [])));
          const runOf = Int32Array.from(kept, (_, i) => Math.floor(i / 17));
          const own = Int32Array.from(kept.keys());
          expect(blocksOf(chosen, runOf, block, own)).toEqual(blocksOf(chosen, runOf, block, null));
        },
      ),
      { seed: 3 },
    );
  });
});
