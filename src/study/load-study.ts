import { EncodingError } from "../core/index.ts";
import type { StudyData } from "./data.ts";
import type { StudySettings } from "./settings.ts";
export async function loadStudy(_s: StudySettings, _f: string): Promise<StudyData> {
  throw new EncodingError("settings", "not yet");
}
