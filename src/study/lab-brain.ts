import type { Responses } from "../core/index.ts";
import { activations, type Preprocessing, preprocessPicture, towerOf } from "../models/index.ts";
import { captionTokenizer, type TwinModel } from "../pretrain/index.ts";
import {
  type BrainData,
  type ModelInput,
  type ModelRole,
  meanRows,
  type Presentation,
  type Sense,
  type SenseInput,
  windowOf,
} from "../simulator/index.ts";
import { type Caption, renderScene, type Scene } from "../stimuli/index.ts";
import type { StudySettings } from "./settings.ts";
import { listScreens, makeVirtualLab, regionNotes, type Screen, simulateTruth } from "./virtual-lab.ts";

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

/** Average activations of every layer of a twin's towers for the stimuli of the laboratory, in their order.
 * @param twin from `readTwin`; a tower that it lacks gives no sense.
 * @param use layers whose features are taken; default all. */
export async function activateTwin(
  twin: TwinModel,
  { pictures, sentences }: LabStimuli,
  about: {
    readonly id: string;
    readonly label: string;
    readonly description: string;
    readonly role: ModelRole;
  },
  { use }: { readonly use?: readonly number[] } = {},
): Promise<ModelInput> {
  const senses: Partial<Record<Sense, SenseInput>> = {};
  const layered = (layers: readonly SenseInput["layers"][number]["X"][]): SenseInput => ({
    layers: layers.map((X, k) => ({ name: `mean.${k}`, X })),
    use: use ?? layers.map((_, k) => k),
  });
  if ("image.projection.bias" in twin.weights) {
    const found = await activations(
      towerOf(twin.config, "image"),
      twin.weights,
      pictureFeeds(twin, pictures),
      {
        pooling: "mean",
        batch: 32,
      },
    );
    senses.picture = layered(found.layers);
  }
  if ("text.projection.bias" in twin.weights) {
    const tokenizer = captionTokenizer(twin.vocabulary);
    const { tokens, mask } = tokenizer.encodeBatch(
      sentences.map(({ words }) => words.join(" ")),
      twin.config.tokens,
    );
    const found = await activations(
      towerOf(twin.config, "text"),
      twin.weights,
      { tokens, mask },
      {
        pooling: "mean",
        batch: 32,
      },
    );
    senses.sentence = layered(found.layers);
  }
  return { ...about, senses };
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
