import type { Picture } from "../render.ts";

/** A film: pictures of one size at a constant rate, read one after the other and never held together. */
export interface Film {
  /** As the caller gave it, for messages. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Frames a second. Frame k is on from k / rate to (k + 1) / rate seconds. */
  readonly rate: number;
  /** How many frames there are; null where only reading to the end tells (films that ffmpeg reads). */
  readonly frames: number | null;
  /** The frames from the first on, RGB. Leaving the loop early closes what was open.
   * @throws EncodingError "format" where the film is damaged or cut off; "cancelled" if `signal` stops it. */
  read(options?: { readonly signal?: AbortSignal | undefined }): AsyncGenerator<Picture, void, undefined>;
}

/** Options of {@link openFilm}. */
export interface FilmOptions {
  /** Frames a second. Needed for folders of frames and arrays, which do not say it; other films are read at this rate instead of their own,
   * frames repeated or left out. */
  readonly rate?: number | undefined;
  /** Data set of an HDF5 file; default the only one of three or four axes. */
  readonly dataset?: string | undefined;
  /** The program that reads what is no animation, folder or array; default `ffmpeg`, found on the PATH. */
  readonly ffmpeg?: string;
}
