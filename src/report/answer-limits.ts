import { emptyCells, equivalenceLimits } from "./equivalence.ts";
import { type Findings, jointSpaces } from "./findings.ts";
import { countOf, formatNumber, formatP, joinWords } from "./format.ts";
import { reliabilitySentence } from "./reliability.ts";
import type { StudyResult } from "./result.ts";

const senses = /multi-?modal|vision[- ]language|audio-?visual|both senses|cross-?modal/i;

/** What the reader must not take from the answer: what was not found, what the test could show, whom it speaks for, and what prediction
 * means. */
export function limitsOf(result: StudyResult, findings: Findings): readonly string[] {
  return [
    ...noEvidence(result, findings),
    ...equivalenceLimits(result, findings),
    testSentence(result),
    ...(isUndefined(findings) ? [] : [peopleSentence(result)]),
    ...reliabilitySentence(result),
    ...readingSentences(result, findings),
    ...aloneSentence(result),
    ...twinSentences(result),
  ];
}

function isUndefined({ nothing, wins, takenAway, controlWins, predicted, notPredicted }: Findings): boolean {
  return [nothing, wins, takenAway, controlWins, predicted, notPredicted].every((list) => list.length === 0);
}

function noEvidence(
  result: StudyResult,
  { nothing, undefinedCells, wins, takenAway, controlWins }: Findings,
): readonly string[] {
  const out: string[] = [];
  const found = new Set([...wins, ...takenAway, ...controlWins].map((cell) => cell.space));
  const open = new Set(nothing.map((cell) => cell.space));
  const nowhere = result.spaces.map(({ name }) => name).filter((name) => open.has(name) && !found.has(name));
  if (nothing.length > 0) {
    const tested = nothing.length + wins.length + takenAway.length + controlWins.length;
    const count = `${nothing.length} of ${countOf(tested, "tested cell")} (region × feature space)`;
    const names =
      found.size > 0 && nowhere.length > 0
        ? ` None was found in any region for ${joinWords(nowhere, 8)}.`
        : "";
    out.push(
      `No evidence of unique variance in ${count}; that is not evidence of its absence, and the intervals in the table say how much could have been missed.${names}${emptyCells(result, nothing)}`,
    );
  }
  if (undefinedCells.length > 0)
    out.push(
      `Undefined in ${countOf(undefinedCells.length, "cell")} (—): there the data give no score or no test, which is neither zero nor a finding.`,
    );
  return out;
}

function testSentence({ tests, comparisons }: StudyResult): string {
  const { test, correction, level, smallestP } = tests;
  const smallest = formatP(smallestP, tests);
  const level1 = formatNumber(level, String(level).split(".")[1]?.length ?? 0);
  const pairs =
    comparisons.length > 0 ? " Models are compared two-sided, and corrected as a family of their own." : "";
  const start = `Found means: corrected p ≤ ${level1} (${test}; ${correction}).${pairs}`;
  if (!Number.isFinite(smallestP)) return start;
  if (smallestP > level)
    return `${start} The smallest p that this test can give with these data is ${smallest}: nothing could have been found at this level, whatever the truth.`;
  return `${start} The smallest p that this test can give with these data is ${smallest}, before correction.`;
}

function peopleSentence({ participants, tests }: StudyResult): string {
  if (participants.length === 1)
    return "One person was measured: the result speaks for these recordings of this person and carries no claim about other people.";
  const few = participants.length < 6 ? `, and ${participants.length} people are few` : "";
  if (tests.unit === "people")
    return `What is said here is about people like the ${participants.length} who were measured, with these stimuli${few}.`;
  return `The test does not treat the ${participants.length} people as a sample: it speaks for these people, with these stimuli${few}.`;
}

function readingSentences(result: StudyResult, { wins }: Findings): readonly string[] {
  const out: string[] = [];
  if (wins.length > 0)
    out.push(
      "Unique variance is about prediction: the responses vary with something that this feature space has and the other spaces of the model lack. It names no mechanism.",
    );
  const several = result.regions.filter((region) => wins.filter((cell) => cell.region === region).length > 1);
  if (several.length > 0)
    out.push(
      `More than one feature space adds variance in ${joinWords(several, 6)}: the responses carry information of each. That alone cannot show that a region integrates them.`,
    );
  const names = [
    result.question,
    result.title,
    ...[...result.spaces, ...result.models].map(({ name, description }) => `${name} ${description}`),
  ];
  if (senses.test(names.join("\n")))
    out.push(
      "Better prediction by a model trained on several senses can show that such training helps; silent movies or single images cannot show that a region integrates senses.",
    );
  return out;
}

function aloneSentence(result: StudyResult): readonly string[] {
  const joint = new Set(jointSpaces(result));
  const alone = result.spaces.map(({ name }) => name).filter((name) => !joint.has(name));
  if (alone.length === 0) return [];
  return [
    `Fitted alone for comparison, not part of the joint model, and so without unique variance: ${joinWords(alone)}.`,
  ];
}

function twinSentences({ comparisons, models }: StudyResult): readonly string[] {
  if (comparisons.length === 0) return [];
  const known = new Set(comparisons.flatMap(({ unmatched }) => unmatched ?? []));
  if (known.size > 0)
    return [
      `The compared models also differ in ${joinWords([...known])}: a difference in score cannot be put down to one of these or to the training signal alone.`,
    ];
  if (comparisons.every(({ unmatched }) => unmatched !== undefined))
    return models.length === 0
      ? []
      : [
          "The compared models are matched twins by their own records: the same sizes, vocabulary, seed, data, steps and batch, the same pooling, layers, components and delays here; only the training signal differs.",
        ];
  return [
    "The record does not say that the compared models are matched twins: a difference in score cannot be put down to one property of them.",
  ];
}

/** How much of what the virtual laboratory planted was found, and what was found besides; empty for real data. */
export function recoverySentence({ recovery }: StudyResult): string {
  if (recovery === null) return "";
  const { found, plantedTotal, falseCells, falseRegions } = recovery;
  const wrong =
    falseCells.length === 0
      ? "nothing was found where nothing was planted"
      : `${countOf(falseCells.length, "cell")} ${falseCells.length === 1 ? "was" : "were"} found that ${falseCells.length === 1 ? "was" : "were"} not planted, in ${joinWords(falseRegions, 6)}`;
  return `The truth of this virtual laboratory is known: ${found} of ${countOf(plantedTotal, "planted effect")} ${plantedTotal === 1 ? "was" : "were"} recovered in full, and ${wrong}.`;
}
