import { dirname, resolve } from "node:path";
import { readSettingsText } from "../study/settings-text.ts";

/** `simcortex check study.yaml`: the verdict of every rule of design; exit code 1 where one is broken and not overridden. */
export async function check(path: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const text = await readSettingsText(path);
  const { checkStudy, parseSettings } = await import("../study.ts");
  const verdicts = await checkStudy(parseSettings(text, path), dirname(resolve(path)));
  const refused = verdicts.filter(({ state }) => state === "refused").length;
  if (json) {
    for (const verdict of verdicts)
      process.stdout.write(`${JSON.stringify({ event: "rule", ...verdict })}\n`);
    process.stdout.write(`${JSON.stringify({ event: "done", refused })}\n`);
  } else {
    const { verdictText } = await import("../study/guard/verdict-text.ts");
    process.stdout.write(verdictText(verdicts));
  }
  if (refused > 0) process.exitCode = 1;
}
