import { describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, type Responses } from "../core/index.ts";
import { createReferenceLinalg } from "../linalg/index.ts";
import { crowdsOf, membersOf, sideBySide } from "./crowds.ts";
import type { SpaceFeatures, StudyData } from "./data.ts";
import { type FitInput, type FitOutput, fitModel } from "./fit-model.ts";
import { planFits } from "./fit-models.ts";
import { planFolds, planModels } from "./plan.ts";
import { parseSettings } from "./read-settings.ts";

const [samples, count, people] = [30, 3, 3];
const random = createRandom(4).stream("crowds");
const draw = <C extends string>(axis: C, cols: number) =>
  matrix(
    ["samples", axis] as const,
    samples,
    cols,
    Float64Array.from({ length: samples * cols }, () => random.normal()),
  );
const drawSpace = (cols: number): SpaceFeatures => [
  Array.from({ length: count }, (): Features => draw("features", cols)),
];
const settings = parseSettings(`
title: t
question: q
tr: 2
participants: [a, b, c]
runs: [{ id: r, samples: ${samples}, count: ${count} }]
responses: { file: y.npy }
regions: { names: [A] }
features: { heard: { ready: { file: x.npy } }, own: { ready: { file: "{participant}.npy" } } }
outer: { folds: ${count} }
fit: { alphas: { from: 0.01, to: 100, count: 4 }, weightings: 3, inner: { folds: 2 }, dtype: float64 }`);
const heard = drawSpace(3);
const own = Array.from({ length: people }, () => drawSpace(2));
const targets = [2, 4, 3];
const responses = targets.map((cols) =>
  Array.from({ length: count }, (): Responses => draw("targets", cols)),
);

/** People who heard the same and have something of their own. @param copies everybody has a copy of what was heard, so that nobody is fitted together. */
const study = (copies: boolean): StudyData =>
  ({
    runs: Array.from({ length: count }, (_, r) => ({ id: `r${r}`, role: "train", samples, repeats: 1 })),
    spaces: ["heard", "own"].map((name) => ({
      name,
      description: "",
      control: false,
      joint: true,
      delays: [0],
      pca: null,
    })),
    layers: [""],
    regions: ["A"],
    stimuli: own.map((mine) => ({ spaces: [copies ? heard.map((runs) => [...runs]) : heard, mine] })),
    people: responses.map((runs, p) => ({
      id: `p${p}`,
      stimuli: p,
      responses: runs.map((run) => [run]),
      regionOf: new Int32Array(targets[p] as number),
      constant: [],
    })),
    groups: null,
  }) as unknown as StudyData;

async function fitAll(data: StudyData) {
  const folds = planFolds(data, settings);
  const plan = planModels(data.spaces);
  const { steps, collect } = planFits(data, settings, plan, folds, { random, backend: "reference" });
  const linalg = createReferenceLinalg();
  const out: FitOutput[] = [];
  for (const step of steps) out.push(await fitModel((step.payload as () => FitInput)(), linalg));
  const fits = collect(out);
  const all = data.people.flatMap((_, p) =>
    folds.flatMap((_fold, f) => plan.models.map((_model, m) => fits.of(p, f, m))),
  );
  return { steps: steps.length, all };
}

describe("people for whom a model has the same features", () => {
  it("are fitted together, and each gets what a fit of his own would give", async () => {
    const [together, apart] = [await fitAll(study(false)), await fitAll(study(true))];
    // models: both spaces, the heard one, the own one; folds × people, the heard one once for all
    expect(together.steps).toBe(count * (people + 1 + people));
    expect(apart.steps).toBe(count * 3 * people);
    for (const [k, { predicted, ...chosen }] of together.all.entries()) {
      const { predicted: other, ...choice } = apart.all[k] as (typeof apart.all)[number];
      expect([predicted.rows, predicted.cols]).toEqual([other.rows, other.cols]);
      for (const [i, value] of predicted.data.entries())
        expect(value).toBeCloseTo(other.data[i] as number, 9);
      expect(chosen.alphaIndex).toEqual(choice.alphaIndex);
      expect(chosen.bandWeights).toEqual(choice.bandWeights);
    }
  });
  it("are told by the features of the model's spaces alone", () => {
    const data = study(false);
    expect(crowdsOf(data, [0]).map((crowd) => crowd.people)).toEqual([[0, 1, 2]]);
    expect(crowdsOf(data, [0, 1]).map((crowd) => crowd.people)).toEqual([[0], [1], [2]]);
  });
  it("stand beside each other in a task that begins and ends within a person", () => {
    const data = study(false);
    const [crowd] = crowdsOf(data, [0]);
    if (crowd === undefined) throw new Error("there are people");
    const Y = sideBySide(membersOf(data, { crowd, from: 1, to: 7 }));
    expect([Y.rows, Y.cols]).toEqual([samples * count, 6]);
    const [a, b, c] = responses.map((runs) => (runs[0] as Responses).data);
    expect([...Y.data.slice(0, 6)]).toEqual([
      ...(a ?? []).slice(1, 2),
      ...(b ?? []).slice(0, 4),
      ...(c ?? []).slice(0, 1),
    ]);
  });
});
