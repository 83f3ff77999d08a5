import { partitionSubsets } from "../stats/index.ts";
import type { Equivalence, ModelSummary, Partition } from "./result.ts";
import { lab, makeSample } from "./sample-result.fixture.ts";
import { emptyCell, emptyRegion, makeComparison } from "./sample-scores.fixture.ts";

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
  /** Four spaces in two regions, the joint R² in 15 parts: 0, .01, .02 … and in the second region half of that below zero; one region undefined. */
  parts: () => {
    const spaces = ["sound", "words", "meaning", "syntax"];
    const whole = makeSample({ spaces, regions: ["front", "back", "empty"] });
    const share = (mean: number) => ({ mean, low: mean - 0.015, high: mean + 0.02 });
    const partition: Partition = {
      overlap: [],
      regions: whole.regions.map((region, g) => ({
        region,
        parts: partitionSubsets(spaces).map((own, k) => {
          const mean = [0.01 * k, k % 2 === 0 ? 0.01 * k : -0.005 * k, Number.NaN][g] ?? Number.NaN;
          return { spaces: own, share: share(mean), perPerson: whole.participants.map(() => mean) };
        }),
      })),
    };
    return { ...whole, partition };
  },
};
