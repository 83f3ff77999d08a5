import { readFileSync, writeFileSync } from "node:fs";
import { createRandom } from "../src/core/index.ts";
import { brokenDesigns } from "../src/study/guard/broken-designs.fixture.ts";
import { examineDesign } from "../src/study/guard/examine.ts";
import { honestDesigns } from "../src/study/guard/honest-designs.fixture.ts";

/** How often the guard is wrong where it recognises a leak by the numbers alone: false alarms on honest designs, misses on broken ones. The table goes
 * into docs/check.md.
 *
 *     npx tsx bench/guard.ts [designs of each kind] */
const each = Number(process.argv[2] ?? 60);

function share(count: number): string {
  return `${count} of ${each}`;
}

const lines: string[] = [];
let [alarms, missed] = [0, 0];
for (const { name, draw } of honestDesigns) {
  const random = createRandom(7).stream(name);
  const fired = new Map<string, number>();
  let wrong = 0;
  for (let k = 0; k < each; k++) {
    const found = examineDesign(draw(random.stream(`${k}`))).filter(({ findings }) => findings.length > 0);
    if (found.length > 0) wrong++;
    for (const { rule } of found) fired.set(rule, (fired.get(rule) ?? 0) + 1);
  }
  alarms += wrong;
  const rules = [...fired].map(([rule, count]) => `${rule} ${count}`).join(", ");
  lines.push(`| honest: ${name} | – | ${share(wrong)}${rules ? ` (${rules})` : ""} | – |`);
  console.log(lines.at(-1));
}
for (const { name, leak, draw } of brokenDesigns) {
  const random = createRandom(7).stream(name);
  let [misses, others] = [0, 0];
  for (let k = 0; k < each; k++) {
    const found = examineDesign(draw(random.stream(`${k}`))).filter(({ findings }) => findings.length > 0);
    if (!found.some(({ rule }) => rule === leak)) misses++;
    if (found.some(({ rule }) => rule !== leak)) others++;
  }
  missed += misses;
  lines.push(`| ${name} | ${leak} | ${share(others)} | ${share(misses)} |`);
  console.log(lines.at(-1));
}
const page = "docs/check.md";
const [begin, end] = ["<!-- measured: bench/guard.ts -->", "<!-- end of measured -->"];
const text = readFileSync(page, "utf8");
const [before, after] = [text.indexOf(begin), text.indexOf(end)];
const section = [
  `${each} designs of each kind, of 64 to 480 rows and 2 to 120 columns. False alarms on honest designs: ${alarms} of ${each * honestDesigns.length}. Missed: ${missed} of ${each * brokenDesigns.length}.`,
  `| design | leak | wrong finding | missed |\n|---|---|---|---|\n${lines.join("\n")}`,
].join("\n\n");
if (before < 0 || after < before) console.log(section);
else writeFileSync(page, [text.slice(0, before + begin.length), section, text.slice(after)].join("\n\n"));
