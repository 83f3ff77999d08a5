import { readFileSync, writeFileSync } from "node:fs";

/** One model of one study, over both regions. */
export interface MeasuredRow {
  readonly name: string;
  readonly r: number;
  readonly low: number;
  readonly high: number;
  readonly r2: number;
  /** The larger of both regions; corrected. */
  readonly p: number;
  readonly people: number;
}

/** What bench/oasm measures. */
export interface Measured {
  readonly sentences: number;
  readonly passages: number;
  readonly refusal: string;
  /** Passages torn by folds of single rows, and whole passages held out. */
  readonly torn: { readonly rows: readonly MeasuredRow[]; readonly lead: string };
  readonly whole: { readonly rows: readonly MeasuredRow[]; readonly lead: string };
}

const page = "docs/oasm.md";
const [begin, end] = ["<!-- measured: bench/oasm -->", "<!-- end of measured -->"];

/** Put what was measured into docs/oasm.md between its two marks. */
export function writeDocs(measured: Measured): void {
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${page} needs the lines "${begin}" and "${end}".`);
  const put = [text.slice(0, before + begin.length), sectionOf(measured), text.slice(after)];
  writeFileSync(page, put.join("\n\n"));
}

function sectionOf({ sentences, passages, refusal, torn, whole }: Measured): string {
  const lines = torn.rows.map((row) => {
    const other = whole.rows.find(({ name }) => name === row.name) as MeasuredRow;
    return `| ${[row.name, ...cellsOf(row), ...cellsOf(other)].join(" | ")} |`;
  });
  return [
    `${sentences} sentences in ${passages} passages, ${torn.rows[0]?.people} people, 40 targets each:`,
    `| model | torn: r [95 % interval] | R² | corrected p | whole: r [95 % interval] | R² | corrected p |\n|---|---|---|---|---|---|---|\n${lines.join("\n")}`,
    `The first words of the report, passages torn:\n\n> ${torn.lead}`,
    `The same, whole passages held out:\n\n> ${whole.lead}`,
    `Without the override the torn study does not run:\n\n> ${refusal}`,
  ].join("\n\n");
}

function cellsOf({ r, low, high, r2, p }: MeasuredRow): string[] {
  const text = Number.isFinite(r) ? `${signed(r, 3)} [${signed(low, 3)}, ${signed(high, 3)}]` : "undefined";
  return [text, r2 === 0 ? "0" : signed(r2, 4), Number.isFinite(p) ? signed(p, 3) : "—"];
}

function signed(x: number, digits: number): string {
  const text = Math.abs(x).toFixed(digits).replace(/^0/, "");
  return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}
