import { checkNumber, type Random } from "../core/index.ts";
import { type Caption, describeScene } from "./grammar.ts";
import { drawScene, type Scene } from "./scene.ts";

/** A picture on the screen. Times in seconds from the start of the run. */
export interface PictureEvent {
  readonly onset: number;
  readonly duration: number;
  readonly scene: Scene;
}

/** A word on the screen. */
export interface WordEvent {
  readonly text: string;
  readonly onset: number;
  readonly duration: number;
}

/** A sentence shown word by word. */
export interface SentenceEvent {
  readonly onset: number;
  readonly duration: number;
  readonly caption: Caption;
  /** The scene that the caption tells of; it is not shown. */
  readonly scene: Scene;
  readonly words: readonly WordEvent[];
}

/** Length of a run. */
export interface RunLength {
  /** Volumes. */
  readonly samples: number;
  /** Seconds per volume. */
  readonly tr: number;
}

/** Draw a run of pictures: a new scene every 1 to 2 TR, with short gaps and now and then 6 to 10 s of rest.
 *
 * Nothing is shown in the last 6 s (or the last tenth of a short run), so that the last responses are seen.
 * @returns events in order; they never overlap and end before the run does.
 * @throws EncodingError "option" for a run without samples. */
export function drawPictureRun(random: Random, { samples, tr }: RunLength): { events: PictureEvent[] } {
  const end = endOf("drawPictureRun", samples, tr);
  const events: PictureEvent[] = [];
  let time = tr * random.uniform();
  for (;;) {
    const period = tr * (1 + random.uniform());
    const duration = (0.6 + 0.3 * random.uniform()) * period;
    const rest = random.uniform() < 0.08 ? 6 + 4 * random.uniform() : 0;
    if (time + duration > end) return { events };
    events.push({ onset: time, duration, scene: drawScene(random) });
    time += period + rest;
  }
}

/** Draw a run of sentences, word by word.
 *
 * A word stays 0.22 to 0.3 s plus 0.012 s a letter; sentences are 0.6 to 2 s apart, now and then 6 to 10 s.
 * @returns sentences in order; they never overlap and end before the run does.
 * @throws EncodingError "option" for a run without samples. */
export function drawSentenceRun(random: Random, { samples, tr }: RunLength): { sentences: SentenceEvent[] } {
  const end = endOf("drawSentenceRun", samples, tr);
  const sentences: SentenceEvent[] = [];
  let time = tr * random.uniform();
  for (;;) {
    const scene = drawScene(random);
    const sentence = timeWords(describeScene(scene, random), scene, time, random);
    if (time + sentence.duration > end) return { sentences };
    sentences.push(sentence);
    const rest = random.uniform() < 0.08 ? 6 + 4 * random.uniform() : 0.6 + 1.4 * random.uniform();
    time += sentence.duration + rest;
  }
}

function timeWords(caption: Caption, scene: Scene, onset: number, random: Random): SentenceEvent {
  const pace = 0.22 + 0.08 * random.uniform();
  const words: WordEvent[] = [];
  let time = onset;
  for (const text of caption.words) {
    const duration = pace + 0.012 * text.length;
    words.push({ text, onset: time, duration });
    time += duration;
  }
  return { onset, duration: time - onset, caption, scene, words };
}

function endOf(name: string, samples: number, tr: number): number {
  checkNumber(name, "samples", samples, { min: 1, whole: true });
  checkNumber(name, "tr", tr, { min: 0.05, max: 60 });
  return samples * tr - Math.min(6, 0.1 * samples * tr);
}
