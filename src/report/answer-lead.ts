import { modelLead } from "./answer-models.ts";
import { alikeClause, marginText } from "./equivalence.ts";
import { type Findings, isLoss, jointTakenBy, takenBy } from "./findings.ts";
import { countOf, joinWords } from "./format.ts";
import { isControlPair, isModelPair } from "./model-verdicts.ts";
import type { Cell, Comparison, StudyResult } from "./result.ts";

/** The first words of the answer: models compared, then unique variance, each with the control spaces that also win. */
export function leadOf(result: StudyResult, findings: Findings): string {
  const controls = controlClause(findings);
  const compared = [...modelLead(result), ...comparisonSentences(result, controls)];
  const unique = uniqueSentence(result, findings, compared.length > 0 ? "" : controls);
  const sentences = [...compared, unique];
  const [first = "", ...rest] = sentences;
  return [inOnePerson(result, first), ...rest].join(" ");
}

/** Model against model, pair by pair. */
export function pairsOf(comparisons: readonly Comparison[]): readonly (readonly Comparison[])[] {
  const pairs = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    const key = JSON.stringify([comparison.a, comparison.b]);
    pairs.set(key, [...(pairs.get(key) ?? []), comparison]);
  }
  return [...pairs.values()];
}

function inOnePerson(result: StudyResult, sentence: string): string {
  const [person] = result.participants;
  if (result.participants.length !== 1 || person === undefined) return sentence;
  const start = sentence.slice(0, 1).toLowerCase() + sentence.slice(1); // the first word is always ours
  return `In the one person measured (${person}), ${start}`;
}

function uniqueSentence(result: StudyResult, findings: Findings, controls: string): string {
  const { wins, takenAway, controlWins, nothing } = findings;
  const taken = takenClause(result, takenAway);
  if (wins.length > 0) {
    const where = ofRegions(new Set(wins.map((cell) => cell.region)).size, result.regions);
    const how = controls === "" ? "" : ` — ${controls}`;
    const rest = taken === "" ? "" : `; elsewhere there is no win: ${taken}`;
    return `Unique variance is found in ${where}: ${bySpace(result, wins)}${how}${rest}.${lossSentence(result, wins)}`;
  }
  if (taken !== "") return `No win: ${taken}.`;
  if (controlWins.length > 0) {
    const others = result.spaces.some((space) => !space.control);
    const rest = others ? "; there is no evidence that any other feature space adds to them" : "";
    return `Only control spaces add unique variance: ${bySpace(result, controlWins)}${rest}.${lossSentence(result, controlWins)}`;
  }
  if (nothing.length === 0) return nothingDefined(result, findings);
  const anywhere = result.regions.length === 1 ? "" : " in any region";
  const reached = findings.predicted.filter(({ region }) => jointTakenBy(result, region).length > 0);
  if (reached.length > 0 && reached.length === findings.predicted.length) {
    const names = [...new Set(reached.flatMap(({ region }) => jointTakenBy(result, region)))];
    return `No win: the feature spaces together predict ${ofRegions(reached.length, result.regions)}, but they are not shown to do so better than the control${names.length > 1 ? "s" : ""} ${joinWords(names)}.`;
  }
  if (findings.predicted.length > 0)
    return `The feature spaces together predict ${ofRegions(findings.predicted.length, result.regions)}, but there is no evidence that any of them adds variance of its own${anywhere}.`;
  return `There is no evidence that these feature spaces predict ${result.regions.length === 1 ? `${result.regions[0]}, together or singly` : "any region, together or singly"}.`;
}

/** What controls that run by themselves take away, control by control. */
function takenClause(result: StudyResult, cells: readonly Cell[]): string {
  const names = [...new Set(cells.flatMap((cell) => takenBy(result, cell)))];
  const parts = names.map((control) => {
    const own = cells.filter((cell) => takenBy(result, cell).includes(control));
    const verb = new Set(own.map(({ space }) => space)).size > 1 ? "are" : "is";
    return `${bySpace(result, own)} ${verb} not shown to score higher than the control ${control}, which predicts ${own.length > 1 ? "there" : "it"} too`;
  });
  return parts.join("; ");
}

/** Unique variance is a difference of two R²; where both are below zero it must not be read as variance explained. */
function lossSentence(result: StudyResult, cells: readonly Cell[]): string {
  const regions = [...new Set(cells.map((cell) => cell.region))].filter((region) => isLoss(result, region));
  if (regions.length === 0) return "";
  return ` But the joint R² in ${joinWords(regions, 4)} is not above zero: there the gain is a smaller error, no share of variance explained.`;
}

function nothingDefined({ warnings }: StudyResult, { predicted, notPredicted }: Findings): string {
  if (predicted.length + notPredicted.length > 0)
    return "What each feature space adds is undefined in every region, so this study says nothing about it.";
  const why = warnings.length > 0 ? " (the warnings below may say why)" : "";
  return `The question is not answered: no score is defined in any region${why}.`;
}

