import type { Responses } from "../core/index.ts";
import { activations, type Preprocessing, preprocessPicture, towerOf } from "../models/index.ts";
import { captionTokenizer, type TwinModel } from "../pretrain/index.ts";
import {
  type BrainData,
  type ModelInput,
  meanRows,
  type Presentation,
  type Sense,
  type SenseInput,
  windowOf,
} from "../simulator/index.ts";
import { type Caption, renderScene, type Scene } from "../stimuli/index.ts";
import type { StudySettings } from "./settings.ts";
import { listScreens, makeVirtualLab, regionNotes, simulateTruth } from "./virtual-lab.ts";
import type { Screen } from "./virtual-run.ts";

/** The stimuli of a virtual laboratory, each by its number in `Presentation.stimulus`. */
export interface LabStimuli {
  readonly pictures: readonly Scene[];
  readonly sentences: readonly Caption[];
}

/** The virtual laboratory as the simulator fits it: which picture or sentence was shown when, and the responses. */
export function makeLabBrain(settings: StudySettings): {
  readonly data: BrainData;
  readonly stimuli: LabStimuli;
} {
  const lab = makeVirtualLab(settings);
  const [first] = lab.people;
  const pictures: Scene[] = [];
  const sentences: Caption[] = [];
  const presentations = listScreens(settings).flatMap(({ screen }, run): Presentation[] => [
    ...screen.pictures.map(({ onset, duration, scene }): Presentation => {
      return { run, sense: "picture", onset, duration, stimulus: pictures.push(scene) - 1 };
    }),
    ...screen.sentences.map(({ onset, duration, caption }): Presentation => {
      return { run, sense: "sentence", onset, duration, stimulus: sentences.push(caption) - 1 };
    }),
  ]);
  const data: BrainData = {
    tr: settings.tr ?? 2,
    runs: lab.runs,
    presentations,
    regions: lab.regions.map((name) => ({ name, description: regionNotes[name] ?? "" })),
    regionOf: first?.regionOf ?? new Int32Array(0),
    people: lab.people.map(({ id, responses }) => ({ id, responses })),
  };
  return { data, stimuli: { pictures, sentences } };
}

/** Towers of a model; they need not come from one training. */
export interface TowerPair {
  readonly picture?: TwinModel;
  readonly sentence?: TwinModel;
}

/** Average activations of every layer of a model's towers for the stimuli of the laboratory, in their order.
 * @param use layers whose features are taken; default all. @param where "here" for callers that are a worker themselves. */
export async function activateTowers(
  towers: TowerPair,
  stimuli: LabStimuli,
  about: Omit<ModelInput, "senses">,
  { use, where = "worker" }: { readonly use?: readonly number[]; readonly where?: "worker" | "here" } = {},
): Promise<ModelInput> {
  const senses: Partial<Record<Sense, SenseInput>> = {};
  for (const [sense, twin] of Object.entries(towers) as [Sense, TwinModel][]) {
    const { tower, feeds } =
      sense === "picture" ? readsPictures(twin, stimuli) : readsSentences(twin, stimuli);
    const { layers } = await activations(tower, twin.weights, feeds, { pooling: "mean", batch: 32, where });
    senses[sense] = {
      layers: layers.map((X, k) => ({ name: `mean.${k}`, X })),
      use: use ?? layers.map((_, k) => k),
    };
  }
  return { ...about, senses };
}

function readsPictures(twin: TwinModel, { pictures }: LabStimuli) {
  return { tower: towerOf(twin.config, "image"), feeds: pictureFeeds(twin, pictures) };
}

function readsSentences(twin: TwinModel, { sentences }: LabStimuli) {
  const written = sentences.map(({ text }) => text);
  const { tokens, mask } = captionTokenizer(twin.vocabulary).encodeBatch(written, twin.config.tokens);
  return { tower: towerOf(twin.config, "text"), feeds: { tokens, mask } };
}

