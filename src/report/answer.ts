import { leadOf } from "./answer-lead.ts";
import { limitsOf, recoverySentence } from "./answer-limits.ts";
import { modelDetails, modelTruth } from "./answer-models.ts";
import { smallClause } from "./equivalence.ts";
import {
  ceilingName,
  controlNames,
  controlsThatReach,
  type Findings,
  holdsZero,
  isLoss,
  isPredicted,
  jointTakenBy,
  readFindings,
  shareOfCeiling,
  takenBy,
} from "./findings.ts";
import { countOf, equalP, formatInterval, formatR, formatR2, formatShare, joinWords } from "./format.ts";
import { isControlPair, judgeModels, type ModelVerdict } from "./model-verdicts.ts";
import type { Cell, Comparison, Estimate, StudyResult } from "./result.ts";

/** The answer of a study in sentences, most important first. Plain text: escape it before it goes into HTML. */
export interface Answer {
  /** One or two sentences: what was found, where, and whether a control space does as well. */
  readonly lead: string;
  /** What else is to be said of foundation models and their controls; empty without them. */
  readonly models: string;
  /** For the virtual laboratory, how much of what was planted came back; empty for real data. */
  readonly truth: string;
  /** Which regions the joint model predicts at all. */
  readonly predicted: string;
  /** One entry a region (or compared pair × region) with something found, with its numbers. */
  readonly findings: readonly { readonly name: string; readonly text: string }[];
  /** What was not found, what this test could have shown, and how far the words may be taken. */
  readonly limits: readonly string[];
}

/** Put the statistics of a study into plain sentences that they carry.
 *
 * Only corrected results count as found; everything else is "no evidence", which is never said to be an absence. A control space
 * that also wins is named in the first sentence. One person carries no claim about people. Deterministic: same record, same words. */
export function answerStudy(result: StudyResult): Answer {
  const findings = readFindings(result);
  return {
    lead: leadOf(result, findings),
    models: modelDetails(result),
    truth: [recoverySentence(result), modelTruth(result)].filter((text) => text !== "").join(" "),
    predicted: predictedSentence(result, findings),
    findings: [...comparisonFindings(result, findings), ...regionFindings(result, findings)],
    limits: limitsOf(result, findings),
  };
}

/** The answer as plain text with line breaks, for a terminal. */
export function answerText(result: StudyResult): string {
  const answer = answerStudy(result);
  const findings = answer.findings.map(({ name, text }) => `- ${name}: ${text}`);
  const between = [answer.models, answer.truth].filter((text) => text !== "").flatMap((text) => [text, ""]);
  const warnings = result.warnings.map((text) => `Warning: ${text}`);
  return [
    result.question,
    "",
    answer.lead,
    "",
    ...between,
    answer.predicted,
    ...findings,
    "",
    ...warnings,
    ...answer.limits,
    "",
  ].join("\n");
}

function predictedSentence(result: StudyResult, findings: Findings): string {
  const { predicted, undefinedRegions } = findings;
  const total = result.regionScores.length;
  const sentences: string[] = [];
  if (predicted.length > 0)
    sentences.push(
      `All feature spaces together predict ${total === 1 ? "the region" : `${predicted.length} of ${total} regions`}: ${withR(predicted, total > 12 ? 3 : 10)}.`,
    );
  sentences.push(...notPredictedSentence(result, findings));
  if (undefinedRegions.length > 0) {
    const names = undefinedRegions.map(({ region }) => region);
    sentences.push(
      `The score or its test is undefined in ${countOf(names.length, "region")}: ${joinWords(names, 6)}.`,
    );
  }
  sentences.push(...controlsSentence(result));
  return sentences.join(" ");
}

/** What the controls that run by themselves predict: nothing, if all is well. */
function controlsSentence(result: StudyResult): readonly string[] {
  const names = [...new Set(result.controls.map(({ control }) => control))];
  if (names.length === 0) return [];
  const found = result.controls.filter(({ significant }) => significant);
  const own = `control${names.length > 1 ? "s" : ""} that ${names.length > 1 ? "run" : "runs"} beside every study`;
  if (found.length === 0)
    return [
      `No evidence that the ${own} (${joinWords(names)}) ${names.length > 1 ? "predict" : "predicts"} any region.`,
    ];
  const parts = names.flatMap((name) => {
    const regions = found.filter(({ control }) => control === name).map(({ region }) => region);
    return regions.length === 0 ? [] : [`${name} in ${joinWords(regions, 6)}`];
  });
  return [
    `Of the ${own}, these predict too, which know nothing of what the stimuli mean: ${parts.join("; ")}.${jointSentence(result)}`,
  ];
}

function jointSentence(result: StudyResult): string {
  const regions = result.regions.filter((region) => jointTakenBy(result, region).length > 0);
  if (regions.length === 0) return "";
  return ` In ${joinWords(regions, 6)} all feature spaces together are not shown to do better.`;
}

function notPredictedSentence(
  { tests }: StudyResult,
  { predicted, notPredicted }: Findings,
): readonly string[] {
  if (notPredicted.length === 0) return [];
  const who = predicted.length > 0 ? "they" : "all feature spaces together";
  const many = notPredicted.length > 1;
  const what = many
    ? `any of the ${predicted.length > 0 ? "other " : ""}${countOf(notPredicted.length, "region")}: `
    : "";
  const p = equalP(Math.min(...notPredicted.map(({ pCorrected }) => pCorrected)), tests);
  const names = withR(notPredicted, notPredicted.length > 12 ? 3 : 6);
  return [`No evidence that ${who} predict ${what}${names}; ${many ? "smallest " : ""}corrected p ${p}.`];
}

