import { basename, dirname, join, resolve } from "node:path";
import { lockFolder } from "../engine/lock.ts";
import { writeFileAtomic } from "../io/index.ts";
import type { PretrainResult } from "../pretrain/index.ts";
import { readSettingsText } from "../study/settings-text.ts";
import { showProgress } from "./progress.ts";
import { listenForStop } from "./signals.ts";

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
  const show = showProgress({ json, stream: json ? process.stdout : process.stderr });
  const unlock = await lockFolder(place);
  const stop = listenForStop(show.stopping);
  try {
    const result = await runPretrain(settings, {
      folder: dirname(resolve(path)),
      out: place,
      onProgress: show.onProgress,
      signal: stop.signal,
    });
    show.end();
    await writeFileAtomic(join(place, "settings.yaml"), text);
    const { writePretrainReport } = await import("./pretrain-report.ts");
    const report = join(place, "report.html");
    await writePretrainReport(report, result);
    process.stdout.write(
      json ? `${JSON.stringify({ event: "done", report })}\n` : `\n${summaryOf(result)}\nReport: ${report}\n`,
    );
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    show.end();
    stop.off();
    await unlock();
  }
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
