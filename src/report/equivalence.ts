import type { Findings } from "./findings.ts";
import { countOf, equalP, formatNumber, formatP, formatR2, joinWords } from "./format.ts";
import { isControlPair } from "./model-verdicts.ts";
import type { Cell, Comparison, Equivalence, StudyResult } from "./result.ts";

/** The smallest margin that a difference is concluded to be below, rounded up so that it stays true; a dash where the data exclude nothing. */
export function formatBound({ bound }: Equivalence): string {
  return formatR2(Math.max(1, Math.ceil(bound * 1000 - 1e-9)) / 1000);
}

/** `R² .01`: the margin as the settings write it; null: none is declared. */
export function marginText({ tests }: Pick<StudyResult, "tests">): string | null {
  const { margin } = tests.equivalence;
  if (margin === null) return null;
  return `R² ${formatNumber(margin, Math.max(2, String(margin).split(".")[1]?.length ?? 0))}`;
}

/** Head and text of the column that says what the data exclude: `.006`, with a margin `≈ .006 (p .0039)`. */
export const boundHead = "Less than";

/** See {@link boundHead}. */
export function boundCell({ tests }: Pick<StudyResult, "tests">, own: Equivalence): string {
  const text = boundMark(own);
  if (tests.equivalence.margin === null || !Number.isFinite(own.pCorrected)) return text;
  return `${text} (p ${formatP(own.pCorrected, tests)})`;
}

/** The same without p, where there is little room. */
export function boundMark(own: Equivalence): string {
  return `${own.equivalent ? "≈ " : ""}${formatBound(own)}`;
}

/** What the column means, under a table. @param where its p stands. @param none what stands where nothing is excluded. */
export function boundNote(result: Pick<StudyResult, "tests">, where = "in brackets", none = "—"): string {
  const { test } = result.tests.equivalence;
  const margin = marginText(result);
  const start = `${boundHead}: the smallest margin that the difference is concluded to be below, either way, at ${formatNumber(result.tests.level, 2)} and each row by itself (${test}); ${none}: no difference is excluded, however large.`;
  if (margin === null) return start;
  return `${start} ≈: concluded to be less than ${margin}; its p ${where}, corrected as a family of its own.`;
}

/** `in V1 and V2 a and b differ by less than R² .01 (largest corrected p = .0039)`; empty for no comparison. */
export function alikeClause(
  result: Pick<StudyResult, "tests">,
  a: string,
  b: string,
  alike: readonly Comparison[],
): string {
  if (alike.length === 0) return "";
  const names = alike.map(({ region }) => region);
  return `in ${joinWords(names, 5)} ${a} and ${b} differ by less than ${marginText(result)} (${largestP(result, alike)})`;
}

function largestP({ tests }: Pick<StudyResult, "tests">, tested: readonly { equivalence: Equivalence }[]) {
  const p = equalP(Math.max(...tested.map(({ equivalence }) => equivalence.pCorrected)), tests);
  return tested.length === 1 ? `corrected p ${p}` : `largest corrected p ${p}`;
}

/** Of one difference: `either way it is less than R² .01 (corrected p = .0039)`; empty where that is not concluded. */
export function smallClause(result: Pick<StudyResult, "tests">, { equivalence }: Comparison): string {
  if (!equivalence.equivalent) return "";
  return `either way it is less than ${marginText(result)} (${largestP(result, [{ equivalence }])})`;
}

/** What "no evidence of a difference" between compared models may be taken for: nothing, unless equivalence was tested and concluded. */
export function equivalenceLimits(result: StudyResult, { alike, differences }: Findings): readonly string[] {
  const asked = result.comparisons.filter((own) => !isControlPair(result, own));
  const tested = asked.filter((own) => Number.isFinite(own.pCorrected));
  const open = tested.filter((own) => !alike.includes(own) && !differences.includes(own));
  if (open.length === 0) return [];
  const margin = marginText(result);
  const count = `${open.length} of ${countOf(tested.length, "compared pair")} (× region)`;
  if (margin === null)
    return [
      `No evidence of a difference in ${count}; that is not evidence that there is none: equivalence was not asked for (tests.equivalence in the settings), and the column “${boundHead.toLowerCase()}” says how large a difference these data exclude.`,
    ];
  return [
    `No evidence either way in ${count}: neither that the two differ nor that they differ by less than ${margin}.`,
  ];
}

/** Of cells without a finding: how many are concluded to add less than the margin; empty without a margin. */
export function emptyCells(result: StudyResult, nothing: readonly Cell[]): string {
  const margin = marginText(result);
  if (margin === null || nothing.length === 0) return "";
  const small = nothing.filter(({ equivalence }) => equivalence.equivalent);
  if (small.length === 0) return ` In none of them is it concluded to be less than ${margin}.`;
  const names = result.spaces.flatMap(({ name }) => {
    const regions = small.filter(({ space }) => space === name).map(({ region }) => region);
    return regions.length === 0 ? [] : [`${name} in ${joinWords(regions, 5)}`];
  });
  return ` In ${small.length} of them it is concluded to be less than ${margin} either way (${largestP(result, small)}): ${names.join("; ")}.`;
}
