import { formatCount, formatP, formatR2 } from "../format.ts";
import { plainTable } from "../html-text.ts";
import { choiceTotals } from "./choice-totals.ts";
import type { MultiverseResult } from "./record.ts";

/** Region by region: verdicts, range and median of the difference, the test of the curve, and where known the truth. */
export function regionTable(result: MultiverseResult): string {
  const { summaries, a, b, tests, universes, controls } = result;
  const joint = summaries.some((own) => own.joint !== null);
  const truth = summaries.some((own) => own.truth !== null);
  const ahead = controls.length > 0 ? [`${a} ahead, no win`, `${b} ahead, no win`] : [];
  return plainTable(
    `Over ${universes.length} universes: verdicts, the difference in R² (${a} − ${b}), and p corrected over regions`,
    [
      { head: "Region", cells: summaries.map(({ region }) => region) },
      {
        head: `${a} wins`,
        number: true,
        cells: summaries.map(({ verdicts }) => formatCount(verdicts["a wins"])),
      },
      ...(ahead.length > 0
        ? [
            {
              head: ahead[0] as string,
              number: true,
              cells: summaries.map(({ verdicts }) => formatCount(verdicts["a ahead"])),
            },
          ]
        : []),
      {
        head: "No evidence",
        number: true,
        cells: summaries.map(({ verdicts }) => formatCount(verdicts.neither)),
      },
      ...(ahead.length > 0
        ? [
            {
              head: ahead[1] as string,
              number: true,
              cells: summaries.map(({ verdicts }) => formatCount(verdicts["b ahead"])),
            },
          ]
        : []),
      {
        head: `${b} wins`,
        number: true,
        cells: summaries.map(({ verdicts }) => formatCount(verdicts["b wins"])),
      },
      { head: "Median", number: true, cells: summaries.map(({ median }) => signed(median)) },
      {
        head: "Range",
        number: true,
        cells: summaries.map(
          ({ lowest, highest }) => `${formatR2(lowest)}\u00a0to\u00a0${formatR2(highest)}`,
        ),
      },
      ...(joint
        ? [
            {
              head: "p of the curve",
              number: true,
              cells: summaries.map((own) => formatP(own.joint?.pCorrected ?? Number.NaN, tests)),
            },
          ]
        : []),
      ...(truth
        ? [
            {
              head: "True wins",
              number: true,
              cells: summaries.map((own) =>
                own.truth === null || own.truth.wins === 0 ? "—" : `${own.truth.trueWins}/${own.truth.wins}`,
              ),
            },
          ]
        : []),
    ],
  );
}

/** What each choice flips, all regions together. */
export function totalTable(result: MultiverseResult): string {
  const totals = choiceTotals(result);
  const of = (key: "signFlips" | "verdictFlips" | "winFlips" | "reversals") =>
    totals.map((own) => (own.pairs === 0 ? "—" : formatCount(own[key])));
  return plainTable(
    "Pairs of universes that differ in one choice only, all regions together: in how many it changes the sign of the difference, the verdict, a win, or the model that is ahead",
    [
      { head: "Choice", cells: totals.map(({ choice }) => choice) },
      { head: "Pairs", number: true, cells: totals.map(({ pairs }) => formatCount(pairs)) },
      { head: "Other sign", number: true, cells: of("signFlips") },
      { head: "Other verdict", number: true, cells: of("verdictFlips") },
      { head: "A win comes or goes", number: true, cells: of("winFlips") },
      { head: "Other model ahead", number: true, cells: of("reversals") },
    ],
  );
}

/** The alternatives of one region: mean difference and wins of each, and what flips between two of them. */
export function effectTable({ summaries, a, b }: MultiverseResult, g: number): string {
  const { region, choices } = summaries[g] as MultiverseResult["summaries"][number];
  const rows = choices.flatMap(({ choice, alternatives }) => alternatives.map((own) => ({ choice, ...own })));
  const pairs = choices.flatMap(({ choice, matched }) => matched.map((own) => ({ choice, ...own })));
  const table = plainTable(`${region}: mean difference and verdicts under each alternative`, [
    { head: "Choice", cells: rows.map(({ choice }) => choice) },
    { head: "Alternative", cells: rows.map(({ name }) => name) },
    { head: "Universes", number: true, cells: rows.map(({ universes }) => formatCount(universes)) },
    { head: "Mean difference", number: true, cells: rows.map(({ mean }) => signed(mean)) },
    { head: `${a} wins`, number: true, cells: rows.map(({ verdicts }) => formatCount(verdicts["a wins"])) },
    { head: `${b} wins`, number: true, cells: rows.map(({ verdicts }) => formatCount(verdicts["b wins"])) },
  ]);
  const flips = plainTable(
    `${region}: what changes when one alternative takes another's place and all else stays`,
    [
      { head: "Choice", cells: pairs.map(({ choice }) => choice) },
      { head: "From, to", cells: pairs.map(({ from, to }) => `${from} → ${to}`) },
      { head: "Pairs", number: true, cells: pairs.map(({ pairs: count }) => formatCount(count)) },
      { head: "Mean change", number: true, cells: pairs.map(({ change }) => signed(change)) },
      { head: "Other sign", number: true, cells: pairs.map(({ signFlips }) => formatCount(signFlips)) },
      {
        head: "Other verdict",
        number: true,
        cells: pairs.map(({ verdictFlips }) => formatCount(verdictFlips)),
      },
      {
        head: "A win comes or goes",
        number: true,
        cells: pairs.map(({ winFlips }) => formatCount(winFlips)),
      },
    ],
  );
  return table + flips;
}

/** Universes that were refused, those that share an alternative and a reason on one line. */
export function refusedTable({ refused, choices, universes }: MultiverseResult): string {
  if (refused.length === 0) return "";
  const groups = new Map<string, { first: (typeof refused)[number]; picks: (readonly number[])[] }>();
  for (const own of refused) {
    const key = JSON.stringify([own.rule, own.what, own.repair]);
    const known = groups.get(key) ?? { first: own, picks: [] };
    known.picks.push(own.picks);
    groups.set(key, known);
  }
  const rows = [...groups.values()];
  /** Alternatives that all of these universes have and no fitted one has. */
  const cause = (picks: readonly (readonly number[])[]) =>
    choices.flatMap(({ name, alternatives }, c) => {
      const own = new Set(picks.map((pick) => pick[c] as number));
      const [only] = own;
      const culprit = own.size === 1 && !universes.some((fitted) => fitted.picks[c] === only);
      return culprit ? [`${name}: ${alternatives[only as number]}`] : [];
    });
  return plainTable("Universes that the design guard refused; they were not fitted and count in no share", [
    { head: "Rule", cells: rows.map(({ first }) => first.rule) },
    { head: "Universes", number: true, cells: rows.map(({ picks }) => formatCount(picks.length)) },
    {
      head: "Of which choice",
      cells: rows.map(({ picks }) => cause(picks).join(", ") || "several together"),
    },
    { head: "What was found", cells: rows.map(({ first }) => first.what) },
    { head: "What would repair it", cells: rows.map(({ first }) => first.repair) },
  ]);
}

/** The choices and their alternatives. */
export function choiceTable({ choices }: MultiverseResult): string {
  return plainTable("Choices; the first alternative of each is the reference", [
    { head: "Choice", cells: choices.map(({ name }) => name) },
    { head: "Alternatives", cells: choices.map(({ alternatives }) => alternatives.join(" · ")) },
  ]);
}

function signed(value: number): string {
  return value > 0 ? `+${formatR2(value)}` : formatR2(value);
}
