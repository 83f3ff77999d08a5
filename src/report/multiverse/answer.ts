import { countOf, equalP, formatR2, formatShare, joinWords } from "../format.ts";
import { choiceTotals } from "./choice-totals.ts";
import type { MultiverseResult, RegionSummary, VerdictName } from "./record.ts";

/** A multiverse in sentences. */
export interface MultiverseAnswer {
  /** How often who wins, and where. */
  readonly lead: string;
  /** What the choices do. */
  readonly choices: string;
  /** The test of whole curves; empty without one. */
  readonly joint: string;
  /** Against the truth of the virtual laboratory; empty for real data. */
  readonly truth: string;
  /** What this does and does not license. */
  readonly limits: readonly string[];
}

/** Say what a multiverse carries, from its record alone. */
export function answerMultiverse(result: MultiverseResult): MultiverseAnswer {
  return {
    lead: [winsOf(result, "a"), winsOf(result, "b"), aheadOf(result)].filter((text) => text !== "").join(" "),
    choices: choicesOf(result),
    joint: jointOf(result),
    truth: truthOf(result),
    limits: limitsOf(result),
  };
}

/** The answer as plain text. */
export function multiverseText(result: MultiverseResult): string {
  const { lead, choices, joint, truth, limits } = answerMultiverse(result);
  const paragraphs = [result.title, result.question, lead, choices, joint, truth].filter(
    (text) => text !== "",
  );
  return `${[...paragraphs, limits.map((limit) => `- ${limit}`).join("\n")].join("\n\n")}\n`;
}

function winsOf(result: MultiverseResult, side: "a" | "b"): string {
  const { a, b, controls, summaries, universes } = result;
  const [one, other] = side === "a" ? [a, b] : [b, a];
  const n = universes.length;
  const count = ({ verdicts }: RegionSummary) => verdicts[`${side} wins`];
  const won = summaries.filter((own) => count(own) > 0).sort((x, y) => count(y) - count(x));
  const how = `predicts better than ${other}${controls.length > 0 ? ", and than every control," : ""}`;
  const start = side === "a" ? `In ${countOf(n, "universe")} of this study: ${one}` : capital(one);
  if (won.length === 0) return `${start} ${how} in no universe of any region.`;
  const told = won.map(
    (own) => `${own.region} (${count(own) === n ? `all ${n}` : `${count(own)} of ${n}`} universes)`,
  );
  return `${start} ${how} in ${joinWords(told, 8)}.`;
}

/** Regions in which a model is often ahead without a win. */
function aheadOf({ a, b, controls, summaries, universes }: MultiverseResult): string {
  if (controls.length === 0) return "";
  const n = universes.length;
  const told = (["a", "b"] as const).flatMap((side) =>
    summaries
      .filter(({ verdicts }) => verdicts[`${side} ahead`] > 0)
      .sort((x, y) => y.verdicts[`${side} ahead`] - x.verdicts[`${side} ahead`])
      .map(
        ({ region, verdicts }) =>
          `${side === "a" ? a : b} in ${region} (${verdicts[`${side} ahead`]} of ${n})`,
      ),
  );
  return told.length === 0
    ? ""
    : `Ahead of the other, but not of every control, which is no win: ${joinWords(told, 5)}.`;
}

function choicesOf(result: MultiverseResult): string {
  const totals = [...choiceTotals(result)].filter(({ pairs }) => pairs > 0).sort((x, y) => rate(y) - rate(x));
  if (totals.length === 0) return "";
  const flips = totals.map(
    ({ choice, verdictFlips, winFlips, pairs }) =>
      `${choice} in ${formatShare(verdictFlips / pairs)} of ${pairs}${winFlips > 0 ? ` (a win comes or goes in ${winFlips})` : ""}`,
  );
  const reversals = totals.reduce((sum, own) => sum + own.reversals, 0);
  const turned =
    reversals === 0
      ? "No choice puts the other model ahead where one was."
      : `In ${countOf(reversals, "pair")} the other model is ahead: by ${joinWords(totals.filter((own) => own.reversals > 0).map(({ choice, reversals: own }) => `${choice} (${own})`))}.`;
  return `Where two universes differ in one choice only, the verdict of a region changes with ${joinWords(flips)} pairs. ${turned}`;
}

function rate({ verdictFlips, pairs }: { verdictFlips: number; pairs: number }): number {
  return verdictFlips / pairs;
}

