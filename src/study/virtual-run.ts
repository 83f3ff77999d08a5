import { createRandom, type Features, type Random } from "../core/index.ts";
import { hashBytes } from "../engine/index.ts";
import { createGaborBank, type FeatureEvent, sampleEvents } from "../features/index.ts";
import {
  drawPictureRun,
  drawSentenceRun,
  meaningFeatures,
  objectFeatures,
  type Picture,
  type PictureEvent,
  renderScene,
  type SentenceEvent,
  sceneFeatures,
  syntaxFeatures,
  wordFormFeatures,
} from "../stimuli/index.ts";
import type { ShownEvent, ShownPicture, ShownStimuli, StudyRun } from "./data.ts";

/** Seconds a volume. */
export const tr = 2;
const pixels = 64;

/** What is computed of each stimulus. Pictures have no words and sentences no pixels: the other sense's spaces are zero there. */
export const spaces: readonly { readonly name: string; readonly description: string }[] = [
  { name: "gabor", description: "Gabor energy of the picture: 2 spatial frequencies × 4 orientations" },
  { name: "objects", description: "which objects the picture shows, by area" },
  { name: "scene", description: "place, openness, light and number of objects of the picture" },
  { name: "word form", description: "letters, vowels, strokes and letter pairs of the word on the screen" },
  { name: "syntax", description: "voice, clauses, length, order and position within the sentence" },
  { name: "meaning", description: "which objects the sentence mentions, direction and colour warmth" },
];

/** Events of one space in one run. */
export interface SpaceEvents {
  readonly events: readonly FeatureEvent[];
  readonly columns: number;
}

/** What was shown in one run. */
export interface VirtualRun {
  /** In the order of {@link spaces}. */
  readonly spaces: readonly SpaceEvents[];
  /** The pictures or sentences themselves, in the order of their events. */
  readonly stimuli: readonly (ShownPicture | string)[];
  readonly events: readonly Omit<ShownEvent, "index">[];
}

const noEvents: readonly FeatureEvent[] = [];
const bank = createGaborBank(pixels, pixels, { frequencies: [4, 12], orientations: 4, grid: 1 });

/** What is on the screen in one run: pictures or sentences. */
export interface Screen {
  readonly pictures: readonly PictureEvent[];
  readonly sentences: readonly SentenceEvent[];
}

/** Draw what is on the screen in one run. */
export function drawScreen({ id, samples }: StudyRun, random: Random): Screen {
  return id.startsWith("pictures")
    ? { pictures: drawPictureRun(random, { samples, tr }).events, sentences: [] }
    : { pictures: [], sentences: drawSentenceRun(random, { samples, tr }).sentences };
}

/** The stimuli of one run and the events of every space. @param id name of the run. */
export function showRun(id: string, { pictures, sentences }: Screen): VirtualRun {
  return sentences.length === 0 ? showPictures(id, pictures) : showSentences(sentences);
}

/** List the stimuli of all runs, for models. */
export function listStimuli(runs: readonly VirtualRun[]): ShownStimuli {
  const pictures: ShownPicture[] = [];
  const sentences: string[] = [];
  const events = runs.map((run) =>
    run.events.map((event, k): ShownEvent => {
      const stimulus = run.stimuli[k] as ShownPicture | string;
      const count = typeof stimulus === "string" ? sentences.push(stimulus) : pictures.push(stimulus);
      return { ...event, index: count - 1 };
    }),
  );
  return { pictures, sentences, events };
}

function showPictures(id: string, events: readonly PictureEvent[]): VirtualRun {
  const pictures = events.map(({ scene }) => renderScene(scene, { size: pixels }));
  const of = (values: (k: number) => Float64Array) =>
    events.map(({ onset, duration }, k) => ({ onset, duration, values: values(k) }));
  const scene = (k: number) => (events[k] as PictureEvent).scene;
  const seen = [
    of((k) => bank.apply(pictures[k] as Picture)),
    of((k) => objectFeatures(scene(k)).values),
    of((k) => sceneFeatures(scene(k)).values),
  ];
  return {
    spaces: [...seen.map((list, s) => ({ events: list, columns: columnsOf(s) })), ...nothing(3, 6)],
    stimuli: pictures.map((picture, k) => ({
      name: `${id}, picture ${k + 1}`,
      sha256: hashBytes(picture.data),
      picture,
    })),
    events: events.map(({ onset, duration }) => ({ sense: "pictures", onset, duration })),
  };
}

function showSentences(sentences: readonly SentenceEvent[]): VirtualRun {
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
  return {
    spaces: [...nothing(0, 3), ...read.map((list, s) => ({ events: list, columns: columnsOf(3 + s) }))],
    stimuli: sentences.map(({ caption }) => caption.text),
    events: sentences.map(({ onset, duration }) => ({ sense: "sentences", onset, duration })),
  };
}

function nothing(from: number, to: number): SpaceEvents[] {
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

/** Events on a grid of `grid` seconds. */
export function sample({ events, columns }: SpaceEvents, { samples }: StudyRun, grid: number): Features {
  return sampleEvents(events, {
    tr: grid,
    samples: Math.round((samples * tr) / grid),
    sampling: "mean",
    columns,
  });
}
