import type { OnProgress, Progress } from "../core/index.ts";

/** Where progress is written. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const words: Readonly<Record<string, string>> = {
  show: "pictures and sentences",
  simulate: "virtual laboratory",
  look: "low-level vision",
  load: "reading files",
  prepare: "preparing",
  fit: "fitting",
  score: "scoring and resampling",
  clusters: "testing maps",
  extract: "activations",
  multiverse: "universes",
};
/** Characters of the longest bar, and of all that stands beside it. */
const longest = 24;
const beside = 46;

/** Write progress: JSON lines for programs, a bar with time left on a terminal, one line a step elsewhere.
 * A terminal that cannot move its cursor (TERM=dumb) gets lines. No colour is ever written.
 * @param now clock in milliseconds, for tests. */
export function showProgress({
  json,
  stream,
  bar = stream.isTTY === true && process.env.TERM !== "dumb",
  now = () => performance.now(),
}: {
  json: boolean;
  stream: ProgressStream;
  bar?: boolean;
  now?: () => number;
}): { onProgress: OnProgress; stopping(): void; end(): void } {
  let step = "";
  let started = 0;
  let computed = 0; // cost done by computing, not taken from the store
  let before = 0;
  let open = false;
  const end = () => {
    if (open) stream.write("\n");
    open = false;
  };
  const onProgress = (progress: Progress) => {
    if (progress.step !== step) {
      end();
      step = progress.step;
      started = now();
      computed = 0;
      before = 0;
      if (!json && !bar) stream.write(`${words[step] ?? step} …\n`);
    }
    if (progress.cached !== true) computed += progress.done - before;
    before = progress.done;
    const left = secondsLeft(progress, computed, (now() - started) / 1000);
    if (!json && progress.notice !== undefined) {
      end();
      stream.write(`note: ${progress.notice}\n`);
    }
    if (json)
      stream.write(
        `${JSON.stringify({ event: "progress", ...progress, ...(left !== null && { secondsLeft: left }) })}\n`,
      );
    else if (bar) {
      const columns = (stream.columns ?? 80) - 1;
      stream.write(`\r${barLine(progress, left, columns).slice(0, columns).padEnd(columns)}`);
      open = true;
    }
  };
  const stopping = () => {
    end();
    stream.write(json ? `${JSON.stringify({ event: "stopping" })}\n` : "stopping …\n");
  };
  return { onProgress, stopping, end };
}

/** Seconds left of this step at the pace so far; null before anything was computed. */
function secondsLeft({ done, total }: Progress, computed: number, elapsed: number): number | null {
  return computed > 0 ? Math.round(((total - done) * elapsed) / computed) : null;
}

function barLine({ step, done, total, cached }: Progress, left: number | null, columns: number): string {
  const width = Math.max(4, Math.min(longest, columns - beside)); // the time left stays in sight
  const filled = total > 0 ? Math.round((width * done) / total) : width;
  const percent = total > 0 ? Math.round((100 * done) / total) : 100;
  const rest =
    cached === true && left === null
      ? "from the store"
      : left === null || done === total
        ? ""
        : `${duration(left)} left`;
  return `${(words[step] ?? step).padEnd(23)} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${String(percent).padStart(3)} %  ${rest}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
