import { describe, expect, it } from "vitest";
import { createRandom, type Features, isEncodingError, matrix } from "../../core/index.ts";
import type { StudyData, StudyRun } from "../data.ts";
import { planFolds } from "../plan.ts";
import { parseSettings } from "../read-settings.ts";
import type { StudySettings } from "../settings.ts";
import type { RuleName } from "./finding.ts";
import { examineStudy, guardStudy } from "./guard-study.ts";
import { meanOfLargest, meanOfTop } from "./selection.ts";
import { hrfOverlap } from "./short-gap.ts";
import { verdictText } from "./verdict-text.ts";

const random = createRandom(3).stream("guard");

/** A study of one ready-made space, as its file would be read. */
function study(
  yaml: string,
  { edit, groups, names }: { edit?: (X: Features[]) => void; groups?: number[]; names?: string[] } = {},
): { data: StudyData; settings: StudySettings } {
  const settings = parseSettings(`
title: t
question: q
participants: [p]
responses: { file: y.npy${yaml.includes("ZSCORED") ? ", zscore: true" : ""} }
regions: { names: [A] }
features: { model: { ready: { file: x.npy } } }
${yaml}`);
  const runs = (settings.runs ?? []).flatMap((run) =>
    Array.from({ length: run.count }, (_, k): StudyRun => ({ ...run, id: `${run.id}-${k + 1}` })),
  );
  const X = runs.map(({ samples }) => {
    const own = Float64Array.from({ length: samples * 24 }, () => random.normal());
    return matrix(["samples", "features"] as const, samples, 24, own);
  });
  edit?.(X);
  const data: StudyData = {
    runs,
    spaces: [{ name: "model", description: "", control: false, joint: true, delays: [0], pca: null }],
    layers: [""],
    regions: ["A"],
    stimuli: [{ spaces: [[X]] }],
    people: [{ id: "p", stimuli: 0, responses: [], regionOf: Int32Array.of(0, 0), constant: [] }],
    truth: null,
    groups: groups ? Int32Array.from(groups) : null,
    stimulusList: names ? { names, hashes: names, texts: true } : null,
    notes: [],
    warnings: [],
    inputs: [],
  };
  return { data, settings };
}

const series = "tr: 2\nfit: { inner: { folds: 2, gap: 4 } }\n";
const rows = "design: stimulus-rows\nfit: { inner: { folds: 2 } }\n";
const four = (n: number) => Array.from({ length: n }, (_, i) => Math.floor(i / 4));
const copyRow = (X: Features, from: number, to: number, noise = 0) => {
  for (let j = 0; j < 24; j++)
    X.data[to * 24 + j] = (X.data[from * 24 + j] as number) + noise * random.normal();
};

/** Every leak as a study, by the rule that refuses it, and the nearest study that keeps the rule. */
const leaks: Record<
  RuleName,
  { bad: ReturnType<typeof study>; good: ReturnType<typeof study>; says: RegExp }
