import { join } from "node:path";
import { writeFileAtomic } from "../io/index.ts";
import { answerText } from "./answer.ts";
import type { StudyResult } from "./result.ts";
export async function writeReport(
  result: StudyResult,
  folder: string,
  _surface?: unknown,
): Promise<{ files: readonly string[] }> {
  await writeFileAtomic(join(folder, "answer.txt"), answerText(result));
  return { files: [] };
}
