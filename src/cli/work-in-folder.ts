import type { OnProgress } from "../core/index.ts";
import { lockFolder } from "../engine/lock.ts";
import { showProgress } from "./progress.ts";
import { listenForStop } from "./signals.ts";

/** What long work is given. */
export interface WorkOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Do the work of a command whose results go into a folder: with progress on stderr (with `json` on stdout), and Ctrl-C that leaves nothing
 * broken. The folder is made and locked before anything is computed, so that one that cannot be written is told of at once. */
export async function workInFolder<T>(
  folder: string,
  json: boolean,
  work: (options: WorkOptions) => Promise<T>,
): Promise<T> {
  const show = showProgress({ json, stream: json ? process.stdout : process.stderr });
  const unlock = await lockFolder(folder);
  const stop = listenForStop(show.stopping);
  try {
    return await work({ onProgress: show.onProgress, signal: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error; // what ended workers say after a stop is not the reason
  } finally {
    show.end();
    stop.off();
    await unlock();
  }
}
