import { type Features, stackRows } from "../../core/index.ts";
import type { Step } from "../../engine/index.ts";
import { type FeatureEvent, sampleEvents } from "../../features/index.ts";
import type { ShownPicture, StudyData } from "../data.ts";
import { brokenFilms, layFilms, layMotion } from "../films/lay-films.ts";
import type { StudySettings } from "../settings.ts";
import type { Looked } from "./look.ts";

/** Low-level features of pictures and films on the grid of samples, one a run; or why there are none. */
export type LookRuns =
  | {
      readonly runs: readonly Features[];
      /** Motion energy of the films, where the control is made. */
      readonly motion?: readonly Features[];
    }
  | { readonly leftOut: string };

/** Pictures that one step looks at. */
const perStep = 64;

/** The steps that look at every picture of a study once, and how to read their results: luminance, contrast and Gabor energy run by run.
 * Pictures are known from `stimuli.pictures`, from a list of files in `labels`, or drawn by the virtual laboratory.
 * @returns `collect` gives null where the study shows no pictures that the program knows. */
export function planLook(
  data: Pick<StudyData, "runs" | "shown" | "stimulusList">,
  settings: StudySettings,
): {
  steps: readonly Step[];
  costs: readonly number[];
  collect: (results: readonly unknown[]) => LookRuns | null;
} {
  const { controls } = settings;
  const wanted = controls !== false && controls.pictures;
  const { pictures, events } = wanted ? listPictures(data) : { pictures: [], events: [] };
  const parts = Array.from({ length: Math.ceil(pictures.length / perStep) }, (_, k) =>
    pictures.slice(k * perStep, (k + 1) * perStep),
  );
  const steps = parts.map(
    (part): Step => ({
      name: "look",
      task: "look",
      inputs: { pictures: part.map(({ sha256 }) => sha256) },
      payload: () => part,
    }),
  );
  return {
    steps,
    costs: parts.map(({ length }) => length),
    collect(results) {
      const films = controls === false ? undefined : data.shown?.films;
      if (pictures.length === 0 && films === undefined) return null;
      const looked = results as readonly Looked[];
      const broken = looked.flatMap((one) => one.broken);
      if (broken.length > 0)
        return {
          leftOut: `${broken.length} of ${pictures.length} pictures could not be read (${broken[0]?.replace(/\.$/u, "")})`,
        };
      const unseen = films && brokenFilms(films);
      if (unseen) return { leftOut: unseen };
      const own = pictures.length > 0 && stackRows(looked.map((one) => one.X));
      const still = own && data.runs.map((run, r) => sampleRun(own, events[r] ?? [], run.samples, settings));
      if (films === undefined) return { runs: still || [] };
      const moving = wanted ? layFilms(films, data.runs, ({ look }) => look) : [];
      const runs = still
        ? moving.map((X, r) => addUp(X, still[r] as Features))
        : moving.filter(({ cols }) => cols > 0);
      const motion =
        controls !== false && controls.motion && films.control !== null
          ? { motion: layMotion(films, data.runs, films.control) }
          : {};
      return { runs, ...motion };
    },
  };
}

interface PictureEvent {
  readonly index: number;
  readonly onset: number;
  readonly duration: number;
}

/** The pictures of a study, each once, and when they were on; times in seconds, or in rows where a list names one a sample. */
export function listPictures({
  runs,
  shown,
  stimulusList: list,
}: Pick<StudyData, "runs" | "shown" | "stimulusList">): {
  readonly pictures: readonly ShownPicture[];
  readonly events: readonly (readonly PictureEvent[])[];
} {
  const known = shown?.pictures.filter((one) => !("film" in one)) ?? []; // before the frames of films
  if (shown !== undefined && known.length > 0)
    return {
      pictures: known,
      events: shown.events.map((own) =>
        own.filter(({ sense, index }) => sense === "pictures" && index < known.length),
      ),
    };
  if (!list?.paths) return { pictures: [], events: [] };
  const { names, hashes, paths } = list;
  const places = new Map<string, number>();
  const pictures: ShownPicture[] = [];
  for (const [row, sha256] of hashes.entries())
    if (!places.has(sha256))
      places.set(
        sha256,
        pictures.push({ name: names[row] as string, sha256, path: paths[row] as string }) - 1,
      );
  let start = 0;
  const events = runs.map(({ samples }) => {
    const own = hashes.slice(start, start + samples);
    start += samples;
    return own.map(
      (hash, onset): PictureEvent => ({ index: places.get(hash) as number, onset, duration: 1 }),
    );
  });
  return { pictures, events };
}

function addUp(a: Features, b: Features): Features {
  return { ...a, data: Float32Array.from(a.data, (value, k) => value + (b.data[k] as number)) };
}

function sampleRun(
  X: Features,
  list: readonly PictureEvent[],
  samples: number,
  { design, tr = 1, stimuli, virtual, activations }: StudySettings,
): Features {
  const events = list.map(
    ({ index, onset, duration }): FeatureEvent => ({
      onset,
      duration,
      values: X.data.subarray(index * X.cols, (index + 1) * X.cols),
    }),
  );
  const inSeconds = design === "time-series" && (virtual !== undefined || stimuli?.pictures !== undefined);
  return sampleEvents(events, {
    tr: inSeconds ? tr : 1,
    samples,
    columns: X.cols,
    sampling: activations.sampling,
    dtype: "float32",
  });
}
