import { type Film, openFilm } from "../../stimuli/index.ts";
import type { ShownFilm } from "./film-data.ts";

/** Open a film as the settings say. @throws as `openFilm` of stimuli. */
export function openShown({ path, rate, dataset }: ShownFilm): Promise<Film> {
  return openFilm(path, { ...(rate !== null && { rate }), ...(dataset !== null && { dataset }) });
}
