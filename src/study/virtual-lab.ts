import { preprocessRuns, type RegionPlan, simulateCohort, type VirtualPerson } from "../brain/index.ts";
import { createRandom, type Responses } from "../core/index.ts";
import type { StudyData, StudyPerson, StudyRun, StudySpace } from "./data.ts";
import type { StudySettings } from "./settings.ts";
import { listStimuli, type SpaceEvents, sample, showRun, spaces, tr } from "./virtual-run.ts";

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

/** Build the virtual laboratory: a procedural world, its pictures and sentences, a cohort that saw them, and the truth.
 * @returns data of the same kind as real data; the same settings and seed give the same numbers. */
export function makeVirtualLab(settings: StudySettings): StudyData {
  const options = settings.virtual as NonNullable<StudySettings["virtual"]>;
  const random = createRandom(settings.seed).stream("virtual laboratory");
  const runs = listRuns(options);
  const shown = runs.map((run) => showRun(run, random.stream(`run ${run.id}`)));
  const drives = Object.fromEntries(
    spaces.map(({ name }, s) => [
      name,
      shown.map((one, r) => sample(one.spaces[s] as SpaceEvents, runs[r] as StudyRun, step)),
    ]),
  );
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
      (space): StudySpace => ({ ...space, control: false, joint: true, delays: [1, 2, 3, 4], pca: null }),
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

function listRuns({ runs, samples, repeats }: NonNullable<StudySettings["virtual"]>): StudyRun[] {
  const train = (sense: string) =>
    Array.from(
      { length: runs },
      (_, k): StudyRun => ({ id: `${sense}-${k + 1}`, role: "train", samples, repeats: 1 }),
    );
  const test = (sense: string): StudyRun => ({ id: `${sense}-test`, role: "test", samples, repeats });
  return [...train("pictures"), ...train("sentences"), test("pictures"), test("sentences")];
}