function controlClause({ wins, controlWins }: Findings): string {
  if (controlWins.length === 0) return "";
  const spaces = new Set(controlWins.map((cell) => cell.space));
  const same = controlWins.some((cell) => wins.some((win) => win.region === cell.region));
  const list = [...spaces].map(
    (space) =>
      `${space} in ${joinWords(
        controlWins.filter((cell) => cell.space === space).map((cell) => cell.region),
        4,
      )}`,
  );
  return `but ${spaces.size === 1 ? "a control space adds" : "control spaces add"} unique variance too${same ? ", in part in the same regions" : ""}: ${list.join("; ")}`;
}

function bySpace(result: StudyResult, cells: readonly Cell[]): string {
  const parts = result.spaces.flatMap(({ name }) => {
    const regions = cells.filter((cell) => cell.space === name).map((cell) => cell.region);
    return regions.length === 0 ? [] : [`${name} in ${joinWords(regions, 4)}`];
  });
  const shown = parts.length > 7 ? [...parts.slice(0, 6), `and ${parts.length - 6} more spaces`] : parts;
  return shown.join("; ");
}

function comparisonSentences(result: StudyResult, controls: string): readonly string[] {
  const pairs = pairsOf(
    result.comparisons.filter((own) => !isModelPair(result, own) && !isControlPair(result, own)),
  );
  const sentences = pairs.slice(0, 3).map((pair, index) => {
    const clause = pairClause(result, pair);
    return index === 0 && controls !== "" ? `${clause} — ${controls}.` : `${clause}.`;
  });
  if (pairs.length > 3)
    sentences.push(`${countOf(pairs.length - 3, "more comparison")} of models follow below.`);
  return sentences;
}

/** Controls that take a compared pair's win away. */
function takenFrom(result: StudyResult, { a, b, region, difference }: Comparison): readonly string[] {
  return takenBy(result, { region, space: difference.mean > 0 ? a : b });
}

function noWinClause(result: StudyResult, taken: readonly Comparison[]): string {
  return taken
    .map((own) => {
      const [ahead, behind] = own.difference.mean > 0 ? [own.a, own.b] : [own.b, own.a];
      const many = takenFrom(result, own);
      return `in ${own.region} ${ahead} is ahead of ${behind} and not shown to score higher than the control${many.length > 1 ? "s" : ""} ${joinWords(many)}`;
    })
    .join("; ");
}

function pairClause(result: StudyResult, pair: readonly Comparison[]): string {
  const [{ a, b } = { a: "", b: "" }] = pair;
  const won = pair.filter((c) => c.significant && takenFrom(result, c).length === 0);
  const taken = pair.filter((c) => c.significant && takenFrom(result, c).length > 0);
  const ahead = won.filter((c) => c.difference.mean > 0).map((c) => c.region);
  const behind = won.filter((c) => c.difference.mean < 0).map((c) => c.region);
  const tested = pair.filter((c) => Number.isFinite(c.pCorrected) && Number.isFinite(c.difference.mean));
  const alike = tested.filter((c) => !c.significant && c.equivalence.equivalent);
  const open = tested.length - ahead.length - behind.length - taken.length - alike.length;
  const same = alikeClause(result, a, b, alike);
  const noEvidence = marginText(result) === null ? "no evidence of a difference" : "no evidence either way";
  if (taken.length > 0 && ahead.length + behind.length === 0)
    return `No win of ${a} or ${b}: ${noWinClause(result, taken)}${same === "" ? "" : `; ${same}`}${open > 0 ? `; ${noEvidence} in the other ${open} of ${tested.length} regions` : ""}`;
  if (tested.length === 0) return `The difference between ${a} and ${b} is undefined in every region`;
  if (ahead.length + behind.length === 0 && alike.length > 0)
    return `${capital(same)}${open > 0 ? `; ${noEvidence} in the other ${open} of ${tested.length} regions` : ""}`;
  if (ahead.length + behind.length === 0)
    return `There is no evidence that ${a} and ${b} differ in ${tested.length === 1 ? (tested[0]?.region ?? "") : `any of ${tested.length} regions`}`;
  if (tested.length === 1) {
    const [better, worse] = ahead.length > 0 ? [a, b] : [b, a];
    return `In ${tested[0]?.region} ${better} predicts better than ${worse}`;
  }
  const better = (one: string, other: string, regions: readonly string[]) =>
    regions.length === 0
      ? []
      : [
          `in ${regions.length} of ${tested.length} regions ${one} predicts better than ${other} (${joinWords(regions, 5)})`,
        ];
  const rest = open === 1 ? "the other one" : `the other ${open}`;
  const parts = [
    ...better(a, b, ahead),
    ...better(b, a, behind),
    ...(taken.length > 0 ? [`that is no win where ${noWinClause(result, taken)}`] : []),
    ...(same === "" ? [] : [same]),
    ...(open > 0 ? [`${noEvidence} in ${rest}`] : []),
  ];
  return capital(parts.join("; "));
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function ofRegions(count: number, regions: readonly string[]): string {
  if (regions.length === 1) return regions[0] ?? "";
  return `${count} of ${regions.length} regions`;
}
