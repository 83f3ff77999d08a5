import { isFound } from "./findings.ts";
import { countOf, formatR, formatShare, joinWords } from "./format.ts";
import { bulletList, plainTable } from "./html-text.ts";
import type { Recovery, StudyResult } from "./result.ts";

/** For the virtual laboratory: planted against found, region by region, and false positives against the nominal rate; empty for real
 * data. @param figure HTML of the recovery figure. */
export function recoverySection(result: StudyResult, figure: string): string {
  const { recovery, cells } = result;
  if (recovery === null) return "";
  const found = cells.filter(isFound);
  const plantedCells = recovery.planted.reduce((sum, { spaces }) => sum + spaces.length, 0);
  const empty = cells.length - plantedCells;
  const wrong = recovery.falseCells.length;
  const verdicts = recovery.planted.map((planted) => judge(result, planted));
  const right = verdicts.filter(({ verdict }) => verdict === "right").length;
  const sentences = [
    `${countOf(right, "region")} right, ${verdicts.length - right} wrong: in a right region every planted space was found and nothing else.`,
    `${recovery.found} of ${countOf(recovery.plantedTotal, "planted effect")} recovered in full.`,
    `False positives: ${wrong} of ${countOf(empty, "cell")} without a planted effect (${formatShare(empty > 0 ? wrong / empty : Number.NaN)}); ${wrong} of ${countOf(found.length, "finding")} ${wrong === 1 ? "is" : "are"} false (${formatShare(found.length > 0 ? wrong / found.length : Number.NaN)}). Nominal rate: ${formatShare(recovery.nominalRate)}. One study is one draw: the rate itself takes many seeds.`,
    `Planted and estimated variance shares correlate with r = ${formatR(recovery.shareCorrelation)} over ${countOf(cells.length, "cell")}.`,
  ];
  const table = plainTable("Planted and found, region by region", [
    { head: "Region", cells: verdicts.map(({ region }) => region) },
    { head: "What it responds to", cells: recovery.planted.map(({ description }) => description) },
    { head: "Planted", cells: recovery.planted.map(({ spaces }) => listed(spaces)) },
    { head: "Found", cells: verdicts.map(({ found: names }) => listed(names)) },
    {
      head: "Verdict",
      cells: verdicts.map(({ verdict }) => (verdict === "right" ? "✓ right" : `✗ ${verdict}`)),
    },
  ]);
  return `<section id="recovery"><h2>Planted and recovered</h2>${bulletList(sentences)}${table}${figure}</section>`;
}

function judge({ cells }: StudyResult, { region, spaces }: Recovery["planted"][number]) {
  const found = cells.filter((cell) => cell.region === region && isFound(cell)).map(({ space }) => space);
  const missed = spaces.some((space) => !found.includes(space));
  const wrong = found.some((space) => !spaces.includes(space));
  const verdict = missed ? (wrong ? "missed and false" : "missed") : wrong ? "false" : "right";
  return { region, found, verdict };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : joinWords(names);
}
