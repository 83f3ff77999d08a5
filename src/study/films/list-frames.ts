import { EncodingError } from "../../core/index.ts";
import { hashBytes } from "../../engine/index.ts";
import type { ShownEvent, ShownPicture } from "../data.ts";
import type { SeenFilm, ShownFilm, ShownFilms } from "./film-data.ts";

/** The frames of films that image towers are shown: one every 1 / frameRate seconds of film, from the middle of that time, which it stands for.
 * @param timed false: a film is one row, and its frames share it evenly. @param first place of the first frame in the list of pictures.
 * @throws EncodingError "format" if a film could not be read. */
export function listFrames(
  { list, events, seen }: ShownFilms,
  {
    frameRate,
    timed,
    first,
  }: { readonly frameRate: number; readonly timed: boolean; readonly first: number },
): { readonly pictures: readonly ShownPicture[]; readonly events: readonly (readonly ShownEvent[])[] } {
  const broken = seen.find((film) => typeof film === "string");
  if (broken !== undefined) throw new EncodingError("format", `stimuli.films: ${broken}`);
  const secondsOf = (film: SeenFilm) => film.frames / film.rate;
  const shownFor = (index: number, duration: number) =>
    timed ? Math.min(duration, secondsOf(seen[index] as SeenFilm)) : secondsOf(seen[index] as SeenFilm);
  const longest = list.map((_, index) =>
    Math.max(
      0,
      ...events.flat().flatMap((event) => (event.index === index ? [shownFor(index, event.duration)] : [])),
    ),
  );
  const counts = longest.map((seconds) => Math.ceil(seconds * frameRate - 1e-9));
  const starts = counts.map((_, k) => first + counts.slice(0, k).reduce((a, b) => a + b, 0));
  const pictures = list.flatMap((film, index) =>
    Array.from({ length: counts[index] as number }, (_, k) => {
      const [from, to] = [k / frameRate, Math.min((k + 1) / frameRate, longest[index] as number)];
      return pictureOf(film, (from + to) / 2);
    }),
  );
  return {
    pictures,
    events: events.map((own) =>
      own.flatMap(({ index, onset, duration }) => {
        const seconds = shownFor(index, duration);
        const scale = timed ? 1 : 1 / seconds;
        return Array.from({ length: Math.ceil(seconds * frameRate - 1e-9) }, (_, k): ShownEvent => {
          const [from, to] = [k / frameRate, Math.min(seconds, (k + 1) / frameRate)];
          return {
            sense: "pictures",
            index: (starts[index] as number) + k,
            onset: onset + from * scale,
            duration: (to - from) * scale,
          };
        });
      }),
    ),
  };
}

function pictureOf(film: ShownFilm, time: number): ShownPicture {
  const at = time.toFixed(3);
  return {
    name: `${film.name} at ${at} s`,
    sha256: hashBytes(`${film.sha256} ${film.rate} ${film.dataset} ${at}`),
    film,
    time,
  };
}
