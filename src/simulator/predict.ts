import { EncodingError } from "../core/index.ts";
import type { BrainArray } from "./array.ts";
import { type Brain, findModel, findPerson, type Weights } from "./brain.ts";
import type { Encoded } from "./encode.ts";
import type { BrainManifest } from "./manifest.ts";
import type { Sense, SenseModel } from "./manifest-model.ts";

/** Responses that a fitted brain expects to stimuli. */
export interface Prediction {
  readonly model: string;
  readonly person: string;
  readonly sense: Sense;
  readonly stimuli: number;
  readonly targets: number;
  /** (stimuli × targets): change against the empty screen, in the manifest's unit. */
  readonly responses: Float32Array;
  /** (targets): half width; response ± interval holds a new single presentation at the manifest's level. */
  readonly interval: Float32Array;
  /** (targets): 1 where the model predicts held-out responses better than chance; elsewhere the response is not to be trusted. */
  readonly mask: Uint8Array;
  /** (stimuli): percentile of the stimulus' distance among held-out training stimuli, 0 to 100. */
  readonly percentile: Float32Array;
  /** Sentences for the reader: stimuli unlike the training, sentences that were cut. */
  readonly warnings: readonly string[];
}

/** Which model and whose brain. */
export interface PredictOptions {
  readonly model: string;
  /** Default: the first person of the manifest, which is the mean where there is one. */
  readonly person?: string;
}

/** Predict the responses to stimuli.
 *
 * response = Σ_c weights[person, target, c] · x[c] with x = [1, features] in the columns of the stimulus' sense and 0 elsewhere.
 * @param encoded stimuli of the model's own encoder, from `encodeStimuli`.
 * @throws EncodingError "option" if the model or person is not there, or the model lacks the sense; "shape" if the features are another encoder's. */
export async function predict(brain: Brain, encoded: Encoded, options: PredictOptions): Promise<Prediction> {
  const { manifest } = brain;
  const { model, person = manifest.people[0]?.id ?? "" } = options;
  const p = findPerson(manifest, person);
  const sense = findSense(manifest, model, encoded.sense);
  const [weights, interval, mask, distances] = await Promise.all([
    brain.weights(model),
    brain.array(sense.interval),
    maskOf(brain, model),
    brain.array(sense.distances),
  ]);
  const targets = manifest.targets.count;
  const own = (all: ArrayLike<number>) => Array.prototype.slice.call(all, p * targets, (p + 1) * targets);
  const percentile = Float32Array.from(encoded.distance, (distance) => percentileOf(distances, distance));
  return {
    model,
    person,
    sense: encoded.sense,
    stimuli: encoded.count,
    targets,
    responses: multiply(weights, p * targets, targets, sense.columns, encoded),
    interval: Float32Array.from(own(interval)),
    mask: Uint8Array.from(own(mask)),
    percentile,
    warnings: warningsOf(encoded, percentile),
  };
}

/** Which targets a model predicts better than chance, (people × targets).
 * @throws EncodingError "option" if that was not tested. */
export async function maskOf({ manifest, array }: Brain, model: string): Promise<BrainArray> {
  const { mask } = findModel(manifest, model);
  if (mask !== null) return array(mask);
  throw new EncodingError("option", `maskOf: the model "${model}" was not tested target by target.`);
}

/** The sense of a model.
 * @throws EncodingError "option" if the model is not there or lacks it. */
export function findSense(manifest: BrainManifest, model: string, sense: Sense): SenseModel {
  const { senses } = findModel(manifest, model);
  const found = senses[sense];
  if (found) return found;
  if (Object.keys(senses).length === 0)
    throw new EncodingError(
      "option",
      `findSense: nothing can be shown to the model "${model}". ${manifest.presentation.text}`,
    );
  throw new EncodingError(
    "option",
    `findSense: the model "${model}" takes ${Object.keys(senses).join(" and ")}s only; got a ${sense}.`,
  );
}

/** (stimuli × targets), summed in float64. */
function multiply(
  { data: weights, columns }: Weights,
  firstRow: number,
  targets: number,
  [from, to]: readonly [number, number],
  { count, features }: Encoded,
): Float32Array {
  const width = to - from - 1;
  if (features.length !== count * width)
    throw new EncodingError(
      "shape",
      `predict: the model has ${width} features of this sense; got ${features.length} numbers for ${count} stimuli. Were they encoded by another model?`,
    );
  const out = new Float32Array(count * targets);
  for (let i = 0; i < count; i++)
    for (let t = 0; t < targets; t++) {
      const at = (firstRow + t) * columns + from;
      let sum = weights[at] as number;
      for (let k = 0; k < width; k++)
        sum += (weights[at + 1 + k] as number) * (features[i * width + k] as number);
      out[i * targets + t] = sum;
    }
  return out;
}

/** Where a distance lies among the percentiles 0 … 100 of the training's, by linear interpolation; 0 below, 100 above all.
 * @param distances 101 ascending numbers. */
export function percentileOf(distances: ArrayLike<number>, distance: number): number {
  const last = distances.length - 1;
  if (!(distance > (distances[0] as number))) return 0;
  if (distance >= (distances[last] as number)) return 100;
  let k = 0;
  while (distance >= (distances[k + 1] as number)) k++;
  const [low, high] = [distances[k] as number, distances[k + 1] as number];
  return (100 * (k + (distance - low) / (high - low))) / last;
}

/** From this percentile on a stimulus is called unlike the training. */
export const unlikeFrom = 99;

function warningsOf({ sense, truncated }: Encoded, percentile: Float32Array): string[] {
  const warnings: string[] = [];
  const unlike = [...percentile.keys()].filter((k) => (percentile[k] as number) >= unlikeFrom);
  if (unlike.length > 0)
    warnings.push(
      `${percentile.length === 1 ? `This ${sense} is` : `${unlike.length} of ${percentile.length} ${sense}s are`} unlike anything this brain was fitted on: the prediction is a guess.`,
    );
  if (truncated.length > 0)
    warnings.push(
      `${percentile.length === 1 ? "The sentence is" : `${truncated.length} of ${percentile.length} sentences are`} longer than the encoder reads: the end was cut.`,
    );
  return warnings;
}
