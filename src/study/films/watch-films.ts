import { EncodingError, isEncodingError } from "../../core/index.ts";
import type { Step } from "../../engine/index.ts";
import { hashFile } from "../../io/index.ts";
import type { StudyRun } from "../data.ts";
import type { StudySettings } from "../settings.ts";
import type { MotionSettings } from "../stimuli-settings.ts";
import type { FilmEvent, SeenFilm, ShownFilm, ShownFilms } from "./film-data.ts";
import { openShown } from "./open-shown.ts";
import { type WatchInput, watchFilm } from "./watch-film.ts";

/** Compute steps, or take them from the store. */
export type RunSteps = (steps: readonly Step[], costs: readonly number[]) => Promise<unknown[]>;

/** Compute the steps of films in this thread; nothing is kept. */
export const watchHere: RunSteps = async (steps) => {
  const out: unknown[] = [];
  for (const step of steps) out.push(await watchFilm(step.payload?.() as WatchInput));
  return out;
};

/** One showing of a film, as a table has it. */
export interface FilmRow {
  readonly path: string;
  readonly onset: number;
  readonly duration: number;
}

/** The pyramid of the control: pymoten's, at 96 × 96 pixels. */
const usual = {
  width: 96,
  height: 96,
  spatialFrequencies: [0, 2, 4, 8, 16],
  directions: 8,
  compression: "log",
} as const;
const usualHertz = [0, 2, 4];

/** See every film of a study once.
 * @param rows of each run.
 * @throws EncodingError "file" naming a film that is not there; "settings" where it needs a rate or a data set, or there are no films. A film that cannot be read is
 * no error here. */
export async function watchFilms(
  rows: readonly (readonly FilmRow[])[],
  settings: StudySettings,
  runs: readonly StudyRun[],
  run: RunSteps,
): Promise<ShownFilms> {
  const paths = [...new Set(rows.flat().map(({ path }) => path))];
  const { rate = null, dataset = null } = settings.stimuli?.films ?? {};
  if (paths.length === 0)
    throw new EncodingError(
      "settings",
      "stimuli.films: the tables list no film; remove `films`, or fill them.",
    );
  const list = await someAtOnce(
    paths,
    async (path): Promise<ShownFilm> => ({ name: path, path, sha256: await hashFile(path), rate, dataset }),
  );
  const events = rows.map((own) =>
    own.map(({ path, onset, duration }): FilmEvent => ({ index: paths.indexOf(path), onset, duration })),
  );
  const rates = await someAtOnce(list, rateOf);
  const { pyramids, spaces, control } = planPyramids(settings, rates);
  const look = settings.controls !== false && settings.controls.pictures;
  const timed = settings.design === "time-series";
  const readable = list.flatMap((film, index) => (typeof rates[index] === "number" ? [{ film, index }] : []));
  const inputs = readable.map(({ film, index }): WatchInput => {
    const showings = events.flatMap((own, r) =>
      own
        .filter((event) => event.index === index)
        .map(({ onset, duration }) => ({ onset, duration, samples: runs[r]?.samples as number })),
    );
    return { film, showings, tr: timed ? (settings.tr ?? 1) : null, look, pyramids };
  });
  const steps = inputs.map((input): Step => {
    const { film, ...rest } = input;
    return {
      name: "films",
      task: "watch",
      inputs: { film: film.sha256, rate, dataset, ...rest },
      payload: () => input,
    };
  });
  const results = (await run(
    steps,
    inputs.map(({ showings }) => Math.max(...showings.map(({ duration }) => duration))),
  )) as (SeenFilm | string)[];
  const seen = rates.map((own) => (typeof own === "number" ? "" : own) as SeenFilm | string);
  for (const [k, { index }] of readable.entries()) seen[index] = results[k] as SeenFilm | string;
  return { list, events, seen, pyramids, spaces, control };
}

/** Films that are opened side by side: each may take a program of its own. */
const most = 8;

async function someAtOnce<T, R>(list: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const out: R[] = [];
  for (let k = 0; k < list.length; k += most)
    out.push(...(await Promise.all(list.slice(k, k + most).map(each))));
  return out;
}

/** Frames a second; a text where the film cannot be read. */
async function rateOf(film: ShownFilm): Promise<number | string> {
  try {
    return (await openShown(film)).rate;
  } catch (error) {
    if (isEncodingError(error, "format") || isEncodingError(error, "backend")) return error.message;
    const asked = isEncodingError(error, "option")
      ? "rate"
      : isEncodingError(error, "range")
        ? "dataset"
        : null;
    if (asked !== null)
      throw new EncodingError(
        "settings",
        `stimuli.films.${asked}: missing or wrong; ${(error as Error).message}`,
        { path: film.path },
        error,
      );
    throw error;
  }
}

/** What is measured of every film alike: the pyramids of feature spaces, and the control's, of what the slowest film can show. */
function planPyramids(
  { features = {}, controls }: StudySettings,
  rates: readonly (number | string)[],
): Pick<ShownFilms, "pyramids" | "spaces" | "control"> {
  const own = Object.entries(features).flatMap(([name, { motionEnergy }]) =>
    motionEnergy ? [{ name, motionEnergy }] : [],
  );
  const spaces = Object.fromEntries(own.map(({ name }, k) => [name, k]));
  const pyramids = own.map(({ motionEnergy }) => motionEnergy);
  const slowest = Math.min(...rates.filter((rate) => typeof rate === "number"));
  const wanted = controls !== false && controls.motion && own.length === 0;
  if (!wanted || slowest < 1.5 || !Number.isFinite(slowest)) return { pyramids, spaces, control: null };
  const temporalFrequencies = usualHertz.filter((hertz) => hertz < slowest / 2);
  const pyramid: MotionSettings = {
    ...usual,
    spatialFrequencies: [...usual.spatialFrequencies],
    temporalFrequencies,
  };
  return { pyramids: [...pyramids, pyramid], spaces, control: pyramids.length };
}
