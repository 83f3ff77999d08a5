import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRandom } from "../../src/core/index.ts";
import { groups } from "./groups.ts";
import type { Measured } from "./measured.ts";
import { writeDocs } from "./write-docs.ts";

/** Measure how often each test calls a null study significant, and put table and figure into docs/statistics.md.
 *
 *     npx tsx bench/calibration/run.ts [--studies 1000] [--only within-1,people] [--draw]
 *
 * Each group is measured from its own seed and kept in bench/calibration/results.json; `--draw` only writes the table and the figure. */
const option = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const file = new URL("./results.json", import.meta.url);
const results: Record<string, Measured[]> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const only = option("only")?.split(",");
const studies = Number(option("studies") ?? 1000);

if (!process.argv.includes("--draw"))
  for (const group of groups.filter(({ name }) => only?.includes(name) ?? true)) {
    const start = performance.now();
    results[group.name] = await group.measure(createRandom(5).stream(`calibration ${group.name}`), studies);
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(`${group.name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    for (const { test, condition, passed, of, expected } of results[group.name] ?? [])
      console.log(
        `  ${(passed / of).toFixed(4)} of ${of}${expected ? ` (expected ${expected.toFixed(4)})` : ""}  ${test}; ${condition}`,
      );
  }
mkdirSync("docs/images", { recursive: true });
writeDocs(groups.flatMap(({ name }) => results[name] ?? []));