function jointOf(result: MultiverseResult): string {
  const { a, b, summaries, tests } = result;
  const tested = summaries.filter(({ joint }) => Number.isFinite(joint?.pCorrected));
  if (tested.length === 0) return "";
  const found = tested.filter(({ joint }) => (joint?.pCorrected as number) <= tests.level);
  const told = found.map(
    ({ region, median, joint }) =>
      `${region} (${median > 0 ? a : b} by R² ${formatR2(Math.abs(median))}, corrected p ${equalP(joint?.pCorrected as number, tests)})`,
  );
  return found.length === 0
    ? `As one test of all universes together, the median difference is not told from zero in any of ${tested.length} regions.`
    : `As one test of all universes together, the median difference is told from zero in ${joinWords(told, 8)}. That is a claim about ${a} and ${b} alone: controls have no part in it.`;
}

function truthOf({ a, b, summaries, universes, virtual }: MultiverseResult): string {
  const known = summaries.flatMap((own) => (own.truth === null ? [] : [{ ...own, truth: own.truth }]));
  if (!virtual || known.length === 0) return "";
  const wins = known.reduce((sum, { truth }) => sum + truth.wins, 0);
  const right = known.reduce((sum, { truth }) => sum + truth.trueWins, 0);
  const wrong = known
    .filter(({ truth }) => truth.falseWins > 0)
    .map(({ region, truth }) => `${region} in ${countOf(truth.falseWins, "universe")}`);
  const where = (side: "aTrulyAhead" | "bTrulyAhead", name: string) => {
    const own = known.filter(({ truth }) => truth[side] > universes.length / 2);
    return `${name} is truly ahead in most universes in ${own.length === 0 ? "no region" : joinWords(own.map(({ region }) => region))}`;
  };
  return `On the same responses without noise ${where("aTrulyAhead", a)}, ${where("bTrulyAhead", b)}; of ${countOf(wins, "win")} over regions and universes ${right} ${right === 1 ? "is" : "are"} true${wrong.length === 0 ? "" : ` (not: ${joinWords(wrong)})`}.`;
}

function limitsOf(result: MultiverseResult): string[] {
  const { universes, cross, refused, tests, unmatched, a, b, summaries, regions } = result;
  const rules = [...new Set(refused.map(({ rule }) => rule))];
  const overridden = universes.filter(({ overrides }) => overrides.length > 0).length;
  const none = summaries
    .filter(({ verdicts }) => verdicts.neither === universes.length)
    .map(({ region }) => region);
  return [
    ...(refused.length > 0
      ? [
          `${countOf(refused.length, "universe")} of ${universes.length + refused.length} ${refused.length === 1 ? "was" : "were"} refused by the design guard and not fitted (${joinWords(rules)}); ${refused.length === 1 ? "it counts" : "they count"} in no share.`,
        ]
      : []),
    ...(universes.length + refused.length < cross
      ? [`${universes.length + refused.length} of ${cross} combinations were looked at, drawn at random.`]
      : []),
    ...(overridden > 0
      ? [
          `${countOf(overridden, "universe")} break${overridden === 1 ? "s" : ""} a rule of design that its settings override.`,
        ]
      : []),
    "Universes are no sample: the same people, stimuli and responses are analysed again. A share of universes is no probability that a finding is true, and p-values may not be pooled or counted over universes.",
    "A share depends on the alternatives that were listed: leaving one out, or listing two that are nearly the same, changes it. It says most where the list was fixed before the data were seen.",
    `Each universe is corrected in itself (${tests.correction}), not for the number of universes: none of them may be picked out afterwards.`,
    ...(tests.joint === ""
      ? [
          `There is no test of whole curves: with ${countOf(result.participants.length, "person", "people")} signs of people cannot be flipped, and no claim about people is made.`,
        ]
      : [
          `The test of a whole curve (${tests.joint}) asks whether the median over these universes differs from zero for people like these. It does not say which universe is right.`,
        ]),
    "Shares of spread and counts of pairs describe these universes; they are not tested.",
    ...(none.length > 0
      ? [
          `No evidence in any universe is not evidence of absence${none.length === regions.length ? "" : ` (${joinWords(none, 6)})`}.`,
        ]
      : []),
    ...(unmatched === null
      ? [`What else differs between ${a} and ${b} beside the compared signal is not known.`]
      : unmatched.length > 0
        ? [`Beside the training signal ${a} and ${b} differ in: ${joinWords(unmatched)}.`]
        : []),
  ];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Regions sorted so that those stand first in which most depends on the universe, or a model wins. */
export function orderRegions({ summaries }: MultiverseResult): number[] {
  const weight = ({ verdicts }: RegionSummary) => {
    const of = (...names: VerdictName[]) => names.reduce((sum, name) => sum + verdicts[name], 0);
    return 2 * of("a wins", "b wins") + of("a ahead", "b ahead");
  };
  return summaries
    .map((own, g) => ({ g, weight: weight(own) }))
    .sort((x, y) => y.weight - x.weight || x.g - y.g)
    .map(({ g }) => g);
}
