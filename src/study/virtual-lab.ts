import { preprocessRuns, type RegionPlan, simulateCohort, type VirtualPerson } from "../brain/index.ts";
import { createRandom, type Responses } from "../core/index.ts";
import type { StudyData, StudyPerson, StudyRun, StudySpace } from "./data.ts";
import type { StudySettings } from "./settings.ts";
import {
  drawScreen,
  listStimuli,
  type Screen,
  type SpaceEvents,
  sample,
  showRun,
  spaces,
  tr,
  type VirtualRun,
} from "./virtual-run.ts";

/** The simulation runs on a finer grid than the scanner, so that responses are not made of the features that model them. */
const step = 0.5;
const driftDegree = 3;

/** What is planted in each region: shares of the signal by feature space. */
const regions: readonly (RegionPlan & { readonly description: string })[] = [
  { name: "early visual", spaces: { gabor: 1 }, description: "Gabor energy of the picture" },
  { name: "object", spaces: { objects: 1 }, description: "objects that are seen" },
  { name: "scene", spaces: { scene: 1 }, description: "the place that is seen" },
  { name: "word form", spaces: { "word form": 1 }, description: "what words look like" },
  { name: "syntax", spaces: { syntax: 1 }, description: "how sentences are built" },
  { name: "meaning", spaces: { meaning: 1 }, description: "what sentences speak of" },
  {
    name: "convergence",
    spaces: { objects: 0.5, meaning: 0.5 },
    shared: [["objects", "meaning"]],
    description: "one code for objects seen and objects read of",
  },
  { name: "silent", spaces: {}, description: "nothing: responds to no stimulus" },
];

/** What is planted in each region, in words. */
export const regionNotes: Readonly<Record<string, string>> = Object.fromEntries(
  regions.map(({ name, description }) => [name, description]),
);

/** Runs of the laboratory's study, those that are learned from first. */
export function listRuns({ virtual }: StudySettings): StudyRun[] {
  const { runs, samples, repeats } = virtual as NonNullable<StudySettings["virtual"]>;
  const train = (sense: string) =>
    Array.from(
      { length: runs },
      (_, k): StudyRun => ({ id: `${sense}-${k + 1}`, role: "train", samples, repeats: 1 }),
    );
  const test = (sense: string): StudyRun => ({ id: `${sense}-test`, role: "test", samples, repeats });
  return [...train("pictures"), ...train("sentences"), test("pictures"), test("sentences")];
}

/** Draw, render and measure what is shown in one run of {@link listRuns}: each run has random numbers of its own. */
export function showLabRun({ seed }: Pick<StudySettings, "seed">, run: StudyRun): VirtualRun {
  const random = createRandom(seed).stream("virtual laboratory");
  return showRun(run.id, drawScreen(run, random.stream(`run ${run.id}`)));
}

/** Build the virtual laboratory: a procedural world, its pictures and sentences, a cohort that saw them, and the truth.
 * @param shown what {@link showLabRun} gives for each run, where it is known already.
 * @returns data of the same kind as real data; the same settings and seed give the same numbers. */