function withR(scores: Findings["predicted"], most: number): string {
  const names = scores.map(({ region, r }) => `${region} (r ${formatR(r.mean)})`);
  return joinWords(names, most);
}

function regionFindings(result: StudyResult, { wins, takenAway, controlWins }: Findings): Answer["findings"] {
  const controls = controlNames(result);
  return result.regions.flatMap((region) => {
    const cells = [...wins, ...takenAway, ...controlWins].filter((cell) => cell.region === region);
    if (cells.length === 0) return [];
    const first = cells.map((cell) => cellClause(result, cell, controls.has(cell.space)));
    const sentences = [`${first.join("; ")}.`, ...reachSentences(result, cells)];
    const score = result.regionScores.find((other) => other.region === region);
    if (score !== undefined && isLoss(result, region))
      sentences.push(
        `The joint R² is ${formatR2(score.r2.mean)}, not above zero: what is added makes the error of prediction smaller, and is no share of variance explained.`,
      );
    if (score !== undefined && !isPredicted(score))
      sentences.push(
        "There is no evidence that all feature spaces together predict this region, so take this with care.",
      );
    return [{ name: region, text: sentences.join(" ") }];
  });
}

function cellClause(result: StudyResult, cell: Cell, control: boolean): string {
  const ratio = shareOfCeiling(result, cell);
  const share = Number.isFinite(ratio) ? `, ${formatShare(ratio)} of the ${ceilingName(result)}` : "";
  const name = control ? `${cell.space} (a control)` : cell.space;
  const zero = holdsZero(cell.unique) ? "; the interval holds zero" : "";
  return `${name} adds R² ${estimate(cell.unique)}${share} (${evidence(result, cell)}${zero})`;
}

function reachSentences(result: StudyResult, cells: readonly Cell[]): readonly string[] {
  return cells.flatMap((cell) => {
    const taken = takenBy(result, cell);
    if (taken.length > 0)
      return [
        `No win of ${cell.space}: it is not shown to score higher than ${joinWords(taken.map((name) => withAlone(result, cell, name)))}, which knows nothing of the content. A control that stands in the joint model (\`control: true\`) shows what is added to it.`,
      ];
    const reaching = controlsThatReach(result, cell);
    if (reaching.length === 0) return [];
    const names = reaching.map(({ space, alone }) => `${space} (R² ${formatR2(alone.mean)})`);
    return [
      `Alone, the control ${joinWords(names)} scores at least as high as ${cell.space} (R² ${formatR2(cell.alone.mean)}).`,
    ];
  });
}

function withAlone(result: StudyResult, { region }: Cell, control: string): string {
  const own = result.cells.find((cell) => cell.region === region && cell.space === control);
  return own ? `the control ${control} (R² alone ${formatR2(own.alone.mean)})` : `the control ${control}`;
}

function comparisonFindings(result: StudyResult, { differences, alike }: Findings): Answer["findings"] {
  const asked = differences.filter((own) => !isControlPair(result, own)); // controls serve the pairs that are asked for
  const models = new Set(
    result.comparisons.filter((own) => !isControlPair(result, own)).map(({ a, b }) => `${a}\n${b}`),
  );
  const verdicts = judgeModels(result).flatMap(({ regions }) => regions);
  const nameOf = ({ a, b, region }: Comparison) =>
    models.size > 1 ? `${region}, ${a} against ${b}` : region;
  const same = alike.filter((own) => !isControlPair(result, own));
  const different = asked.map((comparison) => {
    const { a, b, difference } = comparison;
    const [ahead, behind] = difference.mean > 0 ? [a, b] : [b, a];
    const small = smallClause(result, comparison);
    return {
      name: nameOf(comparison),
      text: `${ahead} scores higher than ${behind} by R² ${estimate(ahead === a ? difference : turned(difference))} (${evidence(result, ahead === a ? comparison : turnedCount(comparison))}).${noWin(verdicts.find(({ pair: own }) => own === comparison))}${small === "" ? "" : ` The difference is there, but ${small}.`}`,
    };
  });
  const none = same.map((comparison) => ({
    name: nameOf(comparison),
    text: `${comparison.a} and ${comparison.b} differ by R² ${estimate(comparison.difference)}; ${smallClause(result, comparison)}.`,
  }));
  return [...different, ...none];
}

/** Why being ahead of a model is no win. */
function noWin(verdict: ModelVerdict | undefined): string {
  if (verdict === undefined || verdict.win) return "";
  const { sharedWith, notAbove, behind } = verdict;
  const reasons = [
    ...(sharedWith.length > 0 ? [`${joinWords(sharedWith)} scores higher than ${behind} too`] : []),
    ...(notAbove.length > 0 ? [`it is not shown to score higher than ${joinWords(notAbove)}`] : []),
  ];
  return ` No win: ${reasons.join("; ")}.`;
}

function evidence(
  result: StudyResult,
  tested: { pCorrected: number; perPerson: readonly number[]; inFavour: number },
): string {
  const p = `corrected p ${equalP(tested.pCorrected, result.tests)}`;
  const people = tested.perPerson.filter(Number.isFinite).length;
  return people > 1 ? `${p}, ${tested.inFavour} of ${people} people` : p;
}

function estimate({ mean, low, high }: Estimate): string {
  const interval = formatInterval(low, high, formatR2);
  return interval === "—" ? formatR2(mean) : `${formatR2(mean)} ${interval}`;
}

function turned({ mean, low, high }: Estimate): Estimate {
  return { mean: -mean, low: -high, high: -low };
}

function turnedCount(comparison: Comparison): Comparison {
  return { ...comparison, inFavour: comparison.perPerson.filter((value) => value < 0).length };
}
