import { EncodingError } from "../core/index.ts";
import { quote } from "./text.ts";

/** Rows of cells, and the line that each stands on, from 1. */
export interface SplitText {
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

/** Split a table's text into cells. Spaces around a cell are taken off, those in quotes are kept.
 * @param separator one character; " " stands for any run of spaces and tabs; default as in `parseTable`.
 * @throws EncodingError "format" naming the line of a quote that is never closed or stands in the midst of a cell. */
export function splitRows(text: string, separator?: string): SplitText {
  const clean = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const by = separator ?? findSeparator(clean);
  const rows: (readonly string[])[] = [];
  const lines: number[] = [];
  let line = 1;
  for (let at = 0; at < clean.length; ) {
    const end = endOfRow(clean, at, line);
    const row = clean.slice(at, end);
    const comment = rows.length === 0 && row.trimStart().startsWith("#");
    if (row.trim() !== "" && !comment) {
      rows.push(splitRow(row, by, line));
      lines.push(line);
    }
    line += 1 + (row.includes('"') ? row.split("\n").length - 1 : 0);
    at = end + 1;
  }
  return { rows, lines };
}

/** The separator that stands outside quotes in the first line that is no comment. A tab or semicolon goes before a comma, which may be a
 * decimal comma. */
function findSeparator(text: string): string {
  const line = text.split("\n").find((one) => one.trim() !== "" && !one.trimStart().startsWith("#")) ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  return ["\t", ";", ","].find((candidate) => bare.includes(candidate)) ?? " ";
}

/** Place of the line feed that ends the row: the first one outside quotes. */
function endOfRow(text: string, at: number, line: number): number {
  let end = text.indexOf("\n", at);
  if (end < 0) end = text.length;
  let quotes = countQuotes(text, at, end);
  while (quotes % 2 === 1) {
    if (end >= text.length)
      throw new EncodingError(
        "format",
        `Table: the quote opened in the row at line ${line} is never closed.`,
      );
    let next = text.indexOf("\n", end + 1);
    if (next < 0) next = text.length;
    quotes += countQuotes(text, end + 1, next);
    end = next;
  }
  return end;
}

function countQuotes(text: string, from: number, end: number): number {
  return text.slice(from, end).split('"').length - 1;
}

function splitRow(row: string, by: string, line: number): readonly string[] {
  if (!row.includes('"'))
    return by === " " ? row.trim().split(/\s+/) : row.split(by).map((one) => one.trim());
  const space = by === " " ? "\\s" : `[^\\S${by}]`; // white space that does not separate
  const cell = new RegExp(
    `${space}*(?:"([^"]*(?:""[^"]*)*)"|([^"${by === " " ? "\\s" : `\\${by}`}]*))${space}*`,
    "y",
  );
  const cells: string[] = [];
  const text = by === " " ? row.trim() : row;
  for (let at = 0; ; ) {
    cell.lastIndex = at;
    const match = cell.exec(text);
    cells.push(match?.[1]?.replaceAll('""', '"') ?? match?.[2]?.trim() ?? "");
    at += match?.[0].length ?? 0;
    if (at === text.length) return cells;
    const parted = by === " " ? /\s/.test(text[at - 1] ?? "") : text[at] === by;
    if (!parted)
      throw new EncodingError(
        "format",
        `Table: line ${line}, cell ${cells.length}: a quote may only stand around a whole cell, doubled inside; got ${quote(text.slice(Math.max(0, at - 20), at + 20))}.`,
      );
    if (by !== " ") at++;
  }
}
