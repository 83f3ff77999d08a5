import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { StudySettings } from "../study.ts";
import { checkCount, checkWorkers } from "./count.ts";
import { execute, type RunOptions } from "./execute.ts";

/** Options of `simcortex demo`. */
interface DemoOptions extends RunOptions {
  readonly seed?: string;
  readonly small?: boolean;
}

const file = new URL("../../examples/virtual/study.yaml", import.meta.url);

/** `simcortex demo`: the virtual laboratory with the settings of examples/virtual. */
export async function demo(options: DemoOptions): Promise<void> {
  const asked = options.seed === undefined ? undefined : checkCount("--seed", options.seed, 0);
  checkWorkers(options.workers);
  const { parseSettings } = await import("../study/read-settings.ts");
  const settings = parseSettings(await readFile(file, "utf8"), "examples/virtual/study.yaml");
  const seed = asked ?? settings.seed;
  const chosen: StudySettings = { ...settings, seed, ...(options.small === true && small(settings)) };
  await execute(chosen, {
    ...options,
    folder: dirname(fileURLToPath(file)),
    out: options.out ?? "results/demo",
  });
  if (options.small !== true && options.json !== true) process.stdout.write(offerOf(asked));
}

/** The one command that opens the laboratory of this study: its brain is fitted then, not now. */
function offerOf(seed: number | undefined): string {
  const main = relative(process.cwd(), fileURLToPath(new URL("./main.js", import.meta.url)));
  const study = relative(process.cwd(), fileURLToPath(file));
  const chosen = seed === undefined ? "" : ` --seed ${seed}`;
  return `\nShow this cortex pictures and sentences of your own, in the browser (its brain is fitted first, a minute or two):\n  node ${main} serve ${study}${chosen} --open\n`;
}

/** The smallest laboratory that still has a test over people: for a look, and for continuous tests. */
function small(settings: StudySettings): Partial<StudySettings> {
  return {
    virtual: { people: 6, runs: 2, samples: 60, repeats: 2, targets: 4 },
    fit: { ...settings.fit, weightings: 2, inner: { folds: 2, gap: 0 } },
    tests: { ...settings.tests, bootstrap: 200 },
  };
}
