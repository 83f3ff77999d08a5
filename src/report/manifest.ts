import { createHash } from "node:crypto";
import type { ReportFile } from "./maps.ts";
import type { StudyResult } from "./result.ts";

/** The list of a report's files with their SHA-256 and size, and what the study was computed from.
 * Keys and files are sorted and there is no date: the same study gives the same bytes.
 * @returns JSON text with a line break at its end. */
export function manifestText(result: StudyResult, files: readonly ReportFile[]): string {
  const listed = files
    .map(({ path, bytes }) => {
      const raw = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      return { bytes: raw.length, path, sha256: createHash("sha256").update(raw).digest("hex") };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const content = {
    design: result.design,
    files: listed,
    overrides: result.overrides,
    participants: result.participants,
    provenance: result.provenance,
    question: result.question,
    regions: result.regions,
    spaces: result.spaces.map(({ name }) => name),
    tests: result.tests,
    title: result.title,
  };
  return `${JSON.stringify(content, sortKeys, 2)}\n`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
