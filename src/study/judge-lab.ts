import { createRandom } from "../core/index.ts";
import {
  type BrainManifest,
  conjoin,
  contrastSets,
  dice,
  driveOf,
  localise,
  type Prediction,
  rankOf,
} from "../simulator/index.ts";
import { type Caption, describeScene, drawScene, type Scene } from "../stimuli/index.ts";
import { labTruth } from "./lab-brain.ts";
import { drawLocaliserSets } from "./lab-localisers.ts";
import type { StudySettings } from "./settings.ts";

/** Predicts the responses to stimuli of the virtual laboratory. */
export type PredictLab = (
  sense: "picture" | "sentence",
  stimuli: readonly (Scene | Caption)[],
) => Promise<Prediction>;

/** What the experiments found in a region, against what was planted. */
export interface RegionJudgement {
  readonly region: string;
  /** Overlap of the localised targets with the region's; NaN for a region that nothing is planted in. */
  readonly dice: number;
  readonly localised: number;
  readonly targets: number;
  /** Targets inside the mask. */
  readonly kept: number;
  /** Correlation over new stimuli of predicted and true responses, mean over the region's targets: [pictures, sentences]; NaN where the
   * region truly does not vary. */
  readonly r: readonly [number, number];
  /** Percentile, among new stimuli, of the true response to the one that is predicted to drive the region most; chance 50, NaN if no target
   * is kept or the region does not respond to the sense. */
  readonly driving: readonly [number, number];
}

/** How localisers are put together from the contrasts of `drawLocaliserSets`, and how large a contrast must be: the deviation of the sets'
 * means as a share of the deviation over all sorts of stimuli. */
export const labLocalisers = {
  least: { "edges seen": 0.3, "construction read": 0.3, other: 0.5 } as Readonly<Record<string, number>>,
  /** A target reads words if at least this many of the eight nouns' synonyms differ. */
  words: 4,
  rules: [
    { region: "early visual", all: ["edges seen"], none: [] },
    { region: "object", all: ["object seen"], none: ["edges seen", "object read"] },
    { region: "scene", all: ["place seen"], none: ["edges seen", "object seen"] },
    { region: "word form", all: ["word read"], none: [] },
    { region: "syntax", all: ["construction read"], none: ["word read", "object read"] },
    { region: "meaning", all: ["object read"], none: ["word read", "object seen"] },
    { region: "convergence", all: ["object seen", "object read"], none: ["edges seen", "word read"] },
  ],
} as const;

/** Judge experiments on a fitted brain against the truth of its virtual laboratory, for one person.
 * @param person place in the arrays: 0 is the mean. @param count new stimuli of each sense. */
export async function judgeLab(
  settings: StudySettings,
  predictLab: PredictLab,
  {
    regionOf,
    regions,
    presentation,
    person = 0,
    count = 60,
  }: {
    readonly regionOf: ArrayLike<number>;
    readonly regions: readonly string[];
    readonly presentation: Pick<BrainManifest["presentation"], "window"> & {
      readonly seconds: Readonly<Record<"picture" | "sentence", number>>;
    };
    readonly person?: number;
    readonly count?: number;
  },
): Promise<RegionJudgement[]> {
  const random = createRandom(settings.seed).stream("judge");
  const pictures = Array.from({ length: count }, () => drawScene(random));
  const sentences = Array.from({ length: count }, () => describeScene(drawScene(random), random));
  const seen = await predictLab("picture", pictures);
  const read = await predictLab("sentence", sentences);
  const truth = labTruth(settings, { pictures, sentences }, presentation);
  const found = await localiseAll(predictLab, [seen, read], settings.seed);
  return regions.map((region, g): RegionJudgement => {
    const inside = Uint8Array.from(regionOf, (own) => (own === g ? 1 : 0));
    const rule = labLocalisers.rules.find((one) => one.region === region);
    const localised = rule
      ? conjoin(
          rule.all.map((name) => found.get(name) as Uint8Array),
          rule.none.map((name) => found.get(name) as Uint8Array),
        )
      : inside.map(() => 0);
    const pair = (of: (prediction: Prediction, truly: readonly Float64Array[]) => number) =>
      [of(seen, truth.picture[person] ?? []), of(read, truth.sentence[person] ?? [])] as const;
    return {
      region,
      dice: rule ? dice(localised, inside) : Number.NaN,
      localised: localised.reduce((a, b) => a + b, 0),
      targets: inside.reduce((a, b) => a + b, 0),
      kept: inside.reduce((sum, one, t) => sum + (one === 1 && seen.mask[t] === 1 ? 1 : 0), 0),
      r: pair((prediction, responses) => meanCorrelation(prediction, responses, inside)),
      driving: pair((prediction, responses) => percentileOfBest(prediction, responses, inside)),
    };
  });
}

