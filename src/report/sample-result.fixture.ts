import { createRandom, type Random } from "../core/index.ts";
import type {
  Cell,
  Comparison,
  Equivalence,
  Estimate,
  ModelSummary,
  RegionScore,
  StudyResult,
  TargetScores,
} from "./result.ts";

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

const lab = ["early visual", "object", "scene", "word form", "syntax", "meaning", "convergence", "silent"];
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

/** Ready records for the states that a report has to survive. */
export const samples = {
  /** 8 people × 8 regions × 6 spaces, 7 planted regions found. */
  lab: () => makeSample({ virtual: true }),
  /** Nothing found and nothing predicted. */
  nothing: () => makeSample({ effects: [] }),
  /** One region found by one space. */
  one: () => makeSample({ effects: [["object", "objects", 0.2]] }),
  /** A control space wins in the same region. */
  control: () =>
    makeSample({
      controls: ["gabor"],
      effects: [
        ["object", "objects", 0.05],
        ["object", "gabor", 0.2],
      ],
    }),
  onePerson: () => makeSample({ people: 1 }),
  noCeiling: () => makeSample({ ceiling: Number.NaN }),
  /** 40 regions × 2 spaces, all with long names. */
  large: () => {
    const regions = Array.from(
      { length: 40 },
      (_, k) => `Left superior temporal sulcus, posterior part, dorsal bank ${k + 1}`,
    );
    const spaces = ["GPT-2 XL, mean of layers 20 to 28, first 100 components", "word rate and length"];
    const effects = regions.slice(0, 15).map((g) => [g, spaces[0] as string, 0.04] as const);
    return makeSample({ regions, spaces, controls: ["word rate and length"], effects, targets: 60 });
  },
  /** Every score undefined in one region, every score of one person undefined in another. */
  holes: () => {
    const whole = makeSample();
    return {
      ...whole,
      cells: whole.cells.map((cell) => (cell.region === "object" ? emptyCell(cell) : cell)),
      regionScores: whole.regionScores.map((score) =>
        score.region === "object" ? emptyRegion(score) : score,
      ),
    };
  },
  /** Every score of the study undefined. */
  undefined: () => {
    const whole = makeSample();
    return {
      ...whole,
      cells: whole.cells.map(emptyCell),
      regionScores: whole.regionScores.map(emptyRegion),
    };
  },
  /** Two models and two controls: a win in the first region, a win that a control has too in the second, a loss in the third. */
  models: () => {
    const differences: Readonly<Record<string, readonly number[]>> = {
      "both−one": [0.05, 0.04, -0.03],
      "both−permuted": [0.04, 0, 0],
      "permuted−one": [0, 0.04, -0.03],
      "both−untrained": [0.06, 0.05, -0.04],
      "untrained−one": [0, 0, -0.05],
    };
    const comparisons = Object.entries(differences).flatMap(([pair, sizes]) => {
      const [a, b] = pair.split("−") as [string, string];
      return lab.map((region, k) => ({
        ...makeComparison(region, sizes[k] ?? 0),
        ...{ a, b, unmatched: [], truth: k === 1 ? -0.02 : (sizes[k] ?? 0) },
      }));
    });
    const summary = (name: string, control: boolean): ModelSummary => ({
      name,
      description: `made-up model ${name}`,
      control,
      towers: [{ sense: "sentences", folder: `models/${name}`, signal: name, layers: 2, width: 8 }],
      layers: [0, 1, 2],
      scores: lab.map(() => ({
        r2: { mean: 0.1, low: 0.05, high: 0.15 },
        r: { mean: 0.3, low: 0.2, high: 0.4 },
        chosen: [0.2, 0.2, 0.6],
      })),
    });
    const models = [
      summary("both", false),
      summary("one", false),
      summary("permuted", true),
      summary("untrained", true),
    ];
    return { ...makeSample({ virtual: true }), comparisons, models };
  },
  /** A margin of R² .01: one small difference, three without evidence that are below the margin, one without evidence either way. */
  alike: () => {
    const whole = samples.compared();
    const below = (bound: number, p: number): Equivalence => ({
      bound,
      p: p / 2,
      pCorrected: p,
      equivalent: p <= 0.05,
    });
    return {
      ...whole,
      tests: { ...whole.tests, equivalence: { ...whole.tests.equivalence, margin: 0.01 } },
      cells: whole.cells.map((cell) => ({
        ...cell,
        equivalence:
          cell.space === "gabor" && cell.region === "silent" ? below(0.0041, 0.012) : below(0.1, 0.8),
      })),
      comparisons: whole.comparisons.map((own, k) => ({
        ...own,
        equivalence:
          k === 3
            ? below(0.0094, 0.03)
            : k > 3 && k < 7
              ? below(0.00612, 0.0039 + k / 1000)
              : below(0.04, 0.9),
      })),
    };
  },
  compared: () => ({
    ...makeSample(),
    comparisons: lab.map((region, k) => makeComparison(region, k < 3 ? 0.03 : k < 4 ? -0.02 : 0)),
  }),
};

