import { basename, dirname, join, resolve } from "node:path";
import { readSettingsText } from "../study/settings-text.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex rsa`. */
export interface RsaCommand {
  readonly out?: string;
  readonly json?: boolean;
}

/** `simcortex rsa rsa.yaml`. Relative paths of the settings start from the folder of the file. */
export async function rsa(path: string, { out, json = false }: RsaCommand): Promise<void> {
  const text = await readSettingsText(path);
  const { parseRsaSettings } = await import("../study/rsa/settings.ts");
  const settings = parseRsaSettings(text, path);
  const folder = dirname(resolve(path));
  const own = basename(path).replace(/\.ya?ml$/, "");
  const target = out ?? join("results", own === "rsa" ? basename(folder) : own);
  const [{ runRsa }, { rsaText, writeRsa }] = await Promise.all([
    import("../study/rsa/run.ts"),
    import("../study/rsa/write.ts"),
  ]);
  const result = await workInFolder(resolve(target), json, async (options) => {
    const found = await runRsa(settings, { folder, ...options });
    await writeRsa(found, resolve(target));
    return found;
  });
  const figure = join(target, "rsa.svg");
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: "done", figure, ...result })}\n`
      : `\n${rsaText(result)}\nFigure: ${figure}\n`,
  );
}
