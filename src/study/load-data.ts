import type { Step } from "../engine/index.ts";
import type { StudyData } from "./data.ts";
import type { StudySettings } from "./settings.ts";

/** Everything a study is computed from: simulated by the pool, or read from files. @param run computes steps, or takes them from the store. */
export async function loadData(
  settings: StudySettings,
  folder: string,
  run: (steps: readonly Step[], costs: readonly number[]) => Promise<unknown[]>,
): Promise<StudyData> {
  if (settings.virtual) {
    const { virtual, seed } = settings;
    const step: Step = {
      name: "simulate",
      task: "simulate",
      inputs: { virtual, seed },
      payload: () => settings,
    };
    return ((await run([step], [60])) as [StudyData])[0];
  }
  const { loadStudy } = await import("./load-study.ts");
  return loadStudy(settings, folder);
}