function makeCell(
  random: Random,
  region: string,
  space: string,
  size: number,
  people: number,
  ceiling: number,
): Cell {
  const perPerson = Array.from(
    { length: people },
    () => size + (size > 0 ? 0.15 * size : 0.003) * random.normal() - (size > 0 ? 0 : 0.001),
  );
  const mean = average(perPerson);
  const estimate = (value: number): Estimate => ({
    mean: value,
    low: value - (size > 0 ? 0.3 * size : 0.004),
    high: value + (size > 0 ? 0.25 * size : 0.004),
  });
  return {
    region,
    space,
    alone: estimate(1.2 * mean),
    aloneR: estimate(Math.sign(mean) * Math.sqrt(Math.abs(1.2 * mean))),
    unique: estimate(mean),
    shared: estimate(0.05),
    split: estimate(1.1 * mean),
    uniqueShareOfCeiling: mean / ceiling,
    perPerson,
    p: size > 0 ? 2 ** -people : 0.6,
    pCorrected: size > 0 ? 0.0234375 : 1,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: size > 0,
    equivalence: excluding(1.2 * size + 0.004),
  };
}

/** Differences of `bound` and more are excluded; no margin is named. */
function excluding(bound: number): Equivalence {
  return { bound, p: Number.NaN, pCorrected: Number.NaN, equivalent: false };
}

function makeRegion(
  random: Random,
  region: string,
  size: number,
  people: number,
  ceiling: number,
): RegionScore {
  const center = size > 0 ? 0.6 : 0;
  const perPerson = Array.from({ length: people }, () => center + 0.03 * random.normal());
  const r = average(perPerson);
  const known = center > 0 ? ceiling : ceiling * 0;
  return {
    region,
    targets: 16,
    r: { mean: r, low: r - 0.05, high: r + 0.05 },
    r2: { mean: r * Math.abs(r), low: r * Math.abs(r) - 0.04, high: r * Math.abs(r) + 0.04 },
    ceiling: known,
    ccNorm: known > 0 ? r / Math.sqrt(known) : Number.NaN,
    perPerson,
    ceilingPerPerson: perPerson.map(() => known + 0.02 * random.normal()),
    p: size > 0 ? 2 ** -people : 0.5,
    pCorrected: size > 0 ? 0.0045 : 0.5,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: size > 0,
  };
}

function makeTargets(
  random: Random,
  participant: string,
  regions: number,
  spaces: number,
  each: number,
  ceiling: number,
): TargetScores {
  const count = regions * each;
  const draw = (scale: number, shift = 0) =>
    Float64Array.from({ length: count }, () => shift + scale * random.normal());
  const bands = () => Array.from({ length: spaces }, () => draw(0.05));
  return {
    participant,
    region: Int32Array.from({ length: count }, (_, k) => Math.floor(k / each)),
    r: draw(0.2, 0.4),
    r2: draw(0.1, 0.2),
    ceiling: draw(0.1, ceiling),
    alpha: Float64Array.from({ length: count }, (_, k) => 10 ** (k % 5)),
    unique: bands(),
    alone: bands(),
    split: bands(),
    bandWeight: bands(),
  };
}

function makeComparison(region: string, difference: number): Comparison {
  const perPerson = Array.from({ length: 8 }, (_, k) => difference + 0.002 * (k - 3.5));
  return {
    a: "model A",
    b: "model B",
    region,
    difference: { mean: difference, low: difference - 0.01, high: difference + 0.01 },
    perPerson,
    p: difference === 0 ? 0.9 : 0.0078125,
    pCorrected: difference === 0 ? 0.9 : 0.02,
    inFavour: perPerson.filter((value) => value > 0).length,
    significant: difference !== 0,
    equivalence: excluding(Math.abs(difference) + 0.0084),
  };
}

const empty: Estimate = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
const untested = { p: Number.NaN, pCorrected: Number.NaN, inFavour: 0, significant: false };

function emptyCell(cell: Cell): Cell {
  const perPerson = cell.perPerson.map(() => Number.NaN);
  const none = {
    alone: empty,
    aloneR: empty,
    unique: empty,
    shared: empty,
    split: empty,
    uniqueShareOfCeiling: Number.NaN,
    equivalence: excluding(Number.NaN),
  };
  return { ...cell, ...none, ...untested, perPerson };
}

function emptyRegion(score: RegionScore): RegionScore {
  const perPerson = score.perPerson.map(() => Number.NaN);
  const none = { r: empty, r2: empty, ceiling: Number.NaN, ccNorm: Number.NaN };
  return { ...score, ...none, ...untested, perPerson, ceilingPerPerson: perPerson };
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

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
