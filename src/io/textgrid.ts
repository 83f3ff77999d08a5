import { EncodingError } from "../core/index.ts";
import { decodeText, quote } from "./text.ts";

/** A stretch of time with a label, seconds; a point has equal ends. */
export interface Interval {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One tier of a Praat TextGrid. */
export interface Tier {
  readonly name: string;
  readonly kind: "interval" | "point";
  readonly intervals: readonly Interval[];
}

/** A Praat TextGrid: a transcript in time. */
export interface TextGrid {
  readonly start: number;
  readonly end: number;
  readonly tiers: readonly Tier[];
}

/** Times may be out of order by so many seconds: programs other than Praat round them. */
const slack = 1e-3;

/** Read a Praat TextGrid, long or short text format, UTF-8 or UTF-16.
 * @throws EncodingError "format" if it is none (binary and chronological ones too), cut off, has more or fewer entries than it says, or
 * times that run backwards.
 * @source Praat manual, "TextGrid file formats". */
export function parseTextGrid(source: Uint8Array | string): TextGrid {
  const text = typeof source === "string" ? source : decodeText("TextGrid", checkText(source));
  if (!/"TextGrid"/.test(text.slice(0, 500)))
    throw new EncodingError(
      "format",
      "TextGrid: the file does not say that it is a TextGrid. In Praat: Save as text file.",
    );
  const read = reader(text);
  read.text(); // "ooTextFile"
  read.text(); // "TextGrid"
  const [start, end] = [read.number(), read.number()];
  const count = read.flag() === "exists" ? read.count("tiers") : 0;
  const tiers = Array.from({ length: count }, () => readTier(read));
  read.end();
  return { start, end, tiers };
}

function checkText(bytes: Uint8Array): Uint8Array {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 12));
  if (head === "ooBinaryFile")
    throw new EncodingError("format", "TextGrid: this is a binary file. In Praat: Save as text file.");
  return bytes;
}

function readTier(read: Reader): Tier {
  const kind = read.text();
  if (kind !== "IntervalTier" && kind !== "TextTier")
    throw new EncodingError(
      "format",
      `TextGrid: a tier must be an IntervalTier or a TextTier; got ${quote(kind)}.`,
    );
  const name = read.text();
  const [from, to] = [read.number(), read.number()];
  const count = read.count(`intervals of tier ${quote(name)}`);
  const intervals = Array.from({ length: count }, () => {
    const start = read.number();
    const end = kind === "IntervalTier" ? read.number() : start;
    return { start, end, text: read.text() };
  });
  checkTimes(name, from, to, intervals);
  return { name, kind: kind === "IntervalTier" ? "interval" : "point", intervals };
}

function checkTimes(name: string, from: number, to: number, intervals: readonly Interval[]): void {
  let last = from;
  for (const [k, { start, end }] of intervals.entries()) {
    if (start < last - slack || end < start || end > to + slack)
      throw new EncodingError(
        "format",
        `TextGrid: times must run forwards; entry ${k + 1} of tier ${quote(name)} goes from ${start} to ${end} s after ${last} s, the tier ends at ${to} s.`,
      );
    last = end;
  }
}

type Token = { readonly kind: "text" | "number" | "flag"; readonly value: string };
type Reader = ReturnType<typeof reader>;

/** Free-standing numbers, quoted texts and <flags>: what Praat itself reads; everything else is comment. */
function reader(text: string) {
  const tokens = tokenise(text);
  let next = 0;
  const take = (kind: Token["kind"]): string => {
    const token = tokens[next++];
    if (token === undefined)
      throw new EncodingError("format", `TextGrid: cut off; a ${kind} was expected at the end.`);
    if (token.kind !== kind)
      throw new EncodingError(
        "format",
        `TextGrid: a ${kind} was expected as entry ${next}; got the ${token.kind} ${quote(token.value)}.`,
      );
    return token.value;
  };
  return {
    text: () => take("text"),
    number: () => Number(take("number")),
    flag: () => take("flag"),
    end() {
      if (next < tokens.length)
        throw new EncodingError(
          "format",
          `TextGrid: the file has ${tokens.length - next} more entries than its counts say. Is a count damaged?`,
        );
    },
    count(what: string) {
      const count = Number(take("number"));
      if (!Number.isInteger(count) || count < 0 || count > tokens.length)
        throw new EncodingError(
          "format",
          `TextGrid: the number of ${what} is ${count}; the file has room for ${tokens.length}.`,
        );
      return count;
    },
  };
}

function tokenise(text: string): Token[] {
  const out: Token[] = [];
  // texts in quotes (doubled quotes inside), <flags>, numbers that stand alone; words, [1]: and what follows a ! are comment
  const pattern =
    /"([^"]*(?:""[^"]*)*)"|<(\w+)>|![^\n]*|(?<![\w[.-])(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w\].])/g;
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) out.push({ kind: "text", value: match[1].replaceAll('""', '"') });
    else if (match[2] !== undefined) out.push({ kind: "flag", value: match[2] });
    else if (match[3] !== undefined) out.push({ kind: "number", value: match[3] });
  }
  return out;
}
