import { readFileSync, writeFileSync } from "node:fs";

/** One model, over all studies and regions. */
export interface MeasuredRow {
  readonly name: string;
  readonly r: number;
  /** Extremes of a study. */
  readonly low: number;
  readonly high: number;
  readonly r2: number;
  /** Regions of all studies in which r is above zero at the corrected level. */
  readonly significant: number;
  readonly of: number;
}

/** A number over studies. */
export interface Range {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What bench/oasm measures. */
export interface Measured {
  readonly sentences: number;
  readonly passages: number;
  readonly studies: number;
  readonly refusal: string;
  /** Passages torn by folds of single rows, and whole passages held out. */
  readonly torn: { readonly rows: readonly MeasuredRow[]; readonly leads: readonly string[] };
  readonly whole: { readonly rows: readonly MeasuredRow[]; readonly leads: readonly string[] };
  /** What r of OASM is with whole passages held out, by other definitions. */
  readonly grouped: {
    readonly concatenated: Range;
    readonly noisy: { readonly torn: Range; readonly whole: Range };
  };
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

function sectionOf({ sentences, passages, studies, refusal, torn, whole, grouped }: Measured): string {
  const lines = torn.rows.map((row) => {
    const other = whole.rows.find(({ name }) => name === row.name) as MeasuredRow;
    return `| ${[row.name, ...cellsOf(row), ...cellsOf(other)].join(" | ")} |`;
  });
  return [
    `${sentences} sentences in ${passages} passages; ${studies} simulated studies of 8 people and two regions of 10 targets. r: mean over studies, and the lowest and highest study. Significant: regions in which r is above zero at the corrected .05.`,
    `| model | torn: r | R² | significant | whole: r | R² | significant |\n|---|---|---|---|---|---|---|\n${lines.join("\n")}`,
    `The first words of the reports, passages torn:\n\n${quotes(torn.leads)}`,
    `Whole passages held out:\n\n${quotes(whole.leads)}`,
    definitionsOf(grouped),
    `Without the override the torn study does not run:\n\n> ${refusal}`,
  ].join("\n\n");
}

/** What r of OASM is where whole passages are held out, by every definition in use. */
function definitionsOf({ concatenated, noisy }: Measured["grouped"]): string {
  const rows = [
    ["within each fold, then averaged (this program)", "undefined: the prediction is constant"],
    ["the same, a constant prediction counted as 0 (brain-score's test of OASM)", "0"],
    ["R² against predicting the training mean", "0"],
    [
      "over the rows of all folds one after the other, each fold with its own training mean",
      `${rangeText(concatenated)}: below zero without any signal, as a fold with high responses has a low training mean`,
    ],
    ["the same, responses and predictions about the training mean of their fold", "undefined"],
    [
      `within each fold, of OASM with noise in its columns, so that its prediction varies (torn: ${rangeText(noisy.torn)})`,
      `**${rangeText(noisy.whole)}**`,
    ],
  ];
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return `What OASM's r is with whole passages held out depends on the definition:\n\n| definition | whole passages: r |\n|---|---|\n${lines.join("\n")}`;
}

function rangeText({ mean, low, high }: Range): string {
  return `${signed(mean, 3)} (${signed(low, 3)} to ${signed(high, 3)})`;
}

/** Each sentence once, with how many studies say it. */
function quotes(leads: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const lead of leads) counts.set(lead, (counts.get(lead) ?? 0) + 1);
  return [...counts].map(([lead, count]) => `> ${count} of ${leads.length}: ${lead}`).join("\n>\n");
}

function cellsOf({ r, low, high, r2, significant, of }: MeasuredRow): string[] {
  const text = Number.isFinite(r) ? `${signed(r, 3)} (${signed(low, 3)} to ${signed(high, 3)})` : "undefined";
  return [text, r2 === 0 ? "0" : signed(r2, 3), `${significant} of ${of}`];
}

function signed(x: number, digits: number): string {
  const text = Math.abs(x).toFixed(digits).replace(/^0/, "");
  return x < 0 && Number(text) !== 0 ? `−${text}` : text;
}
