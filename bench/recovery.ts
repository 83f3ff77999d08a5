import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings, runStudy } from "../src/study.ts";

/** What the whole method recovers: the virtual laboratory with 20 seeds, default settings. Prints a table and writes it beside this file.
 *
 *     npx tsx bench/recovery.ts [seeds] */
const seeds = Number(process.argv[2] ?? 20);
const settings = parseSettings(readFileSync("examples/virtual/study.yaml", "utf8"));
const folder = mkdtempSync(join(tmpdir(), "simcortex-recovery-"));
const rows: string[] = [];
let found = 0;
let planted = 0;
let falseCells = 0;
let falseRegions = 0;
let cells = 0;
let seconds = 0;
for (let seed = 1; seed <= seeds; seed++) {
  const start = performance.now();
  const result = await runStudy(
    { ...settings, seed },
    { folder: ".", out: join(folder, "out"), store: join(folder, "store") },
  );
  seconds += (performance.now() - start) / 1000;
  rmSync(join(folder, "store"), { recursive: true, force: true });
  const recovery = result.recovery;
  if (recovery === null) throw new Error("the virtual laboratory knows its truth");
  found += recovery.found;
  planted += recovery.plantedTotal;
  falseCells += recovery.falseCells.length;
  falseRegions += recovery.falseRegions.length;
  cells += result.cells.length - recovery.planted.reduce((sum, { spaces }) => sum + spaces.length, 0);
  const wrong = recovery.falseCells.map(({ region, space }) => `${space} in ${region}`).join("; ") || "none";
  rows.push(
    `| ${seed} | ${recovery.found} of ${recovery.plantedTotal} | ${recovery.falseRegions.length} | ${wrong} | ${recovery.shareCorrelation.toFixed(2)} |`,
  );
  console.log(rows.at(-1));
}
rmSync(folder, { recursive: true, force: true });
const regions = 8 * seeds;
const text = `# Recovery of the virtual laboratory

Default settings of \`examples/virtual\`, seeds 1 to ${seeds}; made by \`npx tsx bench/recovery.ts\`. A planted effect counts as found when
all its feature spaces are significant in its region (corrected p ≤ .05); any other significant cell is false. The last column is the
correlation of planted variance shares with estimated unique variances over all region × space cells.

| seed | planted effects found | false regions | false cells | share correlation |
|---|---|---|---|---|
${rows.join("\n")}

- Planted effects found: ${found} of ${planted}.
- False regions: ${falseRegions} of ${regions} (${(falseRegions / regions).toFixed(3)}); nominal level .05.
- False cells: ${falseCells} of ${cells} cells without a planted effect (${(falseCells / cells).toFixed(4)}).
`;
writeFileSync("bench/recovery.md", text);
console.log(text.slice(text.indexOf("- Planted")), `mean ${(seconds / seeds).toFixed(1)} s a study`);
