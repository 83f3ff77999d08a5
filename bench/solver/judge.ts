import { matrix } from "../../src/core/index.ts";
import type { Linalg } from "../../src/linalg/index.ts";
import type { Answer } from "./agreement.ts";
import type { Case } from "./cases.ts";
import { type BenchData, pickTargets } from "./data.ts";
import { fitCase, joinBands } from "./fit-case.ts";

const most = 60;

/** Largest difference of the exact scores of two choices, over the targets where they differ.
 *
 * Each choice is scored by itself in float64, nothing interpolated, so that neither side's rounding is in the verdict.
 * @returns NaN if no target differs or so many pairs were chosen that scoring them would take longer than the fit. */
export async function judgeChoices(
  one: Case,
  data: BenchData,
  differing: Int32Array,
  [a, b]: readonly [Answer, Answer],
  linalg: Linalg,
): Promise<number> {
  const pairs = new Set<string>();
  const pairOf = (answer: Answer, t: number) => `${answer.weightingIndex[t]} ${answer.alphaIndex[t]}`;
  for (const t of differing) for (const answer of [a, b]) pairs.add(pairOf(answer, t));
  if (pairs.size === 0 || pairs.size > most) return Number.NaN;
  const few = joinBands(pickTargets(data, differing));
  const scores = new Map<string, ArrayLike<number>>();
  for (const pair of pairs) scores.set(pair, await scorePair(one, few, pair, linalg));
  let largest = 0;
  for (const [k, t] of differing.entries()) {
    const score = (answer: Answer) => scores.get(pairOf(answer, t))?.[k] as number;
    largest = Math.max(largest, Math.abs(score(a) - score(b)));
  }
  return largest;
}

async function scorePair(
  one: Case,
  data: BenchData,
  pair: string,
  linalg: Linalg,
): Promise<ArrayLike<number>> {
  const [w, a] = pair.split(" ").map(Number) as [number, number];
  const { weightings, alphas } = data;
  const weights = weightings.data.slice(w * weightings.cols, (w + 1) * weightings.cols);
  const only = {
    ...data,
    weightings: matrix(weightings.axes, 1, weightings.cols, weights),
    alphas: alphas.slice(a, a + 1),
  };
  return (await fitCase({ ...one, dtype: "float64" }, only, linalg, 0)).cvScores.data;
}
