import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { answerText } from "../report/index.ts";
import { runStudy, type StudySettings } from "../study.ts";
import { showProgress } from "./progress.ts";

/** Options that the running commands share. */
export interface RunOptions {
  readonly out?: string;
  readonly store: string;
  readonly workers?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Run a study with progress on stderr, the answer on stdout, and Ctrl-C that leaves nothing broken. */
export async function execute(
  settings: StudySettings,
  { out, store, workers, open = false, json = false, folder }: RunOptions & { out: string; folder: string },
): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => {
    process.stderr.write("\nstopping …\n");
    stop.abort();
  };
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  const show = showProgress({ json, stream: process.stderr });
  try {
    const result = await runStudy(settings, {
      folder,
      out: resolve(out),
      store: resolve(store),
      ...(workers !== undefined && { workers: checkCount("--workers", workers, 1) }),
      onProgress: show.onProgress,
      signal: stop.signal,
    });
    show.end();
    const report = join(out, "report.html");
    if (json)
      process.stdout.write(
        `${JSON.stringify({ event: "done", report, found: result.cells.filter((c) => c.significant).length, recovery: result.recovery })}\n`,
      );
    else process.stdout.write(`\n${answerText(result)}\nReport: ${report}\n`);
    if (open && !json && process.stdout.isTTY) openFile(resolve(report));
  } finally {
    show.end();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

/** A whole number from the command line.
 * @throws EncodingError "option". */
export function checkCount(option: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min)
    throw new EncodingError("option", `${option} must be a whole number ≥ ${min}; got "${text}".`);
  return value;
}

/** Show a file in the system's browser, if there is one; never an error. */
function openFile(path: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", path]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", path]
        : ["xdg-open", path];
  const child = spawn(command as string, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
