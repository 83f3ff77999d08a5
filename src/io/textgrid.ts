import { EncodingError } from "../core/index.ts";

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

/** Read a Praat TextGrid, long or short text format, UTF-8 or UTF-16.
 * @throws EncodingError "format" if it is none, cut off, or says more intervals than it has.
 * @source Praat manual, "TextGrid file formats". */
export function parseTextGrid(source: Uint8Array | string): TextGrid {
  const text = typeof source === "string" ? source : decode(source);
  if (!/"TextGrid"/.test(text.slice(0, 500)))
    throw new EncodingError("format", "TextGrid: the file does not say that it is a TextGrid.");
  const read = reader(text);
  read.text(); // "ooTextFile"
  read.text(); // "TextGrid"
  const [start, end] = [read.number(), read.number()];
  read.flag();
  const count = read.count("tiers");
  const tiers = Array.from({ length: count }, () => readTier(read));
  return { start, end, tiers };
}

function readTier(read: Reader): Tier {
  const kind = read.text();
  if (kind !== "IntervalTier" && kind !== "TextTier")
    throw new EncodingError(
      "format",
      `TextGrid: a tier must be an IntervalTier or a TextTier; got "${kind}".`,
    );
  const name = read.text();
  read.number();
  read.number();
  const count = read.count(`intervals of tier "${name}"`);
  const intervals = Array.from({ length: count }, () => {
    const start = read.number();
    const end = kind === "IntervalTier" ? read.number() : start;
    return { start, end, text: read.text() };
  });
  return { name, kind: kind === "IntervalTier" ? "interval" : "point", intervals };
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
        `TextGrid: a ${kind} was expected as entry ${next}; got ${token.kind} ${token.value.slice(0, 40)}.`,
      );
    return token.value;
  };
  return {
    text: () => take("text"),
    number: () => Number(take("number")),
    flag: () => take("flag"),
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
  // texts in quotes (doubled quotes inside), <flags>, numbers that stand alone; [1]: and words are comment
  const pattern = /"((?:[^"]|"")*)"|<(\w+)>|(?<![\w[.-])(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w\]])/g;
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) out.push({ kind: "text", value: match[1].replaceAll('""', '"') });
    else if (match[2] !== undefined) out.push({ kind: "flag", value: match[2] });
    else out.push({ kind: "number", value: match[3] as string });
  }
  return out;
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  return new TextDecoder().decode(bytes);
}
