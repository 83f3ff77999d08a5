import { join } from "node:path";
import { encodeCsv, encodeParquet, removeDrafts, writeFileAtomic } from "../io/index.ts";
import { answerText } from "./answer.ts";
import { clusterFiles } from "./clusters.ts";
import { toSvgFile } from "./figure.ts";
import { drawFigures } from "./figures.ts";
import { renderPage } from "./html.ts";
import { manifestText } from "./manifest.ts";
import {
  mapFiles,
  type ReportFile,
  type ReportSurface,
  type ReportVolume,
  surfaceFiles,
  volumeFiles,
} from "./maps.ts";
import type { StudyResult } from "./result.ts";
import {
  cellColumns,
  comparisonColumns,
  modelColumns,
  partitionColumns,
  regionColumns,
  targetColumns,
} from "./score-tables.ts";

/** Write the report of a study: the page, the answer, tables, per-target maps, and the manifest that lists them.
 *
 * Each file is written whole or not at all, the manifest last. The same result gives the same bytes; undefined values stay NaN (NPY,
 * GIFTI, Parquet) or empty (CSV). Files of an earlier report that this one does not have are left where they are.
 * @param folder made where it is missing.
 * @param surface where per-target maps can be drawn; then GIFTI files are written too.
 * @param volumes where each person's targets lie in a volume; then NIfTI files are written too.
 * @returns paths of all files inside `folder`, sorted.
 * @throws EncodingError "file": full disk, no permission. */
export async function writeReport(
  result: StudyResult,
  folder: string,
  surface?: ReportSurface,
  volumes?: readonly ReportVolume[],
): Promise<{ readonly files: readonly string[] }> {
  const files = reportFiles(result, surface, volumes);
  await removeDrafts(folder, { olderThan: 0 }); // of a killed run; a folder belongs to one run
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
export function reportFiles(
  result: StudyResult,
  surface?: ReportSurface,
  volumes: readonly ReportVolume[] = [],
): readonly ReportFile[] {
  const scores = targetColumns(result);
  const figures = drawFigures(result);
  return [
    { path: "report.html", bytes: renderPage(result, figures) },
    { path: "answer.txt", bytes: answerText(result) },
    { path: "cells.csv", bytes: encodeCsv(cellColumns(result)) },
    { path: "regions.csv", bytes: encodeCsv(regionColumns(result)) },
    { path: "scores.csv", bytes: encodeCsv(scores) },
    { path: "scores.parquet", bytes: encodeParquet(scores) },
    ...(result.comparisons.length > 0
      ? [{ path: "comparisons.csv", bytes: encodeCsv(comparisonColumns(result)) }]
      : []),
    ...(result.partition === null
      ? []
      : [{ path: "partition.csv", bytes: encodeCsv(partitionColumns(result)) }]),
    ...(result.models.length > 0 ? [{ path: "models.csv", bytes: encodeCsv(modelColumns(result)) }] : []),
    ...figures.map(({ id, wide }) => ({ path: `figures/${id}.svg`, bytes: toSvgFile(wide) })),
    ...mapFiles(result),
    ...volumeFiles(result, volumes),
    ...clusterFiles(result, volumes),
    ...(surface === undefined ? [] : surfaceFiles(result, surface)),
  ];
}
