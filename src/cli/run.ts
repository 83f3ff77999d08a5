import { basename, dirname, join, resolve } from "node:path";
import { readSettingsText } from "../study/settings-text.ts";
import { checkWorkers } from "./count.ts";
import { execute, type RunOptions } from "./execute.ts";

/** `simcortex run study.yaml`. Relative paths of the settings start from the folder of the file. */
export async function run(path: string, options: RunOptions): Promise<void> {
  checkWorkers(options.workers);
  const text = await readSettingsText(path);
  const { parseSettings } = await import("../study/read-settings.ts");
  const folder = dirname(resolve(path));
  const name = /^study\.ya?ml$/.test(basename(path))
    ? basename(folder)
    : basename(path).replace(/\.ya?ml$/, "");
  const out = options.out ?? join("results", name);
  await execute(parseSettings(text, path), { ...options, folder, out });
}
