import { codeVersion, hashValue } from "../engine/index.ts";
import type { StudyResult } from "../report/index.ts";
import { findBackend } from "./backend.ts";
import type { StudyData } from "./data.ts";
import type { StudySettings } from "./settings.ts";
import { version } from "./version.ts";

/** What a study's numbers were made with, and from. */
export async function provenanceOf(
  settings: StudySettings,
  { inputs }: StudyData,
): Promise<StudyResult["provenance"]> {
  return {
    version: version(),
    code: await codeVersion(),
    node: process.versions.node.split(".")[0] as string,
    backend: (await findBackend()).version,
    dtype: settings.fit.dtype,
    seed: settings.seed,
    settings: hashValue(settings),
    inputs,
  };
}
