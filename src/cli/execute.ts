import { join, resolve } from "node:path";
import type { StudyResult } from "../report/index.ts";
import type { StudySettings } from "../study.ts";
import { checkWorkers } from "./count.ts";
import { openFile } from "./open-file.ts";
import { workInFolder } from "./work-in-folder.ts";

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

/** Run a study with progress on stderr and the answer on stdout (with `json` all of it on stdout); see {@link workInFolder}. */
export async function execute(settings: StudySettings, place: RunPlace): Promise<void> {
  const { out, open = false, json = false } = place;
  const workers = checkWorkers(place.workers);
  const result = await workInFolder(resolve(out), json, async (options) => {
    const { runStudy } = await import("../study.ts");
    return runStudy(settings, {
      folder: place.folder,
      out: resolve(out),
      store: resolve(place.store),
      ...(workers !== undefined && { workers }),
      ...options,
    });
  });
  await tellResult(result, join(out, "report.html"), json);
  if (open && !json && process.stdout.isTTY) openFile(resolve(out, "report.html"));
}

async function tellResult(result: StudyResult, report: string, json: boolean): Promise<void> {
  const { answerText } = await import("../report/index.ts");
  const found = result.cells.filter((cell) => cell.significant).length;
  const { comparisons, tests, recovery } = result;
  const compared = comparisons.map(({ a, b, region, difference, p, pCorrected, equivalence }) => ({
    ...{ a, b, region, difference, p, pCorrected, equivalence },
  }));
  const done = {
    ...{ event: "done", report, found, recovery },
    ...(compared.length > 0 && { equivalence: tests.equivalence, compared }),
  };
  process.stdout.write(json ? `${JSON.stringify(done)}\n` : `\n${answerText(result)}\nReport: ${report}\n`);
}
