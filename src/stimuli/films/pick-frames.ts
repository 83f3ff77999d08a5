import { EncodingError } from "../../core/index.ts";
import type { Picture } from "../render.ts";
import type { Film } from "./film.ts";

/** The frames of a film that are on at some times, read once from the first on.
 * @param times seconds, ascending.
 * @throws EncodingError "option" if times descend; "format" if the film ends before one. */
export async function* pickFrames(
  film: Film,
  times: readonly number[],
): AsyncGenerator<Picture, void, undefined> {
  const wanted = times.map((time) => Math.floor(time * film.rate + 1e-6));
  for (const [i, frame] of wanted.entries())
    if (frame < (wanted[i - 1] ?? 0))
      throw new EncodingError(
        "option",
        `pickFrames: times must ascend from 0; got ${times[i - 1] ?? 0} s before ${times[i]} s.`,
      );
  let [next, k] = [0, 0];
  if (wanted.length === 0) return;
  for await (const frame of film.read()) {
    for (; wanted[next] === k; next++) yield frame;
    if (next === wanted.length) return;
    k++;
  }
  throw new EncodingError(
    "format",
    `pickFrames: ${film.name} has ${k} frames, ${(k / film.rate).toFixed(2)} s; there is none at ${times[next]?.toFixed(2)} s.`,
  );
}
