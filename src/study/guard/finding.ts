/** The rules of method that a study can break, each under the name that overrides it. */
export const ruleNames = [
  "ungrouped-rows",
  "split-groups",
  "split-runs",
  "split-repeats",
  "near-duplicates",
  "short-gap",
  "fitted-outside",
  "standardised-test",
  "delays-across-runs",
  "circular-regions",
] as const;

/** Name of a rule; `allow: [name]` in the settings overrides it. */
export type RuleName = (typeof ruleNames)[number];

/** One broken rule. */
export interface Finding {
  readonly rule: RuleName;
  /** What was found, one sentence. */
  readonly what: string;
  /** The rows concerned (zero-based, runs in order), ascending. */
  readonly rows: readonly number[];
  /** Why it matters, with a number. */
  readonly why: string;
  /** The setting that repairs it. */
  readonly repair: string;
}

/** A rule of the design: a pure function over the plain description of a study. */
export interface Rule<Design> {
  readonly name: RuleName;
  /** What is kept, in a few words. */
  readonly keeps: string;
  /** Why the rule could not be looked at in this study; null where it could. */
  readonly unseen: (design: Design) => string | null;
  readonly find: (design: Design) => readonly Finding[];
}

/** Rows as people count them: ranges, from 1, at most `most` of them. */
export function nameRows(rows: readonly number[], most = 3): string {
  const ranges: [number, number][] = [];
  for (const row of rows) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && row === last[1] + 1) last[1] = row;
    else ranges.push([row, row]);
  }
  const shown = ranges.slice(0, most).map(([a, b]) => (a === b ? `${a + 1}` : `${a + 1}–${b + 1}`));
  return `${rows.length === 1 ? "row" : "rows"} ${shown.join(", ")}${ranges.length > most ? " …" : ""}`;
}

/** Distinct rows, ascending. */
export function sortRows(rows: Iterable<number>): number[] {
  return [...new Set(rows)].sort((a, b) => a - b);
}
