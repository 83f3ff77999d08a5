import type { StudyData } from "../data.ts";
import type { ShownFilms } from "../films/film-data.ts";
import { signaturesPerSecond, signatureWords } from "../films/sign-frame.ts";
import type { StudySettings } from "../settings.ts";
import type { FilmSigns } from "./film-copies.ts";

/** What the guard knows of films: which moment of which film each row shows, and how films look.
 * @returns `keys`: equal for rows that show the same moment of the same file, null where no film is on; null without films. */
export function describeFilms(
  { shown, runs }: StudyData,
  { design, tr = 1 }: StudySettings,
): GuardFilms | null {
  if (shown?.films === undefined) return null;
  const grid = JSON.stringify([design, tr, runs.map(({ samples }) => samples)]);
  const known = made.get(shown.films);
  const films =
    known?.grid === grid ? known.films : describe(shown.films, runs, design === "time-series", tr);
  made.set(shown.films, { grid, films });
  return films;
}

/** What the guard knows of films. */
interface GuardFilms {
  readonly keys: readonly (string | null)[];
  readonly signs: FilmSigns;
}

/** Described before: the universes of a multiverse share their films. */
const made = new WeakMap<ShownFilms, { readonly grid: string; readonly films: GuardFilms }>();

function describe(
  { list, events, seen }: ShownFilms,
  runs: StudyData["runs"],
  timed: boolean,
  tr: number,
): GuardFilms {
  const keys: (string | null)[] = [];
  const [signs, rowOf, pieceOf]: number[][] = [[], [], []];
  let [start, piece] = [0, 0];
  for (const [r, { samples }] of runs.entries()) {
    const own: (string | null)[] = new Array<string | null>(samples).fill(null);
    for (const { index, onset, duration } of events[r] ?? []) {
      const sha256 = list[index]?.sha256;
      for (let i = 0; i < samples; i++) {
        const at = timed ? (i + 0.5) * tr - onset : i - onset;
        if (at >= 0 && at < duration) own[i] = `${sha256} ${timed ? Math.floor(at / tr) : "whole"}`;
      }
      const film = seen[index];
      const marks = typeof film === "object" ? film.signatures : new Uint32Array(0);
      for (let m = 0; signatureWords * m < marks.length; m++) {
        const at = (m + 0.5) / signaturesPerSecond;
        const row = timed ? Math.floor((onset + at) / tr) : onset;
        if (row < 0 || row >= samples || (timed && at >= duration)) continue;
        (signs as number[]).push(...marks.subarray(signatureWords * m, signatureWords * (m + 1)));
        (rowOf as number[]).push(start + row);
        (pieceOf as number[]).push(piece);
      }
      piece++;
    }
    keys.push(...own);
    start += samples;
  }
  return {
    keys,
    signs: {
      signs: Uint32Array.from(signs as number[]),
      rowOf: Int32Array.from(rowOf as number[]),
      pieceOf: Int32Array.from(pieceOf as number[]),
    },
  };
}
