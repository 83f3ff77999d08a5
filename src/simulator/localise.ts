import { checkNumber, EncodingError } from "../core/index.ts";
import type { Contrast } from "./contrast.ts";

/** What a target must show to be localised by a contrast. */
export interface LocaliserRule {
  /** Corrected p at most this; default .05. */
  readonly level?: number;
  /** Least share of the variance over stimuli that lies between the sets; default .1. Differences of noiseless predictions are soon
   * significant: how large they are decides. */
  readonly least?: number;
  /** Least deviation of the sets' means as a share of `reference`, the deviation of each target's responses to all sorts of stimuli. Sets that
   * are alike in all but one thing need it: there the share of the variance is large where nearly nothing varies. Default: not asked for. */
  readonly size?: { readonly least: number; readonly reference: ArrayLike<number> };
  /** "first": the first set drives it more than the second; "either": any difference between the sets. Default "first". */
  readonly direction?: "first" | "either";
}

/** Which targets tell sets of stimuli apart.
 * @param mask 1 where the brain's predictions are to be trusted; others are never localised.
 * @returns (targets), 1 or 0. @throws EncodingError "shape" | "option". */
export function localise(
  { effect, between, difference, p, means }: Contrast,
  mask: ArrayLike<number>,
  { level = 0.05, least = 0.1, size, direction = "first" }: LocaliserRule = {},
): Uint8Array {
  checkNumber("localise", "level", level, { min: 0, max: 1 });
  checkNumber("localise", "least", least, { min: 0, max: 1 });
  if (mask.length !== effect.length)
    throw new EncodingError(
      "shape",
      `localise: the mask must have one entry a target; got ${mask.length} for ${effect.length}.`,
    );
  if (direction === "first" && means.length > 2)
    throw new EncodingError(
      "option",
      `localise: "first" compares two sets; got ${means.length}. Ask for "either".`,
    );
  return Uint8Array.from(effect, (share, t) => {
    const prefers = direction === "either" || (difference[t] as number) > 0;
    const large = size === undefined || (between[t] as number) >= size.least * (size.reference[t] as number);
    return mask[t] === 1 && prefers && large && (p[t] as number) <= level && share >= least ? 1 : 0;
  });
}

/** Targets that every one of `all` and none of `none` localised: a conjunction.
 * @throws EncodingError "shape" if there is none to begin with, or sizes differ. */
export function conjoin(all: readonly Uint8Array[], none: readonly Uint8Array[] = []): Uint8Array {
  const first = all[0];
  if (first === undefined || [...all, ...none].some((one) => one.length !== first.length))
    throw new EncodingError("shape", "conjoin: needs one or more localisers of the same targets.");
  return first.map((_, t) => (all.every((one) => one[t] === 1) && none.every((one) => one[t] !== 1) ? 1 : 0));
}

/** Overlap of two sets of targets: 2 |A ∩ B| / (|A| + |B|), 0 to 1; NaN where both are empty. @source Dice 1945. */
export function dice(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [both, sum] = [0, 0];
  for (let t = 0; t < a.length; t++) {
    if (a[t] === 1 && b[t] === 1) both++;
    sum += (a[t] === 1 ? 1 : 0) + (b[t] === 1 ? 1 : 0);
  }
  return sum > 0 ? (2 * both) / sum : Number.NaN;
}
