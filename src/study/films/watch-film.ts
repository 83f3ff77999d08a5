import { EncodingError, type Features, isEncodingError, matrix } from "../../core/index.ts";
import { averageFrames, createMotionEnergyBank, type FrameAverage } from "../../features/index.ts";
import { type Picture, resizePicture } from "../../stimuli/index.ts";
import { openLook } from "../controls/look.ts";
import type { MotionSettings } from "../stimuli-settings.ts";
import type { FilmPart, SeenFilm, ShownFilm } from "./film-data.ts";
import { openShown } from "./open-shown.ts";
import { signaturesPerSecond, signatureWords, signFrame } from "./sign-frame.ts";

/** Frames of a second, at least, whose luminance, contrast and Gabor energy are measured: these cost more than motion energy, and change less. */
const looksPerSecond = 5;

/** What is asked of a film. */
export interface WatchInput {
  readonly film: ShownFilm;
  /** When it was on, and in a run of how many samples. */
  readonly showings: readonly {
    readonly onset: number;
    readonly duration: number;
    readonly samples: number;
  }[];
  /** Seconds a sample; null: each showing is one row, the mean over the whole film. */
  readonly tr: number | null;
  readonly look: boolean;
  readonly pyramids: readonly MotionSettings[];
}

/** Features of one kind, frame by frame, onto the samples of every showing. */
interface Course {
  add(frame: number, values: ArrayLike<number>): void;
  finish(): FilmPart[];
}

/** See a film once, from its first frame to the last that was shown, and measure it: low-level features, motion energy and signatures.
 * @returns what was seen; the reason where the film is damaged.
 * @throws EncodingError of another kind than "format": no ffmpeg, or a pyramid that the film is too slow for. */
export async function watchFilm(input: WatchInput): Promise<SeenFilm | string> {
  try {
    return await watch(input);
  } catch (error) {
    if (isEncodingError(error, "format") || isEncodingError(error, "file")) return error.message;
    throw error;
  }
}

async function watch({ film, showings, tr, look, pyramids }: WatchInput): Promise<SeenFilm> {
  const { rate, read } = await openShown(film);
  const course = (columns: number, own = rate) => openCourse({ showings, tr, rate: own, columns });
  const eye = look ? openLook() : null;
  const stride = Math.max(1, Math.floor(rate / looksPerSecond));
  const looked = eye && course(eye.width, rate / stride);
  const motions = pyramids.map((own) => {
    const bank = createMotionEnergyBank(own.width, own.height, rate, own);
    return { own, bank, stream: bank.start(), course: course(bank.columns) };
  });
  const lag = Math.max(0, ...motions.map(({ bank }) => bank.lag));
  const end = tr === null ? Number.POSITIVE_INFINITY : Math.max(...showings.map(({ duration }) => duration));
  const signatures: number[] = [];
  let k = 0;
  for await (const frame of read()) {
    if ((k - lag) / rate >= end) break;
    const at = resized(frame);
    if (eye && looked && k % stride === 0) looked.add(k / stride, eye.measure(at(eye.edge, eye.edge)));
    for (const { own, bank, stream, course: motion } of motions) {
      const energies = stream.push(at(own.width, own.height));
      if (energies !== null) motion.add(k - bank.lag, energies);
    }
    while (k / rate >= (signatures.length / signatureWords + 0.5) / signaturesPerSecond - 1e-9)
      signatures.push(...signFrame(frame));
    k++;
  }
  if (k === 0) throw new EncodingError("format", `openFilm: cannot read ${film.path}: it has no frames.`);
  for (const { stream, course: motion } of motions) {
    const rest = stream.finish();
    for (const [i, energies] of rest.entries()) motion.add(k - rest.length + i, energies);
  }
  return {
    rate,
    frames: k,
    look: looked?.finish() ?? [],
    motion: motions.map(({ course: motion }) => motion.finish()),
    dark: motions.map(({ bank }) => bank.dark),
    signatures: Uint32Array.from(signatures),
  };
}

/** A frame in the sizes that are asked for, each made once. */
function resized(frame: Picture): (width: number, height: number) => Picture {
  const made = new Map<string, Picture>();
  return (width, height) => {
    const key = `${width} ${height}`;
    const own =
      made.get(key) ?? resizePicture(frame, { width, height }, { filter: "bilinear", reducingGap: 2 });
    made.set(key, own);
    return own;
  };
}

function openCourse({
  showings,
  tr,
  rate,
  columns,
}: Pick<WatchInput, "showings" | "tr"> & { readonly rate: number; readonly columns: number }): Course {
  if (tr === null) return openWhole(showings, columns);
  const parts = showings.map(({ onset, duration, samples }) => {
    const from = Math.min(samples, Math.max(0, Math.floor(onset / tr)));
    const to = Math.min(samples, Math.max(from, Math.ceil((onset + duration) / tr - 1e-9)));
    const average = averageFrames({ tr, samples: to - from, columns, dtype: "float32" });
    return { onset: onset - from * tr, duration, from, average };
  });
  return {
    add(frame, values) {
      for (const { onset, duration, average } of parts) {
        const own = Math.min(1 / rate, duration - frame / rate);
        if (own > 0) average.add(onset + frame / rate, own, values);
      }
    },
    finish: () => parts.map(({ from, average }) => partOf(from, average)),
  };
}

function partOf(from: number, average: FrameAverage): FilmPart {
  return { from, X: average.finish(), covered: average.covered };
}

/** The mean over all frames, one row a showing. */
function openWhole(showings: WatchInput["showings"], columns: number): Course {
  const sum = new Float64Array(columns);
  let count = 0;
  return {
    add(_, values) {
      for (let j = 0; j < columns; j++) sum[j]! += values[j] as number;
      count++;
    },
    finish() {
      const X: Features = matrix(
        ["samples", "features"],
        1,
        columns,
        Float32Array.from(sum, (x) => x / Math.max(1, count)),
      );
      return showings.map(({ onset }) => ({ from: onset, X, covered: Float64Array.of(1) }));
    },
  };
}
