import { EncodingError } from "../core/index.ts";

/** Time that work has to stop by itself before the process is ended: a worker inside one long decomposition comes out of it first. */
const patience = 5000;

/** Turn Ctrl-C (SIGINT) and SIGTERM into an abort signal; its reason is an error "cancelled" that names the signal.
 *
 * The first one asks; a second one, or one that has not been answered within 5 s, ends the process at once. Nothing breaks then either: files are written whole or not at all.
 * @param onAsked told once, before anything stops. */
export function listenForStop(onAsked: () => void): { signal: AbortSignal; off(): void } {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const off = () => {
    clearTimeout(timer);
    process.off("SIGINT", asked);
    process.off("SIGTERM", asked);
  };
  const asked = (name: NodeJS.Signals) => {
    off();
    timer = setTimeout(() => process.kill(process.pid, name), patience);
    timer.unref();
    onAsked();
    stop.abort(cancelled(name));
  };
  process.on("SIGINT", asked);
  process.on("SIGTERM", asked);
  return { signal: stop.signal, off };
}

function cancelled(signal: NodeJS.Signals): EncodingError {
  return new EncodingError(
    "cancelled",
    "Stopped by the user; finished steps are kept and the next start goes on.",
    { signal },
  );
}