> = {
  "ungrouped-rows": {
    bad: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4 }`),
    good: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4 }`, { groups: four(48) }),
    says: /100 % of the held-out rows.*outer\.groups/,
  },
  "split-groups": {
    bad: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4, shuffle: rows }`, {
      groups: four(48),
    }),
    good: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4, shuffle: groups }`, {
      groups: four(48),
    }),
    says: /12 of 12 groups have rows on both sides of the outer folds/,
  },
  "split-runs": {
    bad: study(`${rows}runs: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4, shuffle: rows }`),
    good: study(`${rows}runs: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4, shuffle: groups }`),
    says: /4 of 4 runs \(s-1, s-2, s-3 …\)/,
  },
  "split-repeats": {
    bad: study(`${rows}runs: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4 }`, {
      edit: ([a, b]) => (b as Features).data.set((a as Features).data.subarray(0, 24), 0),
    }),
    good: study(`${rows}runs: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4 }`),
    says: /row 1 is row 21; row 21 is row 1/,
  },
  "near-duplicates": {
    bad: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4 }`, {
      groups: four(48),
      edit: ([a]) => copyRow(a as Features, 2, 40, 0.05),
    }),
    good: study(`${rows}runs: [{ id: s, samples: 48 }]\nouter: { folds: 4 }`, {
      groups: four(48).map((g) => (g === 10 ? 0 : g)),
      edit: ([a]) => copyRow(a as Features, 2, 40, 0.05),
    }),
    says: /2 held-out stimuli .*row 3 and row 41: features at 0\.\d % of the usual squared distance/,
  },
  "short-gap": {
    bad: study(`${series}runs: [{ id: s, samples: 120 }]\nouter: { folds: 4, gap: 3 }`),
    good: study(`${series}runs: [{ id: s, samples: 120 }]\nouter: { folds: 4, gap: 4 }`),
    says: /outer.gap is 3 samples \(6 s\).*at least 4 samples \(8 s\).*correlate at -?0\.\d\d \(at 0\.\d\d one/,
  },
  "fitted-outside": {
    bad: study(
      `${series}runs: [{ id: s, samples: 40, count: 4 }]\nouter: { folds: 4 }\nprepared: [{ step: layer, of: model, from: all, choices: 12 }]`,
    ),
    good: study(
      `${series}runs: [{ id: s, samples: 40, count: 4 }]\nouter: { folds: 4 }\nprepared: [{ step: layer, of: model, from: outside }, { step: scaler, of: model, from: all }]`,
    ),
    says: /choice of the layer of “model” was fitted on all rows.*best of 12 layers/,
  },
  "standardised-test": {
    bad: study(`${rows}# ZSCORED\nruns: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4 }`),
    good: study(`${rows}runs: [{ id: s, samples: 20, count: 4 }]\nouter: { folds: 4 }`),
    says: /responses.zscore: true.*0\.22 spreads/,
  },
  "delays-across-runs": {
    bad: study(`${series}runs: [{ id: s, samples: 40, count: 4 }]\nouter: { folds: 4 }`, {
      edit: (X) => delay(X, true),
    }),
    good: study(`${series}runs: [{ id: s, samples: 40, count: 4 }]\nouter: { folds: 4 }`, {
      edit: (X) => delay(X, false),
    }),
    says: /delayed by up to 2 samples.*6 rows/,
  },
  "circular-regions": {
    bad: study(
      `${series}runs: [{ id: s, samples: 40, count: 4 }]\nouter: { folds: 4 }\nprepared: [{ step: regions, from: training, choices: 20 }]`,
    ),
    good: study(
      `${series}runs: [{ id: s, samples: 40, count: 4 }, { id: t, role: test, samples: 40 }]\nprepared: [{ step: regions, from: training, choices: 20 }]`,
    ),
    says: /best 2 of 20 targets.* r of 0\.139 without any signal/,
  },
};

/** Column 1 becomes column 0 two samples later, across the borders of runs or not. */
function delay(X: Features[], across: boolean): void {
  const at = (run: number, i: number) => X[run]?.data[i * 24] as number;
  for (const [r, run] of X.entries())
    for (let i = 0; i < run.rows; i++)
      run.data[i * 24 + 1] = i >= 2 ? at(r, i - 2) : across && r > 0 ? at(r - 1, 38 + i) : 0;
}

describe.each(Object.entries(leaks))("the guard and %s", (rule, { bad, good, says }) => {
  it("refuses the leak by name, with a number, the repair and the override", () => {
    const folds = planFolds(bad.data, bad.settings);
    try {
      guardStudy(bad.data, bad.settings, folds);
      expect.unreachable();
    } catch (error) {
      if (!isEncodingError(error, "design")) throw error;
      expect(error.message).toMatch(
        new RegExp(`^guard: ${rule}: .*Why: .*\\d.*Repair: .*allow: \\[${rule}\\]`),
      );
      expect(error.message).toMatch(says);
    }
    const refused = examineStudy(bad.data, bad.settings, folds).filter(({ state }) => state === "refused");
    expect(refused.map((own) => own.rule)).toEqual([rule]);
    expect(refused[0]?.findings[0]?.rows.length).toBeGreaterThan(0);
    expect(verdictText(examineStudy(bad.data, bad.settings, folds))).toMatch(`REFUSED  ${rule}`);
  });
  it("lets it run where it is overridden, and hands the finding on", () => {
    const settings = { ...bad.settings, allow: [rule as RuleName] };
    const overrides = guardStudy(bad.data, settings, planFolds(bad.data, settings));
    expect([...new Set(overrides.map((own) => own.rule))]).toEqual([rule]);
  });
  it("lets the repaired study pass", () => {
    expect(guardStudy(good.data, good.settings, planFolds(good.data, good.settings))).toEqual([]);
  });
});

describe("the numbers of the guard", () => {
  it("are those of order statistics (Harter 1961) and of draws", () => {
    expect(meanOfLargest(10)).toBeCloseTo(1.53875, 3);
    expect(meanOfLargest(100)).toBeCloseTo(2.50759, 3);
    expect(meanOfTop(0.1)).toBeCloseTo(1.75498, 3);
    expect(hrfOverlap(0)).toBe(1);
    expect(hrfOverlap(2)).toBeGreaterThan(hrfOverlap(8));
  });
});
