import { openLinalg, slowNotice } from "../linalg/index.ts";
import type { StudyData } from "./data.ts";

/** Name and version of the fastest backend of this machine (or of SIMCORTEX_LINALG); part of every key, because backends round apart. */
export async function findBackend() {
  const linalg = await openLinalg({ where: "here" });
  await linalg.close();
  return { name: linalg.name, version: `${linalg.name}: ${linalg.version}` };
}

/** What to know before a study of this size is fitted on a backend; null where there is nothing to be said. */
export function noticeOf({ runs, spaces, stimuli }: StudyData, backend: string): string | null {
  const samples = runs.reduce((sum, run) => sum + run.samples, 0);
  const columns = spaces.map(({ joint, delays, pca }, s) => {
    const own = stimuli[0]?.spaces[s]?.[0]?.[0]?.cols ?? 0;
    return joint ? delays.length * Math.min(own, pca ?? own) : 0;
  });
  return slowNotice(
    backend,
    Math.min(
      samples,
      columns.reduce((a, b) => a + b, 0),
    ),
  );
}
