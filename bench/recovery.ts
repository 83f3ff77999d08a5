import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cell } from "../src/report/index.ts";
import { parseSettings, runStudy } from "../src/study.ts";

/** What the whole method recovers: the virtual laboratory with 20 seeds, default settings. Prints tables and writes them beside this file.
 *
 *     npx tsx bench/recovery.ts [seeds] */
const seeds = Number(process.argv[2] ?? 20);
const whole = parseSettings(readFileSync("examples/virtual/study.yaml", "utf8"));
const settings = { ...whole, models: undefined, compare: [] }; // models are fitted alone and change nothing of it
const folder = mkdtempSync(join(tmpdir(), "simcortex-recovery-"));

/** One cell of one seed. */
interface Judged extends Cell {
  readonly seed: number;
  readonly planted: boolean;
}

const judged: Judged[] = [];
const rows: string[] = [];
let regions: readonly string[] = [];
let silent: readonly string[] = [];
let [found, planted, seconds] = [0, 0, 0];
let backend = "";
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
  regions = result.regions;
  backend = result.provenance.backend;
  silent = recovery.planted.filter(({ spaces }) => spaces.length === 0).map(({ region }) => region);
  const isPlanted = (cell: Cell) =>
    recovery.planted.some(({ region, spaces }) => region === cell.region && spaces.includes(cell.space));
  const tested = result.cells.filter(({ unique }) => Number.isFinite(unique.mean)); // not the controls that are fitted alone
  judged.push(...tested.map((cell) => ({ ...cell, seed, planted: isPlanted(cell) })));
  found += recovery.found;
  planted += recovery.plantedTotal;
  const wrong = recovery.falseCells.map(({ region, space }) => `${space} in ${region}`).join("; ") || "none";
  rows.push(
    `| ${seed} | ${recovery.found} of ${recovery.plantedTotal} | ${recovery.falseRegions.length} | ${wrong} | ${recovery.shareCorrelation.toFixed(2)} |`,
  );
  console.log(rows.at(-1));
}
rmSync(folder, { recursive: true, force: true });

/** "3 of 160 (.019; .006–.054)": Wilson's 95 % score interval of a proportion. */
function rate(count: number, of: number): string {
  const z = 1.959964;
  const p = count / of;
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  const digits = (x: number) => Math.max(0, x).toFixed(3);
  return `${count} of ${of} (${digits(p)}; 95 % interval ${digits(middle - half)} to ${digits(middle + half)})`;
}
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const standardError = (xs: readonly number[]) =>
  Math.sqrt(xs.reduce((sum, x) => sum + (x - mean(xs)) ** 2, 0) / (xs.length - 1) / xs.length);
const countRegions = (cells: readonly Judged[]) => new Set(cells.map((c) => `${c.seed} ${c.region}`)).size;

const discoveries = judged.filter((cell) => cell.significant);
const nulls = judged.filter((cell) => !cell.planted);
const wrong = discoveries.filter((cell) => !cell.planted);
const proportions = Array.from({ length: seeds }, (_, k) => {
  const own = discoveries.filter(({ seed }) => seed === k + 1);
  return own.filter((cell) => !cell.planted).length / Math.max(1, own.length);
});
const inSilent = (cell: Cell) => silent.includes(cell.region);

/** One line a region (and, where a null cell was ever called, a line a space): what its cells without a planted effect did. */
const nullRow = (name: string, cells: readonly Judged[]) => {
  const perSeed = Array.from({ length: seeds }, (_, k) =>
    mean(cells.filter(({ seed }) => seed === k + 1).map(({ unique }) => unique.mean)),
  );
  const small = cells.filter(({ p }) => p <= settings.tests.level).length;
  return `| ${name} | ${cells.length} | ${(1000 * mean(perSeed)).toFixed(2)} ± ${(1000 * standardError(perSeed)).toFixed(2)} | ${small} (${(small / cells.length).toFixed(3)}) | ${cells.filter((cell) => cell.significant).length} |`;
};
const nullRows = regions.flatMap((region) => {
  const cells = nulls.filter((cell) => cell.region === region);
  const called = [...new Set(cells.map(({ space }) => space))].filter(() =>
    cells.some((cell) => cell.significant),
  );
  return [
    nullRow(region, cells),
    ...called.map((space) =>
      nullRow(
        `– ${space}`,
        cells.filter((cell) => cell.space === space),
      ),
    ),
  ];
});

const notes = (() => {
  try {
    const before = readFileSync("bench/recovery.md", "utf8");
    const at = before.indexOf("## What is seen");
    return at < 0 ? "" : before.slice(at);
  } catch {
    return "";
  }
})();
const text = `# Recovery of the virtual laboratory

Default settings of \`examples/virtual\`, seeds 1 to ${seeds}; made by \`npx tsx bench/recovery.ts\` with ${backend}. A planted effect counts as
found when all its feature spaces are significant in its region (corrected p ≤ ${settings.tests.level}); any other significant cell is false. A region of a
seed is false when any of its cells is. The last column is the correlation of planted variance shares with estimated unique
variances over all region × space cells.

| seed | planted effects found | false regions | false cells | share correlation |
|---|---|---|---|---|
${rows.join("\n")}

- Planted effects found: ${rate(found, planted)}.
- False regions, any false cell in a region of a seed: ${rate(countRegions(wrong), regions.length * seeds)}.
- Seeds with any false cell: ${rate(new Set(wrong.map(({ seed }) => seed)).size, seeds)}.
- False discoveries among all discoveries: ${rate(wrong.length, discoveries.length)}; mean over seeds of the false-discovery proportion
  ${mean(proportions).toFixed(3)} ± ${standardError(proportions).toFixed(3)} (standard error). This is what Benjamini–Hochberg holds at ${settings.tests.level}.
- False cells: ${rate(wrong.length, nulls.length)} without a planted effect.
- The region that responds to nothing (${silent.join(", ")}): false in ${rate(countRegions(wrong.filter(inSilent)), silent.length * seeds)} of the seeds; its cells with uncorrected
  p ≤ .05: ${rate(nulls.filter((cell) => inSilent(cell) && cell.p <= 0.05).length, nulls.filter(inSilent).length)}.

Intervals are Wilson's, and take regions and cells as independent, which within a seed they are not quite.

## Cells without a planted effect

Unique variance in thousandths of the response variance, mean over cells, ± standard error over seeds. An overfitted space costs
variance on held-out rows, so that chance lies below zero, and the one-sided test is conservative there.

| region | cells | unique variance, 1/1000 | uncorrected p ≤ .05 | significant |
|---|---|---|---|---|
${nullRows.join("\n")}

${notes}`;
writeFileSync("bench/recovery.md", text);
console.log(text.slice(text.indexOf("- Planted")), `mean ${(seconds / seeds).toFixed(1)} s a study`);
