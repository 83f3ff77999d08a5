import { describe, expect, it } from "vitest";
import { createRandom, matrix, type Responses } from "../core/index.ts";
import { drawAr1 } from "../stats/null.fixture.ts";
import type { StudyData, StudyRun, StudySpace } from "./data.ts";
import type { Fits } from "./fit-models.ts";
import { planFolds, planModels } from "./plan.ts";
import { parseSettings } from "./read-settings.ts";
import { settleBlock } from "./settle-block.ts";

/** A study whose fits save exactly what they are told to. Responses are −1 and 1 in turn, so that predicting the mean has squared error 1; a fit that errs
 * by √(1 − s) of the response saves s.
 * @param saved of each space's fit, (all samples × targets of one person); people share them. */
function study(
  saved: Readonly<Record<string, Responses>>,
  {
    runs: count = 2,
    samples = 300,
    people = 2,
    more = "",
    design = "tr: 2",
  }: { runs?: number; samples?: number; people?: number; more?: string; design?: string } = {},
) {
  const names = Object.keys(saved);
  const settings = parseSettings(`
title: t
question: q
${design}
participants: [p]
runs: [{ id: r, samples: ${samples}, count: ${count} }]
responses: { file: y.npy }
regions: { names: [A] }
features: { ${names.map((name, s) => `${name}: { joint: ${s === 0}, ready: { file: x.npy } }`).join(", ")} }
outer: { folds: ${count} }
${more}`);
  const targets = (saved[names[0] as string] as Responses).cols;
  const sign = (i: number) => (i % 2 === 0 ? 1 : -1);
  const own = matrix(
    ["samples", "targets"],
    samples,
    targets,
    Float64Array.from({ length: samples * targets }, (_, k) => sign(Math.floor(k / targets))),
  );
  const runs = Array.from(
    { length: count },
    (_, r): StudyRun => ({ id: `r${r}`, role: "train", samples, repeats: 1 }),
  );
  const spaces = names.map(
    (name, s): StudySpace => ({
      name,
      description: "",
      control: false,
      joint: s === 0,
      delays: [0],
      pca: null,
    }),
  );
  const data = {
    runs,
    spaces,
    groups: null,
    people: Array.from({ length: people }, (_, p) => ({
      id: `p${p}`,
      stimuli: 0,
      responses: runs.map(() => [own]),
      regionOf: new Int32Array(targets),
      constant: [],
    })),
  } as unknown as StudyData;
  const folds = planFolds(data, settings);
  const plan = planModels(spaces);
  const of = (_: number, f: number, model: number) => {
    const rows = folds[f]?.test as Int32Array;
    const s = saved[names[plan.models[model]?.spaces[0] as number] as string] as Responses;
    const predicted = Float64Array.from({ length: rows.length * targets }, (_, k) => {
      const [i, t] = [Math.floor(k / targets), k % targets];
      return sign(i) * (1 - Math.sqrt(1 - (s.data[(rows[i] as number) * targets + t] as number)));
    });
    return { predicted: matrix(["samples", "targets"], rows.length, targets, predicted) };
  };
  return settleBlock(data, settings, plan, folds, { of } as unknown as Fits);
}

/** Savings that hang together as an AR(1) series, run by run. */
function ar(rho: number, { seed = 1, runs = 2, samples = 300, targets = 48, scale = 0.1 } = {}): Responses {
  const random = createRandom(seed).stream("settle block");
  const data = Array.from({ length: runs }, () => [...drawAr1(random, samples, targets, rho).data]).flat();
  return matrix(
    ["samples", "targets"],
    runs * samples,
    targets,
    Float64Array.from(data, (x) => scale * x),
  );
}

