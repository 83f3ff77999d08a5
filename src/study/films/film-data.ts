import type { Features } from "../../core/index.ts";
import type { MotionSettings } from "../stimuli-settings.ts";

/** A film that was shown. */
export interface ShownFilm {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  /** Frames a second that the settings state; null: its own. */
  readonly rate: number | null;
  /** Data set of an HDF5 file that they name. */
  readonly dataset: string | null;
}

/** When a film was on. */
export interface FilmEvent {
  /** Place in the list of films. */
  readonly index: number;
  /** Seconds from the first sample of the run; in rows that stand for stimuli, the row. */
  readonly onset: number;
  /** Seconds; rows: 1. */
  readonly duration: number;
}

/** Features of a film while it was on, averaged over each sample's time. */
export interface FilmPart {
  /** The first sample that it reaches. */
  readonly from: number;
  /** Of the samples from there on, 0 for the time in which it is not on. */
  readonly X: Features;
  /** Share of each sample's time in which it is on. */
  readonly covered: Float64Array;
}

/** What was seen of a film. */
export interface SeenFilm {
  /** Frames a second, and how many were seen. */
  readonly rate: number;
  readonly frames: number;
  /** Luminance, contrast and Gabor energy each time it was on; empty unless asked for. */
  readonly look: readonly FilmPart[];
  /** Motion energy: [pyramid][time]. */
  readonly motion: readonly (readonly FilmPart[])[];
  /** What a dark screen gives each pyramid. */
  readonly dark: readonly Float64Array[];
  /** Two signatures a second, four numbers each, of how frames look; 0 for even ones ({@link signFrame}). */
  readonly signatures: Uint32Array;
}

/** The films of a study. */
export interface ShownFilms {
  readonly list: readonly ShownFilm[];
  /** Of each run. */
  readonly events: readonly (readonly FilmEvent[])[];
  /** Of each film; a text where it could not be read. */
  readonly seen: readonly (SeenFilm | string)[];
  /** Pyramids of the feature spaces that are made of motion energy, by name, and of the control: place in `SeenFilm.motion`. */
  readonly spaces: Readonly<Record<string, number>>;
  readonly control: number | null;
  readonly pyramids: readonly MotionSettings[];
}
