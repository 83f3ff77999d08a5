import { hashValue } from "../engine/index.ts";
import type { BrainManifest } from "../simulator/index.ts";
import type { StudySettings } from "./settings.ts";
import type { SolvedStudy } from "./solved.ts";

/** Licence, provenance and limits of what is published of a study of real data.
 * @param limits said before the study's own warnings. */
export function cardOf(
  { result, data }: SolvedStudy,
  settings: StudySettings,
  limits: readonly string[],
): BrainManifest["card"] {
  return {
    license: settings.card?.license ?? "not stated: ask who owns the data before passing this on",
    attribution: settings.card?.attribution ?? "not stated",
    provenance: {
      simcortex: result.provenance.version,
      code: result.provenance.code,
      seed: settings.seed,
      settings: hashValue(settings),
      backend: result.provenance.backend,
      people: data.people.length,
      "files read": result.provenance.inputs.length,
      data: hashValue(result.provenance.inputs),
    },
    limits: [...limits, ...result.warnings],
  };
}