/** What our towers want done to a picture before they see it: their size, bytes to −1 … 1. */
export function towerPictures({ image }: Pick<TwinModel["config"], "image">): Preprocessing {
  const half = Array.from({ length: image.channels }, () => 0.5);
  return {
    resize: { height: image.size[0], width: image.size[1] },
    filter: "bicubic",
    crop: null,
    cropRule: "transformers",
    rescale: 1 / 255,
    normalise: { mean: half, std: half },
  };
}

/** Pictures of scenes as the image tower sees them, some at a time. */
function* pictureFeeds({ config }: TwinModel, scenes: readonly Scene[]) {
  const rule = towerPictures(config);
  for (let from = 0; from < scenes.length; from += 32) {
    const part = scenes.slice(from, from + 32).map((scene) => preprocessPicture(renderScene(scene), rule));
    const shape = part[0]?.shape ?? [3, 0, 0];
    const each = shape[0] * shape[1] * shape[2];
    const data = new Float32Array(part.length * each);
    part.forEach((one, k) => void data.set(one.data, k * each));
    yield { images: { type: "float32" as const, shape: [part.length, ...shape], data } };
  }
}

/** What the virtual people truly answer to stimuli shown one by one on an otherwise empty screen, as a brain predicts it: the mean over
 * the window of each presentation, against the empty screen, in units of the study's signal.
 * @param apart seconds from onset to onset, long enough that responses do not overlap.
 * @returns [person], (stimuli × targets); person 0 is the mean. */
export function labTruth(
  settings: StudySettings,
  { pictures, sentences }: LabStimuli,
  {
    seconds,
    window,
    apart = 32,
  }: {
    readonly seconds: Readonly<Record<Sense, number>>;
    readonly window: readonly [number, number];
    readonly apart?: number;
  },
): { readonly picture: readonly Float64Array[][]; readonly sentence: readonly Float64Array[][] } {
  const tr = settings.tr ?? 2;
  const onsets = (count: number) => Array.from({ length: count }, (_, k) => (k + 1) * apart);
  const screens: { id: string; samples: number; screen: Screen }[] = [];
  const samplesFor = (count: number) => Math.ceil(((count + 2) * apart) / tr);
  screens.push({
    id: "truth of pictures",
    samples: samplesFor(pictures.length),
    screen: {
      pictures: onsets(pictures.length).map((onset, k) => ({
        onset,
        duration: seconds.picture,
        scene: pictures[k] as Scene,
      })),
      sentences: [],
    },
  });
  screens.push({
    id: "truth of sentences",
    samples: samplesFor(sentences.length),
    screen: {
      pictures: [],
      sentences: onsets(sentences.length).map((onset, k) => {
        const caption = sentences[k] as Caption;
        const each = seconds.sentence / caption.words.length;
        return {
          onset,
          duration: seconds.sentence,
          caption,
          scene: pictures[0] as Scene,
          words: caption.words.map((text, w) => ({ text, onset: onset + w * each, duration: each })),
        };
      }),
    },
  });
  const [seen = [], read = []] = simulateTruth(settings, screens);
  const measure = (responses: readonly Responses[], count: number) =>
    responses.map((Y) =>
      onsets(count).map((onset) => {
        const range = windowOf({ onset }, { samples: Y.rows }, tr, window) as readonly [number, number];
        const before = Math.round(onset / tr);
        const rest = meanRows(Y, [before - 1, before]);
        return meanRows(Y, range).map((value, t) => value - (rest[t] as number));
      }),
    );
  return {
    picture: withMean(measure(seen, pictures.length)),
    sentence: withMean(measure(read, sentences.length)),
  };
}

/** [person][stimulus] with the mean of all people before them. */
function withMean(people: readonly (readonly Float64Array[])[]): Float64Array[][] {
  const [first = []] = people;
  const mean = first.map((one, k) =>
    one.map((_, t) => people.reduce((sum, person) => sum + (person[k]?.[t] as number), 0) / people.length),
  );
  return [mean, ...people.map((person) => [...person])];
}
