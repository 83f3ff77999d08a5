import { EncodingError } from "./error.ts";

/** One step forward of long work. `done` and `total` count units of about equal time. */
export interface Progress {
  /** The step of the study, e.g. "fit". */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** What is being done now, in words. */
  readonly message?: string;
  /** True when the result was found in the store and nothing was computed. */
  readonly cached?: boolean;
  /** Something to know before it goes on, in a sentence: told once. */
  readonly notice?: string;
}

/** Receives progress; must return quickly and never throw. */
export type OnProgress = (progress: Progress) => void;

/** Stop here if the caller asked to.
 * @throws EncodingError "cancelled". */
export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new EncodingError(
      "cancelled",
      "Stopped by the user; finished steps are kept and the next start goes on.",
    );
}
