import { createRandom } from "../core/index.ts";
import type { StudyResult } from "./result.ts";
import { makeCell, makeRegion, makeTargets } from "./sample-scores.fixture.ts";

/** What a made-up record is to look like; effects are unique variances. For tests only: no number of it was measured. */
export interface SampleOptions {
  readonly people?: number;
  readonly regions?: readonly string[];
  readonly spaces?: readonly string[];
  readonly controls?: readonly string[];
  /** [region, space, unique variance]; significant where above zero. */
  readonly effects?: readonly (readonly [string, string, number])[];
  readonly ceiling?: number;
  readonly targets?: number;
  readonly virtual?: boolean;
}

/** Regions of the laboratory. */
export const lab = [
  "early visual",
  "object",
  "scene",
  "word form",
  "syntax",
  "meaning",
  "convergence",
  "silent",
];
const labSpaces = ["gabor", "objects", "scene", "word form", "syntax", "meaning"];
const labEffects = [
  ["early visual", "gabor", 0.09],
  ["object", "objects", 0.28],
  ["scene", "scene", 0.18],
  ["word form", "word form", 0.24],
  ["syntax", "syntax", 0.28],
  ["meaning", "meaning", 0.33],
  ["convergence", "objects", 0.18],
  ["convergence", "meaning", 0.21],
] as const;

/** A made-up, reproducible record of a study of any size. */
export function makeSample({
  people = 8,
  regions = lab,
  spaces = labSpaces,
  controls = [],
  effects = regions === lab ? labEffects : [],
  ceiling = 0.5,
  targets = 4,
  virtual = false,
}: SampleOptions = {}): StudyResult {
  const random = createRandom(7).stream("sample");
  const participants = Array.from({ length: people }, (_, k) => `P${String(k + 1).padStart(2, "0")}`);
  const size = (region: string, space: string) =>
    effects.find(([g, s]) => g === region && s === space)?.[2] ?? 0;
  const cells = regions.flatMap((region) =>
    spaces.map((space) => makeCell(random, region, space, size(region, space), people, ceiling)),
  );
  const regionScores = regions.map((region) =>
    makeRegion(random, region, Math.max(...spaces.map((space) => size(region, space))), people, ceiling),
  );
  return {
    title: "A made-up study",
    question: "Which feature spaces add something of their own, and where?",
    design: "time-series",
    tr: 2,
    participants,
    regions,
    spaces: spaces.map((name, k) => ({
      name,
      description: `made-up features of ${name}`,
      features: 8 + k,
      control: controls.includes(name),
    })),
    runs: [
      { id: "run-1", role: "train", samples: 300, repeats: 1 },
      { id: "run-2", role: "test", samples: 270, repeats: 10 },
    ],
    overrides: [],
    designNotes: ["Delays in samples: 1, 2, 3, 4."],
    cells,
    regionScores,
    comparisons: [],
    partition: null,
    controls: [],
    models: [],
    targets: participants.map((participant) =>
      makeTargets(random, participant, regions.length, spaces.length, targets, ceiling),
    ),
    tests: {
      test:
        people > 5
          ? `sign-flip over ${people} people, one-sided, exact`
          : `paired exchange of models over 27 blocks of 10 held-out samples, one-sided, exact; too few people (${people}) for a test over people`,
      unit: people > 5 ? "people" : "blocks",
      correction: `Benjamini–Hochberg over ${regions.length} regions × ${spaces.length} feature spaces`,
      level: 0.05,
      smallestP: people > 5 ? 2 ** -people : 0.001,
      interval: "95 % two-level bootstrap: people × blocks of 10 samples, 1000 draws",
      equivalence: {
        test:
          people > 5
            ? `two one-sided sign-flip tests over ${people} people, exact`
            : "two one-sided paired exchanges over 27 blocks of 10 held-out samples, 4999 draws",
        margin: null,
        smallestP: people > 5 ? 2 ** -people : 0.0002,
      },
    },
    choices: {
      alphas: [0.1, 1, 10, 100, 1000, 10000],
      alphaCounts: [2, 5, 40, 200, 60, 9],
      alphaEdgeRate: 11 / 316,
      bandWeights: regions.map(() => random.dirichlet(spaces.map(() => 0.5))).map((row) => [...row]),
      bandEdgeRate: 0.31,
    },
    ceilingNote: Number.isFinite(ceiling)
      ? "Explainable variance from 10 repeats."
      : "No repeats: there is no noise ceiling.",
    warnings: [],
    recovery: virtual ? recoveryOf(regions, effects) : null,
    provenance: {
      version: "0.1.0",
      code: "c0de".repeat(16),
      node: "20",
      backend: "onnxruntime: ONNX Runtime 1.30.0",
      dtype: "float64",
      seed: 0,
      settings: "5e77".repeat(16),
      inputs: [{ name: "responses.npy", sha256: "ab".repeat(32) }],
    },
  };
}

function recoveryOf(
  regions: readonly string[],
  effects: readonly (readonly [string, string, number])[],
): StudyResult["recovery"] {
  const planted = regions.map((region) => ({
    region,
    spaces: effects.filter(([g]) => g === region).map(([, space]) => space),
    description: `what ${region} responds to`,
  }));
  const total = planted.filter(({ spaces }) => spaces.length > 0).length;
  return {
    planted,
    found: total,
    plantedTotal: total,
    falseCells: [],
    falseRegions: [],
    nominalRate: 0.05,
    shareCorrelation: 0.93,
  };
}
