import type { MultiverseResult, RegionSummary, UniverseRegion, VerdictName } from "./record.ts";

const none = { "a wins": 0, "a ahead": 0, neither: 0, "b ahead": 0, "b wins": 0, undefined: 0 };
const cell = (mean: number, verdict: VerdictName, truth?: number): UniverseRegion => ({
  difference: { mean, low: mean - 0.01, high: mean + 0.01 },
  perPerson: [mean - 0.005, mean + 0.005],
  p: 0.02,
  pCorrected: 0.04,
  significant: verdict !== "neither",
  verdict,
  unbeaten: verdict.endsWith("ahead") ? ["untrained"] : [],
  ...(truth !== undefined && { truth }),
});

function summary(
  region: string,
  verdicts: Partial<RegionSummary["verdicts"]>,
  own: Partial<RegionSummary>,
): RegionSummary {
  const alternatives = (names: readonly string[]) =>
    names.map((name) => ({ name, universes: 2, mean: 0.01, verdicts: { ...none } }));
  const matched = { pairs: 2, change: -0.02, signFlips: 1, verdictFlips: 2, winFlips: 1, reversals: 0 };
  return {
    region,
    verdicts: { ...none, ...verdicts },
    median: 0.02,
    lowest: -0.01,
    highest: 0.05,
    above: 3,
    choices: [
      {
        choice: "pooling",
        share: 0.7,
        alternatives: alternatives(["mean", "first token"]),
        matched: [{ from: "mean", to: "first token", ...matched }],
      },
      {
        choice: "folds",
        share: 0.2,
        alternatives: alternatives(["three", "five", "shuffled"]),
        matched: [{ from: "three", to: "five", ...matched, signFlips: 0, verdictFlips: 0, winFlips: 0 }],
      },
    ],
    interactions: 0.1,
    overlap: 0,
    joint: {
      median: 0.02,
      p: 0.01,
      pCorrected: 0.02,
      dominant: 3,
      pDominant: 0.03,
      low: [-0.02, -0.01, -0.005, 0],
      high: [0, 0.005, 0.01, 0.02],
    },
    truth: { wins: 3, trueWins: 2, falseWins: 1, aTrulyAhead: 3, bTrulyAhead: 0 },
    ...own,
  };
}

/** Four universes of two choices and two refused: `scene` depends on pooling, `silent` says nothing. */
export const sampleMultiverse: MultiverseResult = {
  title: "A & B <in> many universes",
  question: "Which is better?",
  a: "multimodal",
  b: "unimodal",
  controls: ["untrained"],
  participants: ["p1", "p2"],
  regions: ["scene", "silent"],
  choices: [
    { name: "pooling", alternatives: ["mean", "first token"] },
    { name: "folds", alternatives: ["three", "five", "shuffled"] },
  ],
  cross: 6,
  universes: [
    { picks: [0, 0], overrides: [], regions: [cell(0.05, "a wins", 0.06), cell(0, "neither", 0)] },
    { picks: [0, 1], overrides: [], regions: [cell(0.03, "a wins", 0.05), cell(0.001, "neither", 0)] },
    { picks: [1, 0], overrides: [], regions: [cell(0.01, "a ahead", 0.02), cell(-0.001, "neither", 0)] },
    {
      picks: [1, 1],
      overrides: ["short-gap"],
      regions: [cell(-0.01, "neither", 0), cell(Number.NaN, "undefined")],
    },
  ],
  refused: [
    { picks: [0, 2], rule: "split-groups", what: "passages are torn", repair: "outer.shuffle: groups" },
    { picks: [1, 2], rule: "split-groups", what: "passages are torn", repair: "outer.shuffle: groups" },
  ],
  summaries: [
    summary("scene", { "a wins": 2, "a ahead": 1, neither: 1 }, {}),
    summary(
      "silent",
      { neither: 3, undefined: 1 },
      {
        median: 0,
        joint: {
          median: 0,
          p: 0.9,
          pCorrected: 0.9,
          dominant: 0,
          pDominant: 1,
          low: [-0.01, 0, 0],
          high: [0, 0, 0.01],
        },
        truth: { wins: 0, trueWins: 0, falseWins: 0, aTrulyAhead: 0, bTrulyAhead: 0 },
      },
    ),
  ],
  tests: {
    unit: "people",
    test: "sign-flip over 2 people, two-sided, exact",
    correction: "Benjamini–Hochberg over 2 regions × 3 compared pairs, in each universe by itself",
    level: 0.05,
    smallestP: 0.5,
    interval: "95 % bootstrap",
    joint: "sign-flip over 2 people of the median difference over universes",
    jointSmallestP: 0.5,
  },
  unmatched: [],
  warnings: [],
  virtual: true,
  provenance: {
    version: "1",
    code: "c",
    node: "20",
    backend: "b",
    dtype: "float32",
    seed: 1,
    settings: "s",
    inputs: [],
  },
};
