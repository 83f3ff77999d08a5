import { basename, dirname, join, resolve } from "node:path";
import { readSettings } from "../study.ts";
import { execute, type RunOptions } from "./execute.ts";

/** `simcortex run study.yaml`. Relative paths of the settings start from the folder of the file. */
export async function run(path: string, options: RunOptions): Promise<void> {
  const settings = await readSettings(path);
  const folder = dirname(resolve(path));
  const name = /^study\.ya?ml$/.test(basename(path))
    ? basename(folder)
    : basename(path).replace(/\.ya?ml$/, "");
  await execute(settings, { ...options, folder, out: options.out ?? join("results", name) });
}
