import { preprocessRuns, type RegionPlan, simulateCohort } from "../brain/index.ts";
import { createRandom, type Features, type Random, type Responses } from "../core/index.ts";
import { createGaborBank, type FeatureEvent, sampleEvents } from "../features/index.ts";
import {
  drawPictureRun,
  drawSentenceRun,
  meaningFeatures,
  objectFeatures,
  type PictureEvent,
  renderScene,
  type SentenceEvent,
  sceneFeatures,
  syntaxFeatures,
  wordFormFeatures,
} from "../stimuli/index.ts";
import type { StudyData, StudyRun, StudySpace } from "./data.ts";
import type { StudySettings } from "./settings.ts";

const tr = 2;
/** The simulation runs on a finer grid than the scanner, so that responses are not made of the features that model them. */
const step = 0.5;
const pixels = 64;
const driftDegree = 3;

interface LabSpace {
  readonly name: string;
  readonly description: string;
}

/** What is computed of each stimulus. Pictures have no words and sentences no pixels: the other sense's spaces are zero there. */
const spaces: readonly LabSpace[] = [
  { name: "gabor", description: "Gabor energy of the picture: 2 spatial frequencies × 4 orientations" },
  { name: "objects", description: "which objects the picture shows, by area" },
  { name: "scene", description: "place, openness, light and number of objects of the picture" },
  { name: "word form", description: "letters, vowels, strokes and letter pairs of the word on the screen" },
  { name: "syntax", description: "voice, clauses, length, order and position within the sentence" },
  { name: "meaning", description: "which objects the sentence mentions, direction and colour warmth" },
];

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

/** Build the virtual laboratory: a procedural world, its pictures and sentences, a cohort that saw them, and the truth.
 * @returns data of the same kind as real data; the same settings and seed give the same numbers. */
export function makeVirtualLab(settings: StudySettings): StudyData {
  const options = settings.virtual as NonNullable<StudySettings["virtual"]>;
  const random = createRandom(settings.seed).stream("virtual laboratory");
  const runs = listRuns(options);
  const shown = runs.map((run) => showRun(drawScreen(run, random.stream(`run ${run.id}`))));
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
  const people = cohort.people.map((person) => {
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
      (space): StudySpace => ({ ...space, control: false, joint: true, delays: [1, 2, 3, 4], pca: null }),
    ),
    layers: [""],
    regions: regions.map(({ name }) => name),
    stimuli: [
      {
        spaces: spaces.map((_, s) => [
          shown.map((one, r) => sample(one[s] as Shown, runs[r] as StudyRun, tr)),
        ]),
      },
    ],
    people,
    truth: {
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
  const shown = [...known, ...screens].map(({ screen }) => showRun(screen));
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

function drivesOf(shown: readonly (readonly Shown[])[], runs: readonly StudyRun[]) {
  return Object.fromEntries(
    spaces.map(({ name }, s) => [
      name,
      shown.map((one, r) => sample(one[s] as Shown, runs[r] as StudyRun, step)),
    ]),
  );
}

function listRuns({ runs, samples, repeats }: NonNullable<StudySettings["virtual"]>): StudyRun[] {
  const train = (sense: string) =>
    Array.from(
      { length: runs },
      (_, k): StudyRun => ({ id: `${sense}-${k + 1}`, role: "train", samples, repeats: 1 }),
    );
  const test = (sense: string): StudyRun => ({ id: `${sense}-test`, role: "test", samples, repeats });
  return [...train("pictures"), ...train("sentences"), test("pictures"), test("sentences")];
}

/** Events of one space in one run. */
interface Shown {
  readonly events: readonly FeatureEvent[];
  readonly columns: number;
}

const noEvents: readonly FeatureEvent[] = [];
const bank = createGaborBank(pixels, pixels, { frequencies: [4, 12], orientations: 4, grid: 1 });

/** What was on the screen in one run: pictures or sentences. */
export interface Screen {
  readonly pictures: readonly PictureEvent[];
  readonly sentences: readonly SentenceEvent[];
}

/** What was on the screen in each run of {@link makeVirtualLab}: the same settings and seed give the same stimuli. */
export function listScreens(settings: StudySettings): { readonly run: StudyRun; readonly screen: Screen }[] {
  const random = createRandom(settings.seed).stream("virtual laboratory");
  return listRuns(settings.virtual as NonNullable<StudySettings["virtual"]>).map((run) => ({
    run,
    screen: drawScreen(run, random.stream(`run ${run.id}`)),
  }));
}

function drawScreen({ id, samples }: StudyRun, random: Random): Screen {
  return id.startsWith("pictures")
    ? { pictures: drawPictureRun(random, { samples, tr }).events, sentences: [] }
    : { pictures: [], sentences: drawSentenceRun(random, { samples, tr }).sentences };
}

/** The events of every space in one run, in the order of {@link spaces}. */
function showRun({ pictures: events, sentences }: Screen): Shown[] {
  if (sentences.length === 0) {
    const of = (values: (scene: (typeof events)[number]["scene"]) => Float64Array) =>
      events.map(({ onset, duration, scene }) => ({ onset, duration, values: values(scene) }));
    const seen = [
      of((scene) => bank.apply(renderScene(scene, { size: pixels }))),
      of((scene) => objectFeatures(scene).values),
      of((scene) => sceneFeatures(scene).values),
    ];
    return [...seen.map((events, s) => ({ events, columns: columnsOf(s) })), ...nothing(3, 6)];
  }
  const words = sentences.flatMap(({ caption, words: list }) =>
    list.map((word, k) => ({ ...word, caption, position: list.length > 1 ? k / (list.length - 1) : 0.5 })),
  );
  const read = [
    words.map(({ onset, duration, text }) => ({ onset, duration, values: wordFormFeatures(text).values })),
    words.map(({ onset, duration, caption, position }) => ({
      onset,
      duration,
      values: syntaxFeatures(caption, position).values,
    })),
    sentences.map(({ onset, duration, caption }) => ({
      onset,
      duration,
      values: meaningFeatures(caption).values,
    })),
  ];
  return [...nothing(0, 3), ...read.map((list, s) => ({ events: list, columns: columnsOf(3 + s) }))];
}

function nothing(from: number, to: number): Shown[] {
  return Array.from({ length: to - from }, (_, k) => ({ events: noEvents, columns: columnsOf(from + k) }));
}

let widths: readonly number[] | undefined;

/** Columns of each space, read off one scene and its caption. */
function columnsOf(space: number): number {
  widths ??= measureWidths();
  return widths[space] as number;
}

function measureWidths(): number[] {
  const [sentence] = drawSentenceRun(createRandom(0), { samples: 60, tr }).sentences;
  if (sentence === undefined) throw new Error("measureWidths: a minute of sentences has at least one");
  const { scene, caption } = sentence;
  return [
    bank.columns,
    objectFeatures(scene).values.length,
    sceneFeatures(scene).values.length,
    wordFormFeatures("word").values.length,
    syntaxFeatures(caption).values.length,
    meaningFeatures(caption).values.length,
  ];
}

function sample({ events, columns }: Shown, { samples }: StudyRun, grid: number): Features {
  return sampleEvents(events, {
    tr: grid,
    samples: Math.round((samples * tr) / grid),
    sampling: "mean",
    columns,
  });
}
