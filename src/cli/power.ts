import { basename, dirname, join, resolve } from "node:path";
import { readSettingsText } from "../study/settings-text.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex power`. */
export interface PowerCommand {
  readonly out?: string;
  readonly json?: boolean;
}

/** `simcortex power power.yaml`. Relative paths of the settings start from the folder of the file. */
export async function power(path: string, { out, json = false }: PowerCommand): Promise<void> {
  const text = await readSettingsText(path);
  const { parsePowerSettings } = await import("../study/power-settings.ts");
  const settings = parsePowerSettings(text, path);
  const folder = dirname(resolve(path));
  const own = basename(path).replace(/\.ya?ml$/, "");
  const target = out ?? join("results", own === "power" ? basename(folder) : own);
  const { runPower } = await import("../study/power.ts");
  const { powerText, writePower } = await import("../study/write-power.ts");
  const result = await workInFolder(resolve(target), json, async (options) => {
    const found = await runPower(settings, { folder, ...options });
    await writePower(found, resolve(target));
    return found;
  });
  const figure = join(target, "power.svg");
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: "done", figure, ...result })}\n`
      : `\n${powerText(result)}\nFigure: ${figure}\n`,
  );
}
