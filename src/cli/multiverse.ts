import { basename, dirname, join, resolve } from "node:path";
import { readSettingsText } from "../study/settings-text.ts";
import { checkWorkers } from "./count.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex multiverse`. */
export interface MultiverseCommand {
  readonly out?: string;
  readonly store: string;
  readonly workers?: string;
  readonly json?: boolean;
}

/** `simcortex multiverse multiverse.yaml`. The study's path starts from the folder of the file, paths in the study from the study's. */
export async function multiverse(path: string, options: MultiverseCommand): Promise<void> {
  const { json = false } = options;
  const workers = checkWorkers(options.workers);
  const text = await readSettingsText(path);
  const { parseMultiverse } = await import("../study/multiverse/settings.ts");
  const checked = parseMultiverse(text, path);
  const studyPath = resolve(dirname(resolve(path)), checked.settings.study);
  const study = { text: await readSettingsText(studyPath), path: checked.settings.study };
  const own = basename(path).replace(/\.ya?ml$/, "");
  const out = options.out ?? join("results", own === "multiverse" ? basename(dirname(resolve(path))) : own);
  const { runMultiverse } = await import("../study/multiverse/run-multiverse.ts");
  const { writeMultiverse } = await import("../report/multiverse/write-multiverse.ts");
  const { result, steps } = await workInFolder(resolve(out), json, async (given) => {
    const run = await runMultiverse(checked, {
      study,
      folder: dirname(studyPath),
      store: resolve(options.store),
      ...(workers !== undefined && { workers }),
      ...given,
    });
    await writeMultiverse(run.result, resolve(out));
    return run;
  });
  const report = join(out, "multiverse.html");
  if (json) {
    const { universes, refused, summaries } = result;
    const told = summaries.map(({ region, verdicts, median, joint }) => ({
      region,
      verdicts,
      median,
      joint,
    }));
    const done = { event: "done", report, universes: universes.length, refused: refused.length, steps };
    process.stdout.write(`${JSON.stringify({ ...done, regions: told })}\n`);
    return;
  }
  const { multiverseText } = await import("../report/multiverse/answer.ts");
  process.stdout.write(
    `\n${multiverseText(result)}\nSteps: ${steps.computed} computed, ${steps.cached} from the store.\nReport: ${report}\n`,
  );
}
