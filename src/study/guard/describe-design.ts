import type { Features } from "../../core/index.ts";
import type { StudyData } from "../data.ts";
import { type OuterFold, planInnerFolds, runOfRows } from "../plan.ts";
import { reliableRegionOf } from "../reliable-targets.ts";
import type { StudySettings } from "../settings.ts";
import { describeFilms } from "./describe-films.ts";
import type { FittedStep, GuardDesign, GuardSpace } from "./design.ts";
import { identifyStimuli, numberKnown } from "./identify-stimuli.ts";

/** The plain description of a study that the guard looks at. Features are those of the first person and, of layers, of the first.
 * @param folds see {@link planFolds}. */
export function describeForGuard(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
): GuardDesign {
  const runOf = runOfRows(data);
  const timed = settings.design === "time-series" && settings.tr !== undefined;
  const spaces = contentSpaces(data, settings);
  const list = data.stimulusList ?? null;
  const films = describeFilms(data, settings);
  return {
    kind: settings.design,
    outerFolds: settings.outer?.folds ?? null,
    runs: data.runs,
    runOf,
    onset: timed ? onsets(runOf, settings.tr as number) : null,
    groupOf: data.groups,
    stimulusOf:
      films !== null && list === null
        ? numberKnown(films.keys)
        : identifyStimuli(settings.design, spaces, runOf.length, list?.hashes ?? null),
    films: films?.signs ?? null,
    texts: list?.texts === true ? list.names : null,
    folds: folds.map((fold) => ({ ...fold, inner: innerOf(data, settings, fold) })),
    spaces,
    steps: [...prepared(settings), ...maskStep(data, settings), ...ownSteps(data)],
    zscoredRows: settings.design === "stimulus-rows" && settings.responses?.zscore === true,
    targets: data.people[0] ? inRegions(reliableRegionOf(data.people[0])) : 0,
  };
}

/** Feature spaces that stand for the stimulus: no controls, unless there is nothing else. */
function contentSpaces(data: StudyData, settings: StudySettings): GuardSpace[] {
  const all = data.spaces.flatMap(({ name, control, automatic }, s) =>
    automatic
      ? []
      : [
          {
            name,
            control,
            ready: settings.features?.[name]?.ready !== undefined,
            runs: data.stimuli[0]?.spaces[s]?.[0] as readonly Features[],
          },
        ],
  );
  const content = all.filter(({ control }) => !control);
  return content.length > 0 ? content : all;
}

function onsets(runOf: Int32Array, tr: number): Float64Array {
  let start = 0;
  return Float64Array.from(runOf, (run, row) => {
    if (row > 0 && run !== runOf[row - 1]) start = row;
    return (row - start) * tr;
  });
}

/** Inner folds stand over the training rows; the guard wants rows of the study. */
function innerOf(data: StudyData, settings: StudySettings, fold: OuterFold) {
  const place = (rows: Int32Array) => rows.map((k) => fold.train[k] as number);
  return planInnerFolds(data, settings, fold).map(({ train, test }) => ({
    train: place(train),
    test: place(test),
  }));
}

function prepared({ prepared: declared }: StudySettings): FittedStep[] {
  return (declared ?? []).map(({ step, of, from, choices }) => ({
    step,
    of,
    from,
    choices: choices ?? null,
  }));
}

/** The mask that the settings ask for by reliability, and the rows that it learned from: `half` learns from presentations that no score uses. */
function maskStep({ people, runs }: StudyData, { reliability }: StudySettings): FittedStep[] {
  const [first] = people;
  if (reliability === undefined || first === undefined) return [];
  const { from, rows = "outside", minimum } = reliability;
  const judged = from === "file" ? rows : from === "half" ? "outside" : from;
  const presentations = Math.max(...runs.filter(({ role }) => role === "test").map(({ repeats }) => repeats));
  const choices = inRegions(first.regionOf);
  return [{ step: "mask", of: "responses", from: judged, choices, reliability: { minimum, presentations } }];
}

function inRegions(regionOf: Int32Array): number {
  return regionOf.reduce((sum, g) => sum + (g >= 0 ? 1 : 0), 0);
}

/** What the study itself fits, in order; all of it on the training rows of each fold. */
function ownSteps(data: StudyData): FittedStep[] {
  const own = (step: FittedStep["step"], of: string): FittedStep => ({
    step,
    of,
    from: "fold",
    choices: null,
  });
  return data.spaces
    .filter(({ automatic }) => !automatic)
    .flatMap(({ name, pca }) => [own("scaler", name), ...(pca === null ? [] : [own("pca", name)])]);
}
