import { EncodingError } from "../core/index.ts";
import { splitRows } from "./split-rows.ts";
import { quote as quoteText } from "./text.ts";

/** A table of text cells. */
export interface Table {
  /** Column names, null without a header line. */
  readonly names: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
  /** Line of the file that each row stands on, from 1. */
  readonly lines: readonly number[];
}

/** Read a table: tab-, semicolon-, comma- or space-separated. Quotes as in RFC 4180; lines end in LF, CR LF or CR; blank lines, and lines
 * that begin with # before the first row, are skipped.
 *
 * The first line is a header if it has words and no number (words for missing values count as neither), or if it numbers the columns
 * 0, 1, 2 … after an empty cell, as pandas writes it.
 * @param options `separator`: default tab, semicolon or comma, the first of these that stands in the first line outside quotes, else
 * spaces; `header` says whether the first line is one, where the rule above would be wrong.
 * @throws EncodingError "format" naming the line whose cells differ in number from the first, or a quote that is never closed or stands
 * in the midst of a cell. */
export function parseTable(
  text: string,
  { separator, header }: { separator?: string | undefined; header?: boolean | undefined } = {},
): Table {
  const { rows, lines } = splitRows(text, separator);
  const width = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd >= 0)
    throw new EncodingError(
      "format",
      `Table: line ${lines[odd]} has ${rows[odd]?.length} cells, line ${lines[0]} has ${width}. Does a cell hold the separator without quotes?`,
    );
  const first = rows[0];
  return first !== undefined && (header ?? isHeader(first))
    ? { names: first, rows: rows.slice(1), lines: lines.slice(1) }
    : { names: null, rows, lines };
}

/** Numbers of a table.
 * @param columns names or zero-based numbers of the columns to take, in order; default all.
 * @returns row-major float64; "n/a", "NA", "NaN" (any case) and empty cells are NaN.
 * @throws EncodingError "format" naming line and column of a cell that is no number, or if all columns are asked for and the first has
 * no name (row numbers as pandas writes them are not data); "range" for a column that is not there, or whose name stands twice. */
export function tableToMatrix(
  table: Table,
  { columns }: { columns?: readonly (string | number)[] | undefined } = {},
): { data: Float64Array<ArrayBuffer>; rows: number; cols: number; names: readonly string[] | null } {
  const width = table.names?.length ?? table.rows[0]?.length ?? 0;
  if (columns === undefined && table.names?.[0] === "" && width > 1)
    throw new EncodingError(
      "format",
      "Table: the first column has no name; are these row numbers? Name the columns to take, or save the table without an index.",
    );
  const taken = (columns ?? Array.from({ length: width }, (_, j) => j)).map((column) =>
    findColumn(table, column, width),
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

const missing = new Set(["", "n/a", "na", "nan", "-nan", "+nan"]);
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;
const infinite = /^[+-]?inf(inity)?$/i;

function isHeader(cells: readonly string[]): boolean {
  const filled = cells.filter((text) => !missing.has(text.toLowerCase()) && !infinite.test(text));
  const numbers = filled.filter((text) => decimal.test(text));
  if (numbers.length === 0) return filled.length > 0;
  return cells.length > 1 && cells[0] === "" && cells.slice(1).every((text, j) => text === String(j));
}

function toNumber(text: string, table: Table, i: number, j: number): number {
  if (missing.has(text.toLowerCase())) return Number.NaN;
  if (infinite.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const number = decimal.test(text) ? Number(text.replace(/d/i, "e")) : Number.NaN;
  if (Number.isFinite(number)) return number;
  const place = `line ${table.lines[i]}, column ${table.names === null ? j : quoteText(table.names[j] ?? "")}`;
  throw new EncodingError(
    "format",
    `Table: ${place}: ${quoteText(text)} is no number.${hintFor(text, i, table)}`,
  );
}

function hintFor(text: string, i: number, table: Table): string {
  if (/^[+-]?\d*,\d+(e[+-]?\d+)?$/i.test(text)) return " Save the table with decimal points, not commas.";
  if (decimal.test(text)) return " It is too large for float64.";
  return i === 0 && table.names === null
    ? " Is the first line a header? One that also holds numbers is not taken for one."
    : " Take only the columns that hold numbers, with `columns`.";
}

function findColumn(table: Table, column: string | number, width: number): number {
  const j = typeof column === "number" ? column : (table.names?.indexOf(column) ?? -1);
  if (!Number.isInteger(j) || j < 0 || j >= width)
    throw new EncodingError(
      "range",
      `Table: there is no column ${column}; legal: ${table.names?.map((name) => quoteText(name)).join(", ") ?? `0 … ${width - 1}`}.`,
    );
  if (typeof column === "string" && table.names?.lastIndexOf(column) !== j)
    throw new EncodingError(
      "range",
      `Table: the name ${quoteText(column)} stands twice in the header; take the column by its number, from 0.`,
    );
  return j;
}

function cell(value: number | string): string {
  if (typeof value === "string") return quote(value);
  if (Number.isNaN(value)) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}

function quote(text: string): string {
  return /[",\n\r]|^[\s#]|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