/** Φ by Simpson's rule. */
function phi(x: number): number {
  const n = 2000;
  const h = (x + 10) / n;
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    const z = -10 + k * h;
    sum += (k === 0 || k === n ? 1 : k % 2 ? 4 : 2) * Math.exp((-z * z) / 2);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

/** The shortest block by the definition, in plain loops: correlations c(k) within runs, averaged over targets, up to the first that is not positive or lies
 * beyond six times their sum; V_b = 1 + 2 Σ max(0, 1 − k / b) c(k); 2 Φ(−1.96 √(V_b / V_∞)) ≤ .055. */
function shortest({ data, rows, cols }: Responses, samples: number, least: number): number {
  const c: number[] = [];
  let sum = -0.5;
  for (let k = 0; k <= samples / 2; k++) {
    let mean = 0;
    for (let t = 0; t < cols; t++) {
      const x = Array.from({ length: rows }, (_, i) => data[i * cols + t] as number);
      const middle = x.reduce((a, b) => a + b, 0) / rows;
      let [own, both] = [0, 0];
      for (let i = 0; i < rows; i++) {
        own += ((x[i] as number) - middle) ** 2;
        if (Math.floor(i / samples) === Math.floor((i - k) / samples))
          both += ((x[i] as number) - middle) * ((x[i - k] as number) - middle);
      }
      mean += both / own / cols;
    }
    sum += mean;
    if (mean <= 0 || k > 6 * sum) break;
    c.push(mean);
  }
  const V = (b: number) => c.reduce((all, r, k) => all + (k === 0 ? 1 : 2 * Math.max(0, 1 - k / b) * r), 0);
  for (let b = least; ; b++)
    if (2 * phi(-1.959964 * Math.sqrt(V(b) / V(Number.POSITIVE_INFINITY))) <= 0.055) return b;
}

describe("settleBlock", () => {
  it.each([0.3, 0.5, 0.6])(
    "is the plain reference for savings of AR %f, and near 24.1 mean lags 2ρ / (1 − ρ²)",
    (rho) => {
      const saved = ar(rho);
      const { block, why, warning } = study({ x: saved });
      expect(block).toBe(shortest(saved, 300, 10));
      const known = (24.1 * 2 * rho) / (1 - rho * rho);
      expect(Math.abs(block / known - 1)).toBeLessThan(0.15);
      expect(why).toMatch(
        /shortest that keep the paired test's false positives at \.05 within \.055.*\(the longest answer of 1 tests/,
      );
      expect(warning).toBe("");
    },
  );
  it("asks how long errors hang together, not which fit is ahead", () => {
    const saved = ar(0.5);
    const lost: Responses = { ...saved, data: saved.data.map((x) => -x) };
    expect(study({ x: lost }).block).toBe(study({ x: saved }).block);
  });
  it("takes the longest answer of all tests: a compared pair that hangs together for longer", () => {
    const [joint, slow] = [ar(0.3), ar(0.6, { seed: 2 })];
    const pair: Responses = { ...joint, data: joint.data.map((x, k) => x - (slow.data[k] as number)) };
    const { block, why } = study({ x: joint, y: slow }, { more: "compare: [[x, y]]" });
    expect(block).toBe(Math.max(shortest(joint, 300, 10), shortest(pair, 300, 10)));
    expect(block).toBeGreaterThan(study({ x: joint }).block);
    expect(why).toMatch(/longest answer of 2 tests/);
  });
  it("has at least 10 samples of a time series, and single rows that stand for unrelated stimuli", () => {
    const white = ar(0);
    expect(study({ x: white }).block).toBe(10);
    const rows = study({ x: white }, { design: "design: stimulus-rows" });
    expect(rows.block).toBe(shortest(white, 300, 1));
    expect(rows.block).toBeLessThan(4);
  });
  it("keeps the settings' block, and warns where it is too short and blocks are what is tested", () => {
    const saved = ar(0.6);
    const needed = study({ x: saved }).block;
    const few = study({ x: saved }, { more: "tests: { block: 12 }" });
    expect(few.block).toBe(12);
    expect(few.why).toMatch(new RegExp(`by the settings \\(tests\\.block\\).* ${needed} would be needed`));
    expect(few.warning).toMatch(new RegExp(`Blocks of 12 samples are too short.* ${needed} samples keep`));
    expect(study({ x: saved }, { more: "tests: { block: 12 }", people: 6 }).warning).toBe("");
    const long = study({ x: saved }, { more: `tests: { block: ${needed + 5} }` });
    expect([long.block, long.warning]).toEqual([needed + 5, ""]);
    expect(long.why).toMatch(/that is long enough/);
  });
  it("takes what half of a stretch allows where that is too short, and says what a test is then worth", () => {
    const saved = ar(0.9, { runs: 4, samples: 40 });
    const { block, why, warning } = study({ x: saved }, { runs: 4, samples: 40 });
    expect(block).toBe(10);
    expect(why).toMatch(/stretches of at most 40 samples are too short/);
    const expected = Number(/wrong in ([\d.]+) % of studies/.exec(warning)?.[1]);
    expect(expected).toBeGreaterThan(8);
    expect(expected).toBeLessThan(60);
  });
  it("warns of intervals alone where tests shift, and says how long the stretches are", () => {
    const more = "tests: { exchange: shift, block: 12 }";
    expect(study({ x: ar(0.6) }, { more }).warning).toMatch(
      /Blocks of 12 samples.*keep intervals over blocks/,
    );
    const short = ar(0.9, { runs: 4, samples: 40 });
    const own = study({ x: short }, { runs: 4, samples: 40, more: "tests: { exchange: shift }" });
    expect(own.warning).toMatch(
      /intervals, which draw blocks, are too narrow\. Tests shift.*Here they have 40\.$/,
    );
    expect(own.block).toBe(study({ x: short }, { runs: 4, samples: 40 }).block);
  });
  it("takes the usual length where no error varies", () => {
    const nothing = ar(0, { scale: 0 });
    expect(study({ x: nothing })).toEqual({
      block: 10,
      why: "Blocks have 10 samples: no error of any fit varies.",
      warning: "",
    });
  });
});
