import { EncodingError, type Features, matrix } from "../../core/index.ts";
import type { StudyRun } from "../data.ts";
import type { StudySettings } from "../settings.ts";
import type { FilmPart, SeenFilm, ShownFilms } from "./film-data.ts";

/** Why a film could not be read; null where all could. */
export function brokenFilms({ seen }: ShownFilms): string | null {
  const broken = seen.filter((one) => typeof one === "string");
  if (broken.length === 0) return null;
  return `${broken.length} of ${seen.length} films could not be read (${broken[0]?.replace(/\.$/u, "")})`;
}

/** Features of films on the samples of every run. @param of what is laid, each time a film was on. @param dark features while no film is on.
 * @returns one a run, (samples × columns), float32. */
export function layFilms(
  { events, seen }: ShownFilms,
  runs: readonly StudyRun[],
  of: (film: SeenFilm) => readonly FilmPart[],
  dark?: Float64Array,
): Features[] {
  const next = seen.map(() => 0); // showings of each film so far, in the order of runs and rows
  const columns = seen.map((film) => (typeof film === "string" ? 0 : (of(film)[0]?.X.cols ?? 0)));
  const cols = Math.max(0, ...columns);
  return runs.map(({ samples }, r) => {
    const sums = new Float64Array(samples * cols);
    const covered = new Float64Array(samples);
    for (const { index } of events[r] ?? []) {
      const film = seen[index] as SeenFilm;
      const part = of(film)[(next[index] as number)++] as FilmPart | undefined;
      if (part === undefined) continue; // it was not asked for
      const { from, X, covered: own } = part;
      for (let i = 0; i < X.rows; i++) {
        covered[from + i]! += own[i] as number;
        for (let j = 0; j < cols; j++) sums[(from + i) * cols + j]! += X.data[i * cols + j] as number;
      }
    }
    if (dark)
      for (let i = 0, k = 0; i < samples; i++) {
        const rest = Math.max(0, 1 - (covered[i] as number));
        for (let j = 0; j < cols; j++, k++) if (rest > 1e-9) sums[k]! += rest * (dark[j] as number);
      }
    return matrix(["samples", "features"], samples, cols, Float32Array.from(sums));
  });
}

/** A feature space that is made of motion energy. @throws EncodingError "format" if a film could not be read. */
export function layDeclared(name: string, films: ShownFilms, runs: readonly StudyRun[]): Features[] {
  const broken = films.seen.find((film) => typeof film === "string");
  if (broken !== undefined) throw new EncodingError("format", `features.${name}: ${broken}`);
  return layMotion(films, runs, films.spaces[name] as number);
}

/** Says which films end before the time that they are shown for, by more than half a sample. */
export function tellShortFilms(
  { list, events, seen }: ShownFilms,
  { design, tr = 1 }: StudySettings,
  runs: readonly StudyRun[],
): string[] {
  if (design !== "time-series") return [];
  const short = events.flatMap((own, r) =>
    own.flatMap(({ index, duration }) => {
      const film = seen[index] as SeenFilm | string;
      if (typeof film === "string" || film.frames / film.rate >= duration - tr / 2) return [];
      const name = list[index]?.name.split(/[\\/]/).pop();
      return [
        `${name} lasts ${(film.frames / film.rate).toFixed(1)} s and is shown for ${duration.toFixed(1)} s in ${runs[r]?.id}`,
      ];
    }),
  );
  if (short.length === 0) return [];
  return [
    `${short.length} films end before the time that they are shown for (${short[0]}${short.length > 1 ? " …" : ""}): the rest counts as a dark screen.`,
  ];
}

/** Motion energy of one pyramid on the samples of every run; the screen is dark while no film is on. */
export function layMotion(films: ShownFilms, runs: readonly StudyRun[], pyramid: number): Features[] {
  const first = films.seen.find((film) => typeof film !== "string") as SeenFilm;
  return layFilms(films, runs, ({ motion }) => motion[pyramid] ?? [], first.dark[pyramid]);
}
