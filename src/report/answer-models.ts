import { alikeClause, marginText } from "./equivalence.ts";
import { formatR2, joinWords } from "./format.ts";
import {
  controlModels,
  isAhead,
  judgeModels,
  type ModelVerdict,
  type PairVerdicts,
  trueFrom,
} from "./model-verdicts.ts";
import type { StudyResult } from "./result.ts";

/** The first words on foundation models, for each declared pair: where one has a win that no control has too, where it has none for that
 * reason, and where the other model wins. Empty where no two models were compared. */
export function modelLead(result: StudyResult): readonly string[] {
  return judgeModels(result).map((pair) => {
    const { a, b, regions } = pair;
    const lost = regions.some(({ ahead, win }) => ahead === b && win);
    return [
      winSentence(result, pair, { one: a, other: b, noWins: true }),
      ...(lost ? [winSentence(result, pair, { one: b, other: a, noWins: false })] : []),
    ].join(" ");
  });
}

/** The rest that is to be said of every declared pair: where controls are ahead, where the other model is ahead without a win, and where there
 * is no evidence. */
export function modelDetails(result: StudyResult): string {
  return judgeModels(result)
    .map((pair) => [...controlSentences(result, pair), ...otherSentences(result, pair)].join(" "))
    .join(" ");
}

/** Where the virtual laboratory's truth is known: which wins are true, and where the control truly leads. Empty for real data. */
export function modelTruth(result: StudyResult): string {
  return judgeModels(result)
    .filter(({ regions }) => regions.some(({ pair }) => Number.isFinite(pair.truth)))
    .map((pair) => truthOfPair(result, pair))
    .join(" ");
}

function winSentence(
  result: StudyResult,
  { regions }: PairVerdicts,
  { one, other, noWins }: { readonly one: string; readonly other: string; readonly noWins: boolean },
): string {
  const controls = controlModels(result).length > 0 ? ", and than every control," : "";
  const wins = regions.filter(({ ahead, win }) => ahead === one && win);
  const rest = noWins ? regions.filter(({ ahead, win }) => ahead === one && !win) : [];
  const both = rest.length > 0 ? " and than every control" : "";
  const start =
    wins.length > 0
      ? `${capital(one)} predicts better than ${other}${controls} in ${wins.length} of ${regions.length} regions: ${namesOf(wins)}`
      : `In no region is ${one} found to predict better than ${other}${both}`;
  return `${[start, ...noWinClauses(rest, other)].join("; ")}.`;
}

/** Why being ahead is no win, grouped by the controls that take part. */
function noWinClauses(rest: readonly ModelVerdict[], other: string): readonly string[] {
  const groups = new Map<string, ModelVerdict[]>();
  for (const own of rest) {
    const why = [
      ...(own.sharedWith.length > 0
        ? [
            `so ${own.sharedWith.length > 1 ? "are the controls" : "is the control"} ${joinWords(own.sharedWith)}`,
          ]
        : []),
      ...(own.notAbove.length > 0
        ? [
            `it is not shown to be better than the control${own.notAbove.length > 1 ? "s" : ""} ${joinWords(own.notAbove)}`,
          ]
        : []),
    ].join(", and ");
    groups.set(why, [...(groups.get(why) ?? []), own]);
  }
  return [...groups].map(
    ([why, own]) => `in ${namesOf(own)} it is ahead of ${other}, but that is no win: ${why}`,
  );
}

function controlSentences(result: StudyResult, { b, regions }: PairVerdicts): readonly string[] {
  const controls = controlModels(result).map(({ name }) => ({
    name,
    ahead: regions.filter(({ region }) => isAhead(result, name, b, region)),
  }));
  if (controls.length === 0) return [];
  if (controls.every(({ ahead }) => ahead.length === 0))
    return [`No control is found to predict better than ${b}.`];
  const parts = controls.map(
    ({ name, ahead }) => `${name} in ${ahead.length === 0 ? "none" : namesOf(ahead)}`,
  );
  return [`Controls that predict better than ${b}: ${joinWords(parts)}.`];
}

function otherSentences(result: StudyResult, { a, b, regions }: PairVerdicts): readonly string[] {
  const noWin = regions.filter(({ ahead, win }) => ahead === b && !win);
  const defined = regions.filter(({ pair }) => Number.isFinite(pair.pCorrected));
  const apart = defined.filter(({ ahead }) => ahead === null);
  const alike = apart.map(({ pair }) => pair).filter(({ equivalence }) => equivalence.equivalent);
  const open = apart.filter(({ pair }) => !alike.includes(pair));
  return [
    ...noWinClauses(noWin, a).map((clause) => `${capital(clause.replace("it is ahead", `${b} is ahead`))}.`),
    ...(alike.length > 0 ? [`${capital(alikeClause(result, a, b, alike))}.`] : []),
    ...(open.length > 0
      ? [
          `No evidence ${marginText(result) === null ? `that ${a} and ${b} differ` : "either way"} in ${open.length === regions.length ? `any of ${regions.length} regions` : namesOf(open)}.`,
        ]
      : []),
    ...(defined.length < regions.length
      ? [`Undefined in ${namesOf(regions.filter((own) => !defined.includes(own)))}.`]
      : []),
  ];
}

function truthOfPair(result: StudyResult, { a, b, regions }: PairVerdicts): string {
  const truly = regions.filter(({ pair }) => (pair.truth ?? 0) >= trueFrom);
  const wins = regions.filter(({ win }) => win);
  const right = wins.filter(
    ({ pair, ahead }) => (ahead === a ? 1 : -1) * (pair.truth ?? Number.NaN) >= trueFrom,
  );
  const where =
    truly.length === 0
      ? `${a} is truly ahead of ${b} in no region`
      : `${a} is truly ahead of ${b} in ${joinWords(truly.map(({ region, pair }) => `${region} (by R² ${formatR2(pair.truth as number)})`))}`;
  const judged =
    wins.length === 0
      ? "no win was found"
      : `${right.length} of ${wins.length} ${wins.length === 1 ? "win" : "wins"} found ${right.length === 1 ? "is" : "are"} true`;
  return `On the same responses without noise ${where}; ${judged}.${controlTruth(result, b, regions)}`;
}

/** Where a control is truly ahead of b. */
function controlTruth(result: StudyResult, b: string, regions: readonly ModelVerdict[]): string {
  const parts = controlModels(result).flatMap(({ name }) => {
    const pairs = result.comparisons.filter((own) => own.a === name && own.b === b);
    if (pairs.length < regions.length) return [];
    const ahead = pairs.filter(({ truth = Number.NaN }) => truth >= trueFrom);
    return [
      `${name} in ${
        ahead.length === 0
          ? "none"
          : joinWords(
              ahead.map(({ region }) => region),
              5,
            )
      }`,
    ];
  });
  return parts.length === 0 ? "" : ` Controls truly ahead of ${b}: ${joinWords(parts)}.`;
}

function namesOf(verdicts: readonly ModelVerdict[]): string {
  return joinWords(
    verdicts.map(({ region }) => region),
    5,
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
