import { checkNumber, EncodingError, type Responses, takeRows } from "../core/index.ts";
import { explainableVariance } from "./ceiling.ts";

/** Targets that respond reliably, judged on rows that no score will use. */
export interface ReliabilityMask {
  readonly keep: readonly boolean[];
  readonly kept: number;
  /** Explainable variance of a single presentation on the judged rows. */
  readonly reliability: Float64Array;
}

/** Choose targets by the explainable variance of repeated stimuli on rows of their own.
 *
 * A mask chosen on the rows that are scored picks targets for their luck there: their ceilings come out too high, and normalised scores
 * too low (with .1 of the variance explainable and a limit of .2, all that passes the mask passes by luck). So rows that are both judged
 * and scored are refused.
 * @param repeats at least two presentations of the same stimuli, each (samples × targets).
 * @param rows judged here, e.g. repeated training runs; `scoredRows` are those on which models will be scored, `least` the explainable
 * variance that a target needs, in [0, 1].
 * @throws EncodingError "design" if a row is both judged and scored; "shape" | "range" | "option".
 * @source Kriegeskorte et al. 2009 (circular selection). */
export function maskByReliability(
  repeats: readonly Responses[],
  { rows, scoredRows, least }: { rows: ArrayLike<number>; scoredRows: ArrayLike<number>; least: number },
): ReliabilityMask {
  checkNumber("maskByReliability", "least", least, { min: 0, max: 1 });
  const scored = new Set(Array.from(scoredRows));
  const both = Array.from(rows).filter((row) => scored.has(row));
  if (both.length > 0)
    throw new EncodingError(
      "design",
      `maskByReliability: a mask must not be chosen on rows that are scored; ${both.length} rows are both, the first is row ${both[0]}. Use repeats of the training runs.`,
      { rows: both },
    );
  const reliability = explainableVariance(repeats.map((repeat) => takeRows(repeat, rows)));
  const keep = Array.from(reliability, (share) => share >= least);
  return { keep, kept: keep.filter(Boolean).length, reliability };
}
