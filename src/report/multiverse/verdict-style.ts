import { colors, type LegendEntry } from "../figure.ts";
import type { MultiverseResult, VerdictName } from "./record.ts";

/** How a verdict is drawn: meaning is in colour, in filling and in the order of bars. */
export const verdictInks: Readonly<
  Record<VerdictName, { readonly color: string; readonly hollow: boolean }>
> = {
  "a wins": { color: colors.blue, hollow: false },
  "a ahead": { color: colors.blue, hollow: true },
  neither: { color: colors.light, hollow: false },
  "b ahead": { color: colors.vermilion, hollow: true },
  "b wins": { color: colors.vermilion, hollow: false },
  undefined: { color: colors.rule, hollow: false },
};

/** A verdict in words. */
export function verdictText(verdict: VerdictName, { a, b, controls }: MultiverseResult): string {
  const ahead = controls.length > 0 ? "ahead, but not of every control" : "ahead";
  return {
    "a wins": `${a} wins`,
    "a ahead": `${a} ${ahead}`,
    neither: "no evidence",
    "b ahead": `${b} ${ahead}`,
    "b wins": `${b} wins`,
    undefined: "undefined",
  }[verdict];
}

/** Legend of the verdicts that occur. */
export function verdictLegend(result: MultiverseResult, seen: ReadonlySet<VerdictName>): LegendEntry[] {
  return (Object.keys(verdictInks) as VerdictName[])
    .filter((verdict) => seen.has(verdict))
    .map((verdict): LegendEntry => {
      const { color, hollow } = verdictInks[verdict];
      return { mark: hollow ? "ring" : "dot", color, text: verdictText(verdict, result) };
    });
}
