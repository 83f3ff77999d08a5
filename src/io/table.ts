import { EncodingError } from "../core/index.ts";

/** A table of text cells. */
export interface Table {
  /** Column names, null without a header line. */
  readonly names: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
  /** Line of the file that each row stands on, from 1. */
  readonly lines: readonly number[];
}

/** Read a table: comma-, semicolon-, tab- or space-separated; the separator is found out. Quotes as in RFC 4180.
 *
 * The first line is a header if one of its cells is neither a number nor empty. Blank lines are skipped.
 * @throws EncodingError "format" naming the line whose cells differ in number, or an open quote. */
export function parseTable(text: string, { separator }: { separator?: string } = {}): Table {
  const clean = text.replace(/^\uFEFF/, "");
  const by = separator ?? findSeparator(clean);
  const { rows, lines } = by === " " ? splitBySpace(clean) : splitBy(clean, by);
  const width = rows[0]?.length ?? 0;
  for (const [k, row] of rows.entries())
    if (row.length !== width)
      throw new EncodingError(
        "format",
        `Table: line ${lines[k]} has ${row.length} cells, line ${lines[0]} has ${width}.`,
      );
  const first = rows[0];
  const header = first?.some((cell) => cell !== "" && !isNumber(cell)) === true;
  return header
    ? { names: first ?? null, rows: rows.slice(1), lines: lines.slice(1) }
    : { names: null, rows, lines };
}

/** Numbers of a table.
 * @param columns names or zero-based numbers of the columns to take, in order; default all.
 * @returns row-major float64; "n/a", "NA", "NaN" and empty cells are NaN.
 * @throws EncodingError "format" naming line and column of a cell that is no number; "range" for an unknown column. */
export function tableToMatrix(
  table: Table,
  { columns }: { columns?: readonly (string | number)[] | undefined } = {},
): { data: Float64Array<ArrayBuffer>; rows: number; cols: number; names: readonly string[] | null } {
  const width = table.names?.length ?? table.rows[0]?.length ?? 0;
  const taken = (columns ?? Array.from({ length: width }, (_, j) => j)).map((column) =>
    place(table, column, width),
  );
  const data = new Float64Array(table.rows.length * taken.length);
  for (const [i, row] of table.rows.entries())
    for (const [k, j] of taken.entries()) data[i * taken.length + k] = toNumber(row[j] ?? "", table, i, j);
  return {
    data,
    rows: table.rows.length,
    cols: taken.length,
    names: table.names && taken.map((j) => table.names?.[j] as string),
  };
}

/** Write comma-separated text with a header; numbers in full precision, NaN as an empty cell.
 * @throws EncodingError "shape" if the columns differ in length. */
export function encodeCsv(
  columns: readonly { readonly name: string; readonly values: ArrayLike<number> | readonly string[] }[],
): string {
  const rows = columns[0]?.values.length ?? 0;
  for (const { name, values } of columns)
    if (values.length !== rows)
      throw new EncodingError(
        "shape",
        `encodeCsv: column "${name}" has ${values.length} rows, the first has ${rows}.`,
      );
  const lines = [columns.map(({ name }) => quote(name)).join(",")];
  for (let i = 0; i < rows; i++)
    lines.push(columns.map(({ values }) => cell(values[i] as number | string)).join(","));
  return `${lines.join("\n")}\n`;
}

function findSeparator(text: string): string {
  const line = text.split(/\r?\n/).find((one) => one.trim() !== "") ?? "";
  return [",", "\t", ";"].find((candidate) => line.includes(candidate)) ?? " ";
}

function splitBySpace(text: string) {
  const numbered = text.split(/\r?\n/).map((line, k) => ({ cells: line.trim().split(/\s+/), line: k + 1 }));
  const filled = numbered.filter(({ cells }) => cells[0] !== "" && !cells[0]?.startsWith("#"));
  return {
    rows: filled.map(({ cells }) => cells.map((one) => one.replace(/^"(.*)"$/, "$1"))),
    lines: filled.map(({ line }) => line),
  };
}

function splitBy(text: string, separator: string) {
  const rows: string[][] = [];
  const lines: number[] = [];
  let row: string[] = [];
  let current = "";
  let quoted = false;
  let line = 1;
  let begun = 1;
  const endRow = () => {
    row.push(current);
    if (row.length > 1 || row[0]?.trim() !== "") {
      rows.push(row.map((one) => one.trim()));
      lines.push(begun);
    }
    row = [];
    current = "";
    begun = line + 1;
  };
  for (let k = 0; k < text.length; k++) {
    const c = text[k] as string;
    if (c === '"' && quoted && text[k + 1] === '"') {
      current += '"';
      k++;
    } else if (c === '"' && (quoted || current.trim() === "")) quoted = !quoted;
    else if (c === separator && !quoted) {
      row.push(current);
      current = "";
    } else if (c === "\n" && !quoted) {
      endRow();
      line++;
    } else {
      if (c === "\n") line++;
      if (c !== "\r") current += c;
    }
  }
  if (quoted)
    throw new EncodingError("format", `Table: the quote opened in the row at line ${begun} is never closed.`);
  endRow();
  return { rows, lines };
}

const missing = new Set(["", "n/a", "na", "nan"]);

function isNumber(text: string): boolean {
  return (
    missing.has(text.toLowerCase()) ||
    /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$|^[+-]?inf(inity)?$/i.test(text)
  );
}

function toNumber(text: string, table: Table, i: number, j: number): number {
  if (missing.has(text.toLowerCase())) return Number.NaN;
  if (!isNumber(text))
    throw new EncodingError(
      "format",
      `Table: line ${table.lines[i]}, column ${table.names?.[j] ?? j}: "${text.slice(0, 40)}" is no number.`,
    );
  if (/inf/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text.replace(/d/i, "e"));
}

function place(table: Table, column: string | number, width: number): number {
  const j = typeof column === "number" ? column : (table.names?.indexOf(column) ?? -1);
  if (j < 0 || j >= width)
    throw new EncodingError(
      "range",
      `Table: there is no column ${column}; legal: ${table.names?.join(", ") ?? `0 … ${width - 1}`}.`,
    );
  return j;
}

function cell(value: number | string): string {
  if (typeof value === "string") return quote(value);
  return Number.isNaN(value) ? "" : String(value);
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
