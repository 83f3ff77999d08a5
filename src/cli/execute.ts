import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { lockFolder } from "../engine/lock.ts";
import type { StudyResult } from "../report/index.ts";
import type { StudySettings } from "../study.ts";
import { checkWorkers } from "./count.ts";
import { showProgress } from "./progress.ts";
import { listenForStop } from "./signals.ts";

/** Options that the running commands share. */
export interface RunOptions {
  readonly out?: string;
  readonly store: string;
  readonly workers?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Where a study is run: paths given, all of them checked. */
export interface RunPlace extends RunOptions {
  readonly out: string;
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
}

/** Run a study with progress on stderr and the answer on stdout (with `json` all of it on stdout), and Ctrl-C that leaves nothing broken.
 * The report's folder is made and locked before anything is computed, so that one that cannot be written is told of at once. */
export async function execute(settings: StudySettings, place: RunPlace): Promise<void> {
  const { out, open = false, json = false } = place;
  const workers = checkWorkers(place.workers);
  const show = showProgress({ json, stream: json ? process.stdout : process.stderr });
  const unlock = await lockFolder(resolve(out));
  const stop = listenForStop(show.stopping);
  try {
    const { runStudy } = await import("../study.ts");
    const result = await runStudy(settings, {
      folder: place.folder,
      out: resolve(out),
      store: resolve(place.store),
      ...(workers !== undefined && { workers }),
      onProgress: show.onProgress,
      signal: stop.signal,
    });
    show.end();
    await tellResult(result, join(out, "report.html"), json);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error; // what ended workers say after a stop is not the reason
  } finally {
    show.end();
    stop.off();
    await unlock();
  }
  if (open && !json && process.stdout.isTTY) openFile(resolve(out, "report.html"));
}

async function tellResult(result: StudyResult, report: string, json: boolean): Promise<void> {
  const { answerText } = await import("../report/index.ts");
  const found = result.cells.filter((cell) => cell.significant).length;
  const done = { event: "done", report, found, recovery: result.recovery };
  process.stdout.write(json ? `${JSON.stringify(done)}\n` : `\n${answerText(result)}\nReport: ${report}\n`);
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
