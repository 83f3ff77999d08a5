import type { Verdict } from "./guard/examine.ts";
import { examineStudy } from "./guard/guard-study.ts";
import { planFolds } from "./plan.ts";
import { keepReliable } from "./reliable-targets.ts";
import type { StudySettings } from "./settings.ts";

/** Hold a study against every rule of design, without fitting anything. Films are read from their first frame to the last.
 * @param folder that relative paths of the settings start from.
 * @returns one verdict a rule, with what was found, the rows, why it matters, what repairs and what overrides it.
 * @throws EncodingError where the files of the study cannot be read, or folds cannot be made. */
export async function checkStudy(settings: StudySettings, folder: string): Promise<Verdict[]> {
  const loaded = settings.virtual
    ? (await import("./virtual-lab.ts")).makeVirtualLab(settings)
    : await (await import("./load-study.ts")).loadStudy({ ...settings, controls: false }, folder);
  const data = await keepReliable(loaded, settings, folder);
  return examineStudy(data, settings, planFolds(data, settings));
}
