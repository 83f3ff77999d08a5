import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import { parseTable, type Table } from "../io/index.ts";
import type { PowerSettings } from "./power-settings.ts";

/** What a pilot measured in one region. */
export interface PilotRegion {
  readonly region: string;
  /** Difference R²(A) − R²(B), or unique R², of each person. */
  readonly differences: readonly number[];
}

/** Read the people's own values from the report of a study: `comparisons.csv` for two models, `cells.csv` for the unique variance of a space.
 * @param folder that a relative path of the report starts from.
 * @throws EncodingError "file" if there is no such table; "settings" naming what the table has, if a pair or region is not in it, or fewer
 * than three people have a value. */
export async function readPilot(
  { report, compare, space, regions }: NonNullable<PowerSettings["pilot"]>,
  folder: string,
): Promise<PilotRegion[]> {
  const name = compare === undefined ? "cells.csv" : "comparisons.csv";
  const table = parseTable(await readText(join(folder, report, name)), { separator: ",", header: true });
  const column = (title: string) => columnOf(table, title);
  const prefix = compare === undefined ? "unique_r2_" : "difference_r2_";
  const people = (table.names ?? []).flatMap((title, k) =>
    title.startsWith(prefix) && !/_(low|high)$/.test(title) ? [k] : [],
  );
  const found = table.rows.flatMap((row) => {
    const at = (title: string) => row[column(title)] as string;
    const sign =
      compare === undefined ? (at("space") === space ? 1 : 0) : direction(at("a"), at("b"), compare);
    if (sign === 0 || !(regions?.includes(at("region")) ?? true)) return [];
    const values = people.map((k) => (row[k] === "" ? Number.NaN : sign * Number(row[k])));
    return [{ region: at("region"), differences: values.filter(Number.isFinite) }];
  });
  const missing = regions?.find((region) => !found.some((one) => one.region === region));
  const what = compare?.join(" against ") ?? `the space ${space}`;
  if (found.length === 0 || missing !== undefined)
    throw new EncodingError(
      "settings",
      `readPilot: ${name} of ${report} has no row for ${what}${missing === undefined ? "" : ` in region ${missing}`}; it has ${rowsOf(table, compare === undefined ? ["space"] : ["a", "b"])} in ${rowsOf(table, ["region"])}.`,
    );
  const few = found.find(({ differences }) => differences.length < 3);
  if (few !== undefined)
    throw new EncodingError(
      "settings",
      `readPilot: a pilot needs three people with a value; region ${few.region} has ${few.differences.length}.`,
    );
  return found;
}

function direction(a: string, b: string, [first, second]: readonly [string, string]): 1 | -1 | 0 {
  if (a === first && b === second) return 1;
  return a === second && b === first ? -1 : 0;
}

function columnOf(table: Table, title: string): number {
  const at = table.names?.indexOf(title) ?? -1;
  if (at < 0)
    throw new EncodingError("format", `readPilot: the table has no column ${title}. Is it of a report?`);
  return at;
}

function rowsOf(table: Table, titles: readonly string[]): string {
  const seen = table.rows.map((row) => titles.map((title) => row[columnOf(table, title)]).join(" against "));
  return [...new Set(seen)].slice(0, 12).join(", ");
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new EncodingError(
      "file",
      `readPilot: cannot read ${path}: ${code === "ENOENT" ? "there is no such file; a study writes comparisons.csv only where its settings have `compare`" : message}.`,
      { path },
      cause,
    );
  }
}
