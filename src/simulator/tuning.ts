import { EncodingError, type Random } from "../core/index.ts";
import { percentileInterval } from "../stats/index.ts";
import type { Prediction } from "./predict.ts";

/** Mean response over some targets. */
export interface Drive {
  /** (stimuli): mean over the targets, in the manifest's unit. */
  readonly values: Float64Array;
  /** Targets that were averaged: those inside the mask. */
  readonly targets: number;
  /** Half width of the interval of one new presentation, were the targets' errors the same: the mean of theirs. Errors that differ between
   * targets average out, so that it is too wide rather than too narrow. */
  readonly interval: number;
}

/** How strongly stimuli drive a set of targets, such as a region.
 * @param targets 1 for targets that are meant; those outside the mask are left out.
 * @throws EncodingError "value" if none is inside the mask: nothing can be said of them. */
export function driveOf(prediction: Prediction, targets: ArrayLike<number>): Drive {
  const { responses, stimuli, mask, interval } = prediction;
  const used = [...mask.keys()].filter((t) => targets[t] === 1 && mask[t] === 1);
  if (used.length === 0)
    throw new EncodingError(
      "value",
      `driveOf: none of these targets is predicted better than chance by "${prediction.model}": nothing can be said of them.`,
    );
  const values = Float64Array.from({ length: stimuli }, (_, i) =>
    used.reduce((sum, t) => sum + (responses[i * prediction.targets + t] as number) / used.length, 0),
  );
  const width = used.reduce((sum, t) => sum + (interval[t] as number) / used.length, 0);
  return { values, targets: used.length, interval: width };
}

/** Mean response to the stimuli that carry a tag. */
export interface TagTuning {
  readonly tag: string;
  readonly stimuli: number;
  readonly mean: number;
  /** 95 % interval over stimuli (bootstrap): for the mean over such stimuli, as the brain predicts it. */
  readonly low: number;
  readonly high: number;
}

/** Tuning of a set of targets over a library, tag by tag, the strongest first; tags of fewer than `least` stimuli are left out.
 * @param tags of each stimulus. @throws EncodingError "shape" if there are not as many as stimuli. */
export function tuneTags(
  drive: Drive,
  tags: readonly (readonly string[])[],
  {
    random,
    draws = 1000,
    least = 4,
  }: { readonly random: Random; readonly draws?: number; readonly least?: number },
): TagTuning[] {
  if (tags.length !== drive.values.length)
    throw new EncodingError(
      "shape",
      `tuneTags: needs the tags of each stimulus; got ${tags.length} for ${drive.values.length}.`,
    );
  const names = [...new Set(tags.flat())].sort();
  return names
    .map((tag) => ({ tag, own: [...drive.values].filter((_, i) => tags[i]?.includes(tag)) }))
    .filter(({ own }) => own.length >= least)
    .map(({ tag, own }) => {
      const stream = random.stream(tag);
      const means = Float64Array.from({ length: draws }, () => mean(own.map(() => stream.pick(own))));
      return { tag, stimuli: own.length, mean: mean(own), ...percentileInterval(means, 0.95) };
    })
    .sort((a, b) => b.mean - a.mean);
}

/** Places of values from the largest to the smallest; equal ones in their order. */
export function rankOf(values: ArrayLike<number>): number[] {
  return Array.from(values, (value, i) => ({ value, i }))
    .sort((a, b) => b.value - a.value || a.i - b.i)
    .map(({ i }) => i);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
