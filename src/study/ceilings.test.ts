import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Random, type Responses, stackRows, takeRows } from "../core/index.ts";
import { correlate, fisherMean, reliabilityOfMean } from "../stats/index.ts";
import { computeCeilings, meanResponses } from "./ceilings.ts";
import type { StudyData, StudyRun } from "./data.ts";
import { planFolds } from "./plan.ts";
import type { StudySettings } from "./settings.ts";

const targets = 3;
const axes = ["samples", "targets"] as const;
const draw = (random: Random, rows: number): Responses =>
  matrix(
    axes,
    rows,
    targets,
    Float64Array.from({ length: rows * targets }, () => random.normal()),
  );
const add = (a: Responses, b: Responses, scale: number): Responses =>
  matrix(axes, a.rows, targets, a.data.map((v, k) => v + scale * b.data[k]!) as Float64Array<ArrayBuffer>);

/** People who share a signal in each run, in independent noise. */
function simulate(runs: readonly StudyRun[], { people = 3, noise = 1 } = {}): StudyData {
  const random = createRandom(1).stream("ceilings");
  const signal = runs.map((run) => draw(random, run.samples));
  return {
    runs,
    regions: ["x", "y"],
    groups: null,
    people: Array.from({ length: people }, (_, p) => ({
      id: `p${p}`,
      stimuli: 0,
      regionOf: Int32Array.of(0, 0, 1),
      constant: [],
      responses: runs.map((run, r) =>
        Array.from({ length: run.repeats }, () => add(signal[r]!, draw(random, run.samples), noise)),
      ),
    })),
  } as unknown as StudyData;
}
const run = (id: string, role: StudyRun["role"], samples: number, repeats = 1): StudyRun => ({
  id,
  role,
  samples,
  repeats,
});
const settings = (changes: object) =>
  ({ design: "time-series", tr: 2, allow: [], ceiling: "repeats", ...changes }) as unknown as StudySettings;
const compute = (data: StudyData, changes: object) =>
  computeCeilings(data, settings(changes), planFolds(data, settings(changes)));

describe("computeCeilings", () => {
  it("from repeats is the reliability of the mean over the held-out runs together, and knows the truth", () => {
    const data = simulate([run("a", "train", 50), run("t", "test", 1500, 4), run("u", "test", 1500, 4)], {
      noise: 2,
    });
    const { perTarget, perRegion, note } = compute(data, {});
    const person = data.people[1]!;
    const repeats = [0, 1, 2, 3].map((k) => stackRows([person.responses[1]![k]!, person.responses[2]![k]!]));
    expect(perTarget[1]).toEqual(reliabilityOfMean(repeats));
    expect(perRegion[1]![0]).toBeCloseTo((perTarget[1]![0]! + perTarget[1]![1]!) / 2, 14);
    expect(perRegion[1]![1]).toBe(perTarget[1]![2]);
    for (const own of perTarget)
      for (const value of own) expect(Math.abs(value - 1 / (1 + 4 / 4))).toBeLessThan(0.06);
    expect(note).toMatch(/mean over 4 repeats of the held-out runs.*shown, not clipped\.$/);
  });
  it("does not look at the training runs or any prediction", () => {
    const runs = [run("a", "train", 50), run("t", "test", 60, 2)];
    const data = simulate(runs);
    const changed = {
      ...data,
      people: data.people.map((one) => ({
        ...one,
        responses: [[draw(createRandom(9), 50)], one.responses[1]!],
      })),
    };
    expect(compute(changed, {})).toEqual(compute(data, {}));
  });
  it("says so where scores also average rows that were shown once", () => {
    const data = simulate([run("a", "train", 60), run("b", "train", 60), run("t", "test", 60, 2)]);
    expect(compute(data, { outer: { folds: 2, shuffle: "none", gap: 0 } }).note).toMatch(
      /shown once.*CC_norm is too low by that/,
    );
  });
  it("from people is r |r| of each person with the mean of the others, within outer folds as the models are scored", () => {
    const data = simulate([run("a", "train", 90), run("b", "train", 60), run("c", "train", 75)], {
      people: 4,
      noise: 3,
    });
    const asked = { ceiling: "people", outer: { folds: 3, shuffle: "none", gap: 0 } };
    const { perTarget, note } = compute(data, asked);
    const folds = planFolds(data, settings(asked));
    const wholes = data.people.map((person) => meanResponses(data, person));
    for (const [p, whole] of wholes.entries()) {
      const others = wholes.filter((_, k) => k !== p);
      const mean = matrix(
        axes,
        whole.rows,
        targets,
        Float64Array.from(whole.data, (_, k) =>
          others.reduce((s, one) => s + one.data[k]! / others.length, 0),
        ),
      );
      for (let t = 0; t < targets; t++) {
        const r = fisherMean(
          folds.map(({ test }) => correlate(takeRows(whole, test), takeRows(mean, test))[t]!),
        );
        expect(perTarget[p]![t]).toBeCloseTo(r * Math.abs(r), 12);
      }
    }
    expect(note).toMatch(/^Inter-subject ceiling/);
  });
  it("keeps values below zero, so that chance does not add up to a ceiling", () => {
    const data = simulate([run("a", "train", 40), run("b", "train", 40)], { people: 40, noise: 1e6 });
    const { perTarget } = compute(data, { ceiling: "people", outer: { folds: 2, shuffle: "none", gap: 0 } });
    const all = perTarget.flatMap((own) => [...own]);
    expect(all.some((value) => value < 0)).toBe(true);
    expect(Math.abs(all.reduce((a, b) => a + b, 0) / all.length)).toBeLessThan(0.01);
  });
  it("does not fall apart on scattered groups: one fold of single rows is correlated as a whole", () => {
    const data = simulate([run("a", "train", 40)], { people: 3, noise: 1 });
    const groups = Int32Array.from({ length: 40 }, (_, i) => i % 4);
    const { perTarget } = compute(
      { ...data, groups },
      { design: "stimulus-rows", ceiling: "people", outer: { folds: 2, shuffle: "none", gap: 0 } },
    );
    for (const own of perTarget) for (const value of own) expect(Math.abs(value)).toBeLessThan(0.95);
  });
  it("is NaN, and says why, without repeats or for people whose targets differ", () => {
    const data = simulate([run("a", "train", 40), run("t", "test", 40)]);
    expect(
      compute(data, {})
        .perTarget.flatMap((own) => [...own])
        .every(Number.isNaN),
    ).toBe(true);
    expect(compute(data, {}).note).toMatch(/^No noise ceiling/);
    const [first, ...rest] = data.people;
    const other = { ...data, people: [{ ...first!, regionOf: Int32Array.of(1, 1, 0) }, ...rest] };
    expect(compute(other, { ceiling: "people" }).note).toMatch(/^No noise ceiling/);
  });
});

describe("meanResponses", () => {
  it("averages repeats run by run", () => {
    const data = simulate([run("a", "train", 4), run("t", "test", 3, 2)]);
    const person = data.people[0]!;
    const mean = meanResponses(data, person);
    expect(mean.rows).toBe(7);
    expect(mean.data[4 * targets]).toBe(
      (person.responses[1]![0]!.data[0]! + person.responses[1]![1]!.data[0]!) / 2,
    );
    expect(mean.data[2]).toBe(person.responses[0]![0]!.data[2]);
  });
});
