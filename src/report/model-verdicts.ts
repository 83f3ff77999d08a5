import { takenBy } from "./findings.ts";
import type { Comparison, ModelSummary, StudyResult } from "./result.ts";

/** What a comparison of two models comes to in one region, its controls taken into account. */
export interface ModelVerdict {
  readonly region: string;
  /** R²(a) − R²(b). */
  readonly pair: Comparison;
  /** The model that is ahead at the corrected level; null: no evidence of a difference. */
  readonly ahead: string | null;
  /** The model that it is ahead of. */
  readonly behind: string | null;
  /** Whether the model ahead is ahead of every control too; only then is it a win. */
  readonly win: boolean;
  /** Controls that are ahead of `behind` as well, and that the model ahead is not shown to beat. */
  readonly sharedWith: readonly string[];
  /** Other controls that the model ahead is not shown to beat; those that run by themselves only where they predict the region. */
  readonly notAbove: readonly string[];
}

/** The verdicts of one declared pair of models. */
export interface PairVerdicts {
  readonly a: string;
  readonly b: string;
  readonly regions: readonly ModelVerdict[];
}

/** What verdicts are read from: compared pairs, and which of the models are controls. */
export interface Judged {
  readonly comparisons: readonly Comparison[];
  readonly models: readonly Pick<ModelSummary, "name" | "control">[];
  /** Controls that run by themselves. */
  readonly controls: StudyResult["controls"];
}

/** Difference without noise from which a model counts as truly ahead. */
export const trueFrom = 0.01;

/** Control models (untrained, permuted captions …), in order. */
export function controlModels<M extends { readonly control: boolean }>({
  models,
}: {
  readonly models: readonly M[];
}): readonly M[] {
  return models.filter(({ control }) => control);
}

/** Whether a comparison is between two models that are no controls: what the study asks. Pairs with controls serve these. */
export function isModelPair({ models }: Judged, { a, b }: Pick<Comparison, "a" | "b">): boolean {
  return [a, b].every((name) => models.some((model) => model.name === name && !model.control));
}

/** Whether a comparison serves a pair of models: a control model takes part. */
export function isControlPair(result: Judged, { a, b }: Pick<Comparison, "a" | "b">): boolean {
  return controlModels(result).some(({ name }) => name === a || name === b);
}

/** The verdicts of every declared pair of models, region by region.
 *
 * A model that is ahead has a win only where it is ahead of every control too, at the corrected level of the same family. Where a control is
 * ahead of the other model as well, and not beaten, the win is the control's too; where it is just not beaten, nothing says that the win is
 * due to what the control lacks. Both ways round alike. */
export function judgeModels(result: Judged): readonly PairVerdicts[] {
  const pairs = result.comparisons.filter((own) => isModelPair(result, own));
  const names = [...new Set(pairs.map(({ a, b }) => JSON.stringify([a, b])))];
  return names.map((name) => {
    const [a, b] = JSON.parse(name) as [string, string];
    const own = pairs.filter((pair) => pair.a === a && pair.b === b);
    return { a, b, regions: own.map((pair) => judge(result, pair)) };
  });
}

function judge(result: Judged, pair: Comparison): ModelVerdict {
  const { a, b, region, difference } = pair;
  const none = { region, pair, ahead: null, behind: null, win: false, sharedWith: [], notAbove: [] };
  if (!pair.significant || !(Math.abs(difference.mean) > 0)) return none;
  const [ahead, behind] = difference.mean > 0 ? [a, b] : [b, a];
  const unbeaten = controlModels(result)
    .map(({ name }) => name)
    .filter((control) => !isAhead(result, ahead, control, region));
  const sharedWith = unbeaten.filter((control) => isAhead(result, control, behind, region));
  const notAbove = [
    ...unbeaten.filter((control) => !sharedWith.includes(control)),
    ...takenBy(result, { region, space: ahead }),
  ];
  return {
    region,
    pair,
    ahead,
    behind,
    win: sharedWith.length + notAbove.length === 0,
    sharedWith,
    notAbove,
  };
}

/** Whether one model is ahead of another in a region at the corrected level, whichever way round the pair was tested. */
export function isAhead(result: Judged, one: string, other: string, region: string): boolean {
  const found = findPair(result, one, other, region);
  return found?.significant === true && found.difference > 0;
}

/** R² of one model less that of another in a region; null: not compared. */
export function findPair({ comparisons }: Judged, one: string, other: string, region: string) {
  const own = comparisons.find(
    (pair) =>
      pair.region === region &&
      ((pair.a === one && pair.b === other) || (pair.a === other && pair.b === one)),
  );
  if (own === undefined) return null;
  const sign = own.a === one ? 1 : -1;
  return { difference: sign * own.difference.mean, significant: own.significant };
}
