import { basename, dirname, join, resolve } from "node:path";
import { writeFileAtomic } from "../io/index.ts";
import type { PretrainResult } from "../pretrain/index.ts";
import { readSettingsText } from "../study/settings-text.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex pretrain`. */
export interface PretrainCommand {
  readonly out?: string;
  readonly json?: boolean;
}

/** `simcortex pretrain config.yaml`: train the models that a settings file names, from their last checkpoints where there are some.
 * Relative paths of the settings start from the folder of the file. */
export async function pretrain(path: string, { out, json = false }: PretrainCommand): Promise<void> {
  const text = await readSettingsText(path);
  const { parsePretrainSettings, runPretrain } = await import("../pretrain/index.ts");
  const settings = parsePretrainSettings(text, path);
  const place = resolve(out ?? join("results", basename(path).replace(/\.ya?ml$/, "")));
  const report = join(place, "report.html");
  const result = await workInFolder(place, json, async (work) => {
    const made = await runPretrain(settings, { folder: dirname(resolve(path)), out: place, ...work });
    await writeFileAtomic(join(place, "settings.yaml"), text);
    const { writePretrainReport } = await import("./pretrain-report.ts");
    await writePretrainReport(report, made);
    return made;
  });
  process.stdout.write(
    json ? `${JSON.stringify({ event: "done", report })}\n` : `\n${summaryOf(result)}\nReport: ${report}\n`,
  );
}

/** The results in lines of text: a line for each twin. */
export function summaryOf({ twins, data }: PretrainResult): string {
  const percent = (rate: { value: number; chance: number } | undefined) =>
    rate === undefined
      ? "–"
      : `${(100 * rate.value).toFixed(1)} % (chance ${(100 * rate.chance).toFixed(1)})`;
  const lines = twins.map(({ name, downstream: { retrieval, zeroShot, linearProbe }, damaged }) => {
    const parts = [
      retrieval &&
        `R@10 ${percent(retrieval.imageToText["R@10"])} and ${percent(retrieval.textToImage["R@10"])}`,
      zeroShot && `zero-shot category ${percent(zeroShot.category)}`,
      linearProbe && `linear probe ${percent(linearProbe.category)}`,
      Object.keys(damaged).length > 0 && `${Object.keys(damaged).length} damaged samples left out`,
    ];
    return `${name}: ${parts.filter(Boolean).join("; ") || "trained"}`;
  });
  return [`${data.train} pairs to train on, ${data.test} held out (${data.name}).`, ...lines].join("\n");
}
