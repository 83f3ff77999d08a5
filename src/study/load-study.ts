import { parseLabels, preprocessRuns } from "../brain/index.ts";
import { EncodingError, type Matrix, type Responses } from "../core/index.ts";
import { parseTable } from "../io/index.ts";
import type { SpaceFeatures, StimulusSet, StudyData, StudyPerson, StudyRun, StudySpace } from "./data.ts";
import { openFiles, type StudyFiles } from "./files.ts";
import type { ShownFilms } from "./films/film-data.ts";
import { layDeclared, tellShortFilms } from "./films/lay-films.ts";
import { type RunSteps, watchHere } from "./films/watch-films.ts";
import { listShown } from "./list-shown.ts";
import { isLayered, layerNumbers, loadSpace, readSpoken } from "./load-features.ts";
import { loadStimulusNames } from "./load-stimulus-names.ts";
import { readRuns } from "./read-runs.ts";
import type { StudySettings } from "./settings.ts";

/** Load a study from its files: features of every run, responses of every person, preprocessed run by run, and regions.
 * @param settings checked: participants, runs, responses, regions and features are there. @param folder of the study file.
 * @param run computes the steps of films; by default in this thread.
 * @throws EncodingError naming the file, run, row and what is wrong. */
export async function loadStudy(
  settings: StudySettings,
  folder: string,
  run: RunSteps = watchHere,
): Promise<StudyData> {
  const files = openFiles(settings.data, folder);
  const runs = expandRuns(settings);
  const warnings = new Set<string>();
  const people: StudyPerson[] = [];
  const regions: string[] = [];
  const stimuli: StimulusSet[] = [];
  const shown = settings.stimuli && (await listShown(files, settings, runs, run));
  for (const warning of shown?.films ? tellShortFilms(shown.films, settings, runs) : [])
    warnings.add(warning);
  for (const id of settings.participants ?? []) {
    stimuli.push(await loadStimuli(files, settings, runs, id, shown?.films, stimuli[0], warnings));
    people.push(await loadPerson(files, settings, runs, id, stimuli.length - 1, regions, warnings));
  }
  const own = spaceEntries(settings).some(([, space]) => isPersonal(space));
  const layered = spaceEntries(settings).some(([, space]) => isLayered(space));
  return {
    runs,
    spaces: spaceEntries(settings).map(
      ([name, { description, control, joint, delays, pca }]): StudySpace => ({
        name,
        description,
        control,
        joint,
        delays: delays ?? settings.delays,
        pca: pca ?? null,
      }),
    ),
    layers: layered ? layerNumbers(settings).map(String) : [""],
    regions,
    stimuli: own ? stimuli : stimuli.slice(0, 1),
    people: own ? people : people.map((person) => ({ ...person, stimuli: 0 })),
    ...(shown && { shown }),
    truth: null,
    groups: await loadGroups(files, settings, runs),
    stimulusList: await loadStimulusNames(files, settings, runs),
    ...(await loadWords(files, settings, runs)),
    notes: [preprocessingNote(settings)],
    warnings: [...warnings],
    inputs: await files.inputs(),
  };
}

function expandRuns({ runs }: StudySettings): StudyRun[] {
  return (runs ?? []).flatMap(({ id, role, samples, repeats, count }) =>
    Array.from({ length: count }, (_, k) => ({
      id: count > 1 ? `${id}-${k + 1}` : id,
      role,
      samples,
      repeats,
    })),
  );
}

type Space = NonNullable<StudySettings["features"]>[string];

function spaceEntries({ features }: StudySettings): [string, Space][] {
  return Object.entries(features ?? {});
}

/** Whether a feature space differs between people. */
function isPersonal({ ready, words, events }: Space): boolean {
  return JSON.stringify([ready, words, events]).includes("{participant}");
}

/** Features of one person; spaces that are the same for all are read once. */
async function loadStimuli(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
  participant: string,
  films: ShownFilms | undefined,
  first: StimulusSet | undefined,
  warnings: Set<string>,
): Promise<StimulusSet> {
  const spaces: SpaceFeatures[] = [];
  for (const [s, [name, space]] of spaceEntries(settings).entries()) {
    const known = isPersonal(space) ? undefined : first?.spaces[s];
    if (known === undefined && space.motionEnergy !== undefined)
      spaces.push([layDeclared(name, films as ShownFilms, runs)]);
    else if (known === undefined) {
      const loaded = await loadSpace(files, name, space, settings, runs, { participant });
      spaces.push(loaded.layers);
      for (const warning of loaded.warnings) warnings.add(`${name}: ${warning}`);
    } else spaces.push(known);
  }
  return { spaces };
}

