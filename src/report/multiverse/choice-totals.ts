import type { MultiverseResult } from "./record.ts";

/** What one choice does over all regions: matched pairs, and how many of them flip. */
export interface ChoiceTotal {
  readonly choice: string;
  readonly pairs: number;
  readonly signFlips: number;
  readonly verdictFlips: number;
  readonly winFlips: number;
  readonly reversals: number;
}

/** Sum the matched pairs of each choice over regions and pairs of alternatives. */
export function choiceTotals({ choices, summaries }: MultiverseResult): ChoiceTotal[] {
  return choices.map(({ name }, c) => {
    const matched = summaries.flatMap((own) => own.choices[c]?.matched ?? []);
    const sum = (key: "pairs" | "signFlips" | "verdictFlips" | "winFlips" | "reversals") =>
      matched.reduce((total, own) => total + own[key], 0);
    return {
      choice: name,
      pairs: sum("pairs"),
      signFlips: sum("signFlips"),
      verdictFlips: sum("verdictFlips"),
      winFlips: sum("winFlips"),
      reversals: sum("reversals"),
    };
  });
}
