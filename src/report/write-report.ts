import { join } from "node:path";
import { encodeCsv, encodeParquet, writeFileAtomic } from "../io/index.ts";
import { answerText } from "./answer.ts";
import { manifestText } from "./manifest.ts";
import { mapFiles, type ReportFile } from "./maps.ts";
import type { StudyResult } from "./result.ts";
import { cellColumns, comparisonColumns, regionColumns, targetColumns } from "./score-tables.ts";

/** A surface to draw per-target maps on. */
export interface ReportSurface {
  /** (vertices × 3), millimetres. */
  readonly coordinates: Float32Array;
  /** (faces × 3) vertex numbers. */
  readonly triangles: Int32Array;
  /** Target shown at each vertex, −1 for none; the same for all people. */
  readonly targetAt: Int32Array;
}

/** Write the report of a study: the page, the answer, tables, per-target maps, and the manifest that lists them.
 *
 * Each file is written whole or not at all, the manifest last. The same result gives the same bytes; undefined values stay NaN (NPY,
 * GIFTI, Parquet) or empty (CSV). Files of an earlier report that this one does not have are left where they are.
 * @param folder made where it is missing.
 * @param surface where per-target maps can be drawn; then GIFTI files are written too.
 * @returns paths of all files inside `folder`, sorted.
 * @throws EncodingError "file": full disk, no permission. */
export async function writeReport(
  result: StudyResult,
  folder: string,
  surface?: ReportSurface,
): Promise<{ readonly files: readonly string[] }> {
  const files = reportFiles(result, surface);
  const manifest: ReportFile = { path: "manifest.json", bytes: manifestText(result, files) };
  for (let k = 0; k < files.length; k += atOnce)
    await Promise.all(
      files.slice(k, k + atOnce).map(({ path, bytes }) => writeFileAtomic(join(folder, path), bytes)),
    );
  await writeFileAtomic(join(folder, manifest.path), manifest.bytes);
  return { files: [...files, manifest].map(({ path }) => path).sort() };
}

const atOnce = 8;

/** All files of a report but the manifest, in memory. */
export function reportFiles(result: StudyResult, surface?: ReportSurface): readonly ReportFile[] {
  const scores = targetColumns(result);
  return [
    { path: "answer.txt", bytes: answerText(result) },
    { path: "cells.csv", bytes: encodeCsv(cellColumns(result)) },
    { path: "regions.csv", bytes: encodeCsv(regionColumns(result)) },
    { path: "scores.csv", bytes: encodeCsv(scores) },
    { path: "scores.parquet", bytes: encodeParquet(scores) },
    ...(result.comparisons.length > 0
      ? [{ path: "comparisons.csv", bytes: encodeCsv(comparisonColumns(result)) }]
      : []),
    ...mapFiles(result),
  ];
}