async function loadPerson(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
  id: string,
  stimuli: number,
  regions: string[],
  warnings: Set<string>,
): Promise<StudyPerson> {
  const source = settings.responses as NonNullable<StudySettings["responses"]>;
  const places = { participant: id };
  const read = await readRuns(files, source, runs, {
    places,
    axis: "targets",
    repeated: true,
    what: `responses of ${id}`,
  });
  const confounds = source.confounds
    ? await readRuns(files, source.confounds, runs, {
        places,
        axis: "confounds",
        repeated: true,
        what: `confounds of ${id}`,
      })
    : undefined;
  const clean = preprocess(id, read.flat(), confounds?.flat(), source, settings, runs);
  for (const warning of clean.warnings) warnings.add(`${id}: ${warning}`);
  let next = 0;
  const responses = read.map((repeats) => repeats.map(() => clean.runs[next++] as Responses));
  const targets = clean.runs[0]?.cols ?? 0;
  const regionOf = await loadRegions(files, settings, id, targets, regions);
  return { id, stimuli, responses, regionOf, constant: clean.constant };
}

function preprocess(
  id: string,
  runs: Responses[],
  confounds: readonly Matrix[] | undefined,
  source: NonNullable<StudySettings["responses"]>,
  settings: StudySettings,
  listed: readonly StudyRun[],
) {
  const zscore = zscores(settings);
  try {
    return preprocessRuns(runs, { detrend: source.detrend, zscore, ...(confounds && { confounds }) });
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    const names = listed.flatMap((run) => new Array<string>(run.repeats).fill(run.id));
    const message = error.message.replace(/\brun (\d+)/g, (all, k: string) =>
      names[Number(k)] ? `run ${names[Number(k)]}` : all,
    );
    throw new EncodingError(error.kind, `responses of ${id}: ${message}`, error.details, error);
  }
}

/** Runs of a time series are z-scored by themselves unless the settings say no; rows that stand for stimuli only if they say so. */
function zscores({ responses, design }: StudySettings): boolean {
  return responses?.zscore ?? design === "time-series";
}

async function loadRegions(
  files: StudyFiles,
  { regions: asked, responses }: StudySettings,
  participant: string,
  targets: number,
  regions: string[],
): Promise<Int32Array> {
  const settings = asked as NonNullable<StudySettings["regions"]>;
  const labels =
    "labels" in settings
      ? parseLabels(
          (
            await files.array(
              settings.labels,
              { participant },
              { dataset: settings.dataset, mask: responses?.mask },
            )
          ).data,
          settings.names,
        )
      : parseLabels(settings.names);
  if (labels.regionOf.length !== targets)
    throw new EncodingError(
      "shape",
      `regions: there are ${labels.regionOf.length} labels for ${targets} targets of ${participant}; one each is needed.`,
    );
  const place = labels.regions.map((name) => {
    if (!regions.includes(name)) regions.push(name);
    return regions.indexOf(name);
  });
  return labels.regionOf.map((r) => (r < 0 ? -1 : (place[r] as number)));
}

/** Group of every sample, from the file of `outer.groups`: one label a row, of all runs or of the training runs. */
async function loadGroups(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
): Promise<Int32Array | null> {
  const file = settings.outer?.groups;
  if (file === undefined) return null;
  const { rows } = parseTable(await files.text(file, {}));
  const labels = rows.map((row) => row.join(" "));
  const samples = (list: readonly StudyRun[]) => list.reduce((sum, run) => sum + run.samples, 0);
  const train = runs.filter((run) => run.role === "train");
  if (labels.length !== samples(runs) && labels.length !== samples(train))
    throw new EncodingError(
      "shape",
      `outer.groups: ${file} has ${labels.length} rows; the runs have ${samples(runs)} samples (training runs ${samples(train)}).`,
    );
  const known = [...new Set(labels)];
  let next = 0;
  const whole = labels.length === samples(runs);
  return Int32Array.from(
    runs.flatMap((run) =>
      Array.from({ length: run.samples }, () =>
        whole || run.role === "train" ? known.indexOf(labels[next++] as string) : -1,
      ),
    ),
  );
}

/** Words that everybody heard or read, from the first TextGrid that a feature space names. */
async function loadWords(
  files: StudyFiles,
  settings: StudySettings,
  runs: readonly StudyRun[],
): Promise<Pick<StudyData, "words">> {
  const words = Object.values(settings.features ?? {}).find(
    (space) => space.words !== undefined && !isPersonal(space),
  )?.words;
  if (words === undefined) return {};
  const read = runs.map(async ({ id }) =>
    (await readSpoken(files, words, { run: id })).map(({ text, start, end }) => ({
      text: text.trim(),
      onset: start - words.start,
      duration: end - start,
    })),
  );
  return { words: await Promise.all(read) };
}

function preprocessingNote(settings: StudySettings): string {
  const source = settings.responses;
  const steps = [
    ...(source && source.drop > 0 ? [`the first ${source.drop} samples dropped`] : []),
    ...(source && source.detrend >= 0 ? [`polynomial drift of degree ${source.detrend} removed`] : []),
    ...(source?.confounds ? ["confounds regressed out"] : []),
    ...(zscores(settings) ? ["z-scored"] : []),
  ];
  return steps.length > 0
    ? `Responses, each run and repeat by itself: ${steps.join(", ")}.`
    : "Responses are taken as they come.";
}
