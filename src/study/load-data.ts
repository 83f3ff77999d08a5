import type { Step } from "../engine/index.ts";
import type { StudyData } from "./data.ts";
import { keepReliable } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";

type RunSteps = (steps: readonly Step[], costs: readonly number[]) => Promise<unknown[]>;

/** Everything a study is computed from: simulated by the pool, or read from files; targets that are not reliable are marked. @param run computes steps, or takes them from the store. */
export async function loadData(settings: StudySettings, folder: string, run: RunSteps): Promise<StudyData> {
  const data = settings.virtual
    ? await simulateData(settings, run)
    : await (await import("./load-study.ts")).loadStudy(settings, folder, run);
  return keepReliable(data, settings, folder);
}

/** The virtual laboratory: runs are drawn and rendered side by side, then a cohort sees them. */
async function simulateData(settings: StudySettings, run: RunSteps): Promise<StudyData> {
  const { virtual, seed } = settings;
  const { listRuns } = await import("./virtual-lab.ts");
  const showing = listRuns(settings).map(
    (one): Step => ({ name: "show", task: "show", inputs: { seed, run: one } }),
  );
  const shown = await run(
    showing,
    showing.map(() => 1),
  );
  const step: Step = {
    name: "simulate",
    task: "simulate",
    inputs: { virtual, seed },
    payload: () => ({ settings, shown }),
  };
  return ((await run([step], [10])) as [StudyData])[0];
}
