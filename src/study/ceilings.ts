import { matrix, type Responses, stackRows, takeRows } from "../core/index.ts";
import { fisherMean, interSubjectCeiling, meanDefined, reliabilityOfMean } from "../stats/index.ts";
import type { StudyData, StudyPerson } from "./data.ts";
import type { OuterFold } from "./plan.ts";
import { reliableRegionOf } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";

/** Explainable share of the response variance: per person and target, per person and region, and what it means. */
export interface Ceilings {
  readonly perTarget: readonly Float64Array[];
  readonly perRegion: readonly (readonly number[])[];
  readonly note: string;
}

/** The noise ceiling of every target: from repeats of the test runs, or from other people's responses.
 *
 * Repeats: reliability of the mean over repeats, the highest R² that a perfect model reaches on it. People: the leave-one-out
 * inter-subject correlation times its size, r |r|, over the rows of each outer fold and then averaged (r through Fisher's z), as the
 * models are scored. Neither depends on any model. Values below zero are kept, so that means over targets are not pushed up by
 * chance; undefined is NaN. */
export function computeCeilings(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
): Ceilings {
  const repeated = data.runs
    .map((run, r) => (run.role === "test" && run.repeats > 1 ? r : -1))
    .filter((r) => r >= 0);
  if (settings.ceiling === "repeats" && repeated.length > 0) {
    const counts = [...new Set(repeated.map((r) => data.runs[r]?.repeats))];
    const mixed = folds.length > 1 || repeated.length < data.runs.filter((run) => run.role === "test").length;
    return finish(
      data,
      data.people.map((person) => fromRepeats(data, person, repeated)),
      `Explainable variance: reliability of the mean over ${counts.join(" and ")} repeats of the held-out runs (bias-corrected signal power). CC_norm is r / √ceiling; values above 1 are shown, not clipped.${mixed ? " Scores are also averaged over rows that were shown once, whose own ceiling is lower and not known: CC_norm is too low by that." : ""}`,
    );
  }
  if (settings.ceiling === "people" && sameTargets(data))
    return finish(
      data,
      fromPeople(data, folds),
      "Inter-subject ceiling: squared correlation of each person with the mean of the others, within outer folds; what people share, not all that could be explained, so that CC_norm may exceed 1. CC_norm is r / √ceiling.",
    );
  const none = data.people.map((person) => new Float64Array(person.regionOf.length).fill(Number.NaN));
  return finish(
    data,
    none,
    "No noise ceiling: the held-out runs were shown once, and no inter-subject ceiling was asked for or defined.",
  );
}

/** Runs that were repeated alike are pooled, as they are scored together. */
function fromRepeats(data: StudyData, person: StudyPerson, runs: readonly number[]): Float64Array {
  const counts = [...new Set(runs.map((r) => data.runs[r]?.repeats ?? 0))];
  const pooled = counts.map((repeats) => {
    const group = runs.filter((r) => data.runs[r]?.repeats === repeats);
    return reliabilityOfMean(
      Array.from({ length: repeats }, (_, k) =>
        stackRows(group.map((r) => person.responses[r]?.[k] as Responses)),
      ),
    );
  });
  return Float64Array.from(person.regionOf, (_, t) => meanDefined(pooled.map((one) => one[t] as number)));
}

function fromPeople(data: StudyData, folds: readonly OuterFold[]): Float64Array[] {
  const wholes = data.people.map((person) => meanResponses(data, person));
  const perFold = folds.map(({ test }) => interSubjectCeiling(wholes.map((whole) => takeRows(whole, test))));
  return wholes.map((whole, p) =>
    Float64Array.from({ length: whole.cols }, (_, t) => {
      const r = fisherMean(perFold.map((fold) => fold[p]?.[t] as number));
      return r * Math.abs(r);
    }),
  );
}

/** Responses of all runs of one person, repeats averaged. */
export function meanResponses(data: StudyData, person: StudyPerson): Responses {
  return stackRows(data.runs.map((_, r) => averageRepeats(person.responses[r] ?? [])));
}

function averageRepeats(repeats: readonly Responses[]): Responses {
  const first = repeats[0] as Responses;
  if (repeats.length === 1) return first;
  const data = first.data.slice() as Responses["data"];
  for (let k = 0; k < data.length; k++) {
    let sum = 0;
    for (const repeat of repeats) sum += repeat.data[k] as number;
    data[k] = sum / repeats.length;
  }
  return matrix(first.axes, first.rows, first.cols, data);
}

/** Whether all people have the same targets in the same order, so that their courses can be compared. */
function sameTargets({ people }: StudyData): boolean {
  const first = people[0]?.regionOf.join();
  return people.length > 1 && people.every((person) => person.regionOf.join() === first);
}

function finish(data: StudyData, perTarget: readonly Float64Array[], note: string): Ceilings {
  const perRegion = data.people.map((person, p) => {
    const regionOf = reliableRegionOf(person);
    return data.regions.map((_, g) =>
      meanDefined(Array.from(perTarget[p] ?? []).filter((_, t) => regionOf[t] === g)),
    );
  });
  return { perTarget, perRegion, note };
}
