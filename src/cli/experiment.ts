import { dirname, join, resolve } from "node:path";
import { writeFileAtomic } from "../io/index.ts";
import type { ExperimentResult } from "../study/experiment-bench.ts";
import { readSettingsText } from "../study/settings-text.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex experiment`. */
export interface ExperimentCommand {
  readonly out?: string;
  readonly json?: boolean;
}

/** `simcortex experiment exp.yaml`: in-silico experiments on a published brain. Writes `results.json` and the pictures that were made, and
 * prints the tables. Relative paths of the settings start from the folder of the file. */
export async function experiment(
  path: string,
  { out = "results/experiment", json = false }: ExperimentCommand,
): Promise<void> {
  const text = await readSettingsText(path);
  const { parseExperiment } = await import("../study/read-experiment.ts");
  const settings = parseExperiment(text, path);
  const folder = dirname(resolve(path));
  const place = resolve(out);
  const results = await workInFolder(place, json, async (work) => {
    const { openBrainFolder } = await import("../study/open-brain-folder.ts");
    const { runExperiments } = await import("../study/run-experiment.ts");
    const own = await openBrainFolder(resolve(folder, settings.brain));
    try {
      return await runExperiments(own, settings, { folder, ...work });
    } finally {
      await own.close();
    }
  });
  for (const picture of results.flatMap(({ pictures = [] }) => pictures)) {
    const { default: sharp } = await import("sharp");
    const { width, height, data, name } = picture;
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await writeFileAtomic(join(place, `${name.replaceAll(/[^\w-]+/g, "-")}.png`), new Uint8Array(png));
  }
  const plain = results.map(({ pictures: _, ...rest }) => rest);
  await writeFileAtomic(join(place, "results.json"), `${JSON.stringify(plain, null, 1)}\n`);
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: "done", out: place })}\n`
      : `${results.map(tableOf).join("\n")}\nResults: ${place}\n`,
  );
}

/** A result as a table in text; at most 20 rows, the rest is in the file. */
function tableOf({ title, warnings, rows }: ExperimentResult): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [
    columns,
    ...rows.slice(0, 20).map((row) => columns.map((column) => show(row[column] ?? null))),
  ];
  const widths = columns.map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  const lines = cells.map((row) =>
    `  ${row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join("  ")}`.trimEnd(),
  );
  const more = rows.length > 20 ? [`  … ${rows.length - 20} more in results.json`] : [];
  return [title, ...warnings.map((warning) => `  ! ${warning}`), ...lines, ...more, ""].join("\n");
}

function show(value: string | number | null): string {
  if (value === null) return "–";
  if (typeof value === "string") return value.length > 48 ? `${value.slice(0, 47)}…` : value;
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