/** Every contrast as a localiser. */
async function localiseAll(
  predictLab: PredictLab,
  reference: readonly Prediction[],
  seed: number,
): Promise<Map<string, Uint8Array>> {
  const deviation = deviationOver(reference);
  const mask = (reference[0] as Prediction).mask;
  const found = new Map<string, Uint8Array>();
  const words: Uint8Array[] = [];
  for (const { name, sense, sets } of drawLocaliserSets(createRandom(seed).stream("localisers"))) {
    const predicted: Prediction[] = [];
    for (const { stimuli } of sets) predicted.push(await predictLab(sense, stimuli));
    const contrast = contrastSets(predicted, { random: createRandom(seed).stream(name), draws: 199 });
    const least = labLocalisers.least[name] ?? (labLocalisers.least.other as number);
    const located = localise(contrast, mask, {
      direction: "either",
      least: 0.05,
      size: { least, reference: deviation },
    });
    if (name.startsWith("word read")) words.push(located);
    else found.set(name, located);
  }
  const read = mask.map((_, t) =>
    words.filter((one) => one[t] === 1).length >= labLocalisers.words ? 1 : 0,
  );
  return found.set("word read", read);
}

/** Standard deviation of each target over all the stimuli. */
function deviationOver(predictions: readonly Prediction[]): Float64Array {
  const targets = predictions[0]?.targets ?? 0;
  return Float64Array.from({ length: targets }, (_, t) => {
    const values = predictions.flatMap(({ responses, stimuli }) =>
      Array.from({ length: stimuli }, (__, i) => responses[i * targets + t] as number),
    );
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
}

function meanCorrelation(
  { responses, targets, stimuli }: Prediction,
  truth: readonly Float64Array[],
  inside: Uint8Array,
): number {
  const all = [...inside.keys()]
    .filter((t) => inside[t] === 1)
    .map((t) =>
      correlation(
        Float64Array.from({ length: stimuli }, (_, i) => responses[i * targets + t] as number),
        Float64Array.from(truth, (row) => row[t] as number),
      ),
    );
  const defined = all.filter(Number.isFinite);
  return defined.length > 0 ? defined.reduce((a, b) => a + b, 0) / defined.length : Number.NaN;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += ((x[i] as number) - mx) * ((y[i] as number) - my);
    xx += ((x[i] as number) - mx) ** 2;
    yy += ((y[i] as number) - my) ** 2;
  }
  return xx > 1e-12 && yy > 1e-12 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

function percentileOfBest(
  prediction: Prediction,
  truth: readonly Float64Array[],
  inside: Uint8Array,
): number {
  const used = [...inside.keys()].filter((t) => inside[t] === 1 && prediction.mask[t] === 1);
  if (used.length === 0) return Number.NaN;
  const real = truth.map((row) => used.reduce((sum, t) => sum + (row[t] as number), 0));
  const spread = Math.max(...real) - Math.min(...real);
  if (!(spread > 1e-6)) return Number.NaN;
  const best = rankOf(driveOf(prediction, inside).values)[0] as number;
  return (100 * real.filter((value) => value < (real[best] as number)).length) / (real.length - 1);
}
