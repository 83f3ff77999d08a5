import { matrix, type Responses, stackRows } from "../core/index.ts";
import { interSubjectCeiling, meanDefined, reliabilityOfMean } from "../stats/index.ts";
import type { StudyData, StudyPerson } from "./data.ts";
import { type OuterFold, runOfRows } from "./plan.ts";
import type { StudySettings } from "./settings.ts";

/** Explainable share of the response variance: per person and target, per person and region, and what it means. */
export interface Ceilings {
  readonly perTarget: readonly Float64Array[];
  readonly perRegion: readonly (readonly number[])[];
  readonly note: string;
}

/** The noise ceiling of every target: from repeats of the test runs, or from other people's responses.
 *
 * Repeats: reliability of the mean over repeats, the highest R² that a perfect model reaches on it. People: the squared leave-one-out
 * inter-subject correlation, within outer folds. Neither depends on any model. Undefined is NaN. */
export function computeCeilings(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
): Ceilings {
  const repeated = data.runs
    .map((run, r) => (run.role === "test" && run.repeats > 1 ? r : -1))
    .filter((r) => r >= 0);
  if (settings.ceiling === "repeats" && repeated.length > 0) {
    const counts = repeated.map((r) => data.runs[r]?.repeats);
    return finish(
      data,
      data.people.map((person) => fromRepeats(data, person, repeated)),
      `Explainable variance: reliability of the mean over ${[...new Set(counts)].join(" and ")} repeats of the held-out runs (bias-corrected signal power). CC_norm is r / √ceiling; values above 1 are shown, not clipped.`,
    );
  }
  if (settings.ceiling === "people" && sameTargets(data))
    return finish(
      data,
      fromPeople(data, folds),
      "Inter-subject ceiling: squared correlation of each person with the mean of the others, within outer folds; what people share, not all that could be explained. CC_norm is r / √ceiling.",
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
  const segments = folds.flatMap((fold) => contiguous(fold.test, runOfRows(data)));
  return interSubjectCeiling(wholes, { segments }).map((rs) => rs.map((r) => (r > 0 ? r * r : Number.NaN)));
}

/** Stretches of neighbouring rows of one run. */
function contiguous(rows: Int32Array, runOf: Int32Array): (readonly [number, number])[] {
  const out: [number, number][] = [];
  for (const row of rows) {
    const last = out[out.length - 1];
    if (last && last[1] === row && runOf[row] === runOf[row - 1]) last[1] = row + 1;
    else out.push([row, row + 1]);
  }
  return out;
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
  const perRegion = data.people.map((person, p) =>
    data.regions.map((_, g) =>
      meanDefined(Array.from(perTarget[p] ?? []).filter((_, t) => person.regionOf[t] === g)),
    ),
  );
  return { perTarget, perRegion, note };
}