export function makeVirtualLab(
  settings: StudySettings,
  shown: readonly VirtualRun[] = listRuns(settings).map((run) => showLabRun(settings, run)),
): StudyData {
  const options = settings.virtual as NonNullable<StudySettings["virtual"]>;
  const random = createRandom(settings.seed).stream("virtual laboratory");
  const runs = listRuns(settings);
  const drives = drivesOf(shown, runs);
  const cohort = simulateCohort({
    runs,
    tr,
    step,
    drives,
    regions,
    people: options.people,
    targets: options.targets,
    random: random.stream("cohort"),
  });
  const order = spaces.map(({ name }) => cohort.truth.spaces.indexOf(name));
  const noiseless: StudyPerson[] = [];
  const people = cohort.people.map((person) => {
    noiseless.push(withoutNoise(person));
    // a run and its repeats are preprocessed each by itself
    const flat = person.responses.flat();
    const { runs: clean, constant } = preprocessRuns(flat, { detrend: driftDegree, zscore: true });
    let next = 0;
    const responses = person.responses.map((repeats) =>
      repeats.map(() => clean[next++] as (typeof clean)[number]),
    );
    return { id: person.id, stimuli: 0, responses, regionOf: person.regionOf, constant };
  });
  return {
    runs,
    spaces: spaces.map(
      (space): StudySpace => ({
        ...space,
        control: false,
        joint: true,
        delays: [1, 2, 3, 4],
        pca: null,
        ...(space.name === "gabor" && { lowLevel: true }),
      }),
    ),
    layers: [""],
    regions: regions.map(({ name }) => name),
    stimuli: [
      {
        spaces: spaces.map((_, s) => [
          shown.map((one, r) => sample(one.spaces[s] as SpaceEvents, runs[r] as StudyRun, tr)),
        ]),
      },
    ],
    people,
    shown: listStimuli(shown),
    truth: {
      noiseless,
      planted: regions.map((region) => ({
        region: region.name,
        spaces: Object.keys(region.spaces),
        description: region.description,
      })),
      share: cohort.truth.share.map((row) => order.map((s) => row[s] ?? 0)),
    },
    groups: null,
    notes: [
      `Virtual laboratory: ${options.people} people saw ${options.runs} training runs of pictures and ${options.runs} of sentences (${options.samples} TRs each), and one test run of each sense ${options.repeats} times. Scenes, captions, hemodynamics, drift, spikes and AR noise are simulated; what each region answers to was planted.`,
      `Responses: polynomial drift of degree ${driftDegree} removed and z-scored, each run and repeat by itself.`,
    ],
    warnings: [],
    inputs: [],
  };
}

/** A person's responses without noise, preprocessed as the noisy ones are. */
function withoutNoise({ id, signal, regionOf }: VirtualPerson): StudyPerson {
  const { runs, constant } = preprocessRuns(signal, { detrend: driftDegree, zscore: true });
  return { id, stimuli: 0, responses: runs.map((run): Responses[] => [run]), regionOf, constant };
}

/** The responses that the virtual people truly have to new stimuli: the cohort of {@link makeVirtualLab} with the same weights and
 * haemodynamics, without noise.
 *
 * The new screens are runs of their own beside those of the study. Each target's scale is that of all runs together, so that responses are
 * those of the study but for one positive factor a target; a run has mean 0.
 * @param screens by name of their run; `samples` volumes.
 * @returns [screen][person], (samples × targets). */
export function simulateTruth(
  settings: StudySettings,
  screens: readonly { readonly id: string; readonly samples: number; readonly screen: Screen }[],
) {
  const options = settings.virtual as NonNullable<StudySettings["virtual"]>;
  const random = createRandom(settings.seed).stream("virtual laboratory");
  const known = listScreens(settings);
  const runs = [
    ...known.map(({ run }) => run),
    ...screens.map(({ id, samples }): StudyRun => ({ id, samples, role: "test", repeats: 1 })),
  ];
  const shown = [
    ...known.map(({ run, screen }) => showRun(run.id, screen)),
    ...screens.map(({ id, screen }) => showRun(id, screen)),
  ];
  const cohort = simulateCohort({
    runs: runs.map((run) => ({ ...run, repeats: 1 })),
    tr,
    step,
    drives: drivesOf(shown, runs),
    regions,
    people: options.people,
    targets: options.targets,
    noise: { level: 0 },
    random: random.stream("cohort"),
  });
  return screens.map((_, k) =>
    cohort.people.map(({ responses }) => responses[known.length + k]?.[0] as Responses),
  );
}

/** What was on the screen in each run of {@link makeVirtualLab}: the same settings and seed give the same stimuli. */
export function listScreens(settings: StudySettings): { readonly run: StudyRun; readonly screen: Screen }[] {
  const random = createRandom(settings.seed).stream("virtual laboratory");
  return listRuns(settings).map((run) => ({
    run,
    screen: drawScreen(run, random.stream(`run ${run.id}`)),
  }));
}

function drivesOf(shown: readonly VirtualRun[], runs: readonly StudyRun[]) {
  return Object.fromEntries(
    spaces.map(({ name }, s) => [
      name,
      shown.map((one, r) => sample(one.spaces[s] as SpaceEvents, runs[r] as StudyRun, step)),
    ]),
  );
}
