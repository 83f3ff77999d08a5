import {
  checkNumber,
  EncodingError,
  type Matrix,
  matrix,
  type Random,
  type Responses,
} from "../core/index.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";
import { correlate, fisherMean, meanDefined } from "./scores.ts";

/** Stretches of rows that are measured apart, as [from, to); the results are averaged. Default: all rows. */
export type Segments = readonly (readonly [number, number])[];

/** Share of the variance of a SINGLE presentation that is the same in all presentations, per target.
 *
 * Two-way analysis of variance: signal power = (N · Var(mean over repeats) − mean of Var(repeat)) / (N − 1), divided by the mean of
 * Var(repeat), variances with n − 1. Unbiased in numerator and denominator; negative values are kept.
 * @param repeats at least two presentations of the same stimulus, each (samples × targets).
 * @returns one share a target, in [−1 / (N − 1), 1]; NaN where a target is constant.
 * @throws EncodingError "shape" if fewer than two repeats, or sizes differ. @source Sahani and Linden 2003; Schoppe et al. 2016. */
export function explainableVariance(
  repeats: readonly Responses[],
  { segments }: { segments?: Segments } = {},
): Float64Array {
  return ratioOver("explainableVariance", repeats, segments, (signal, total) => signal / total);
}

/** Share of the variance of the MEAN over repeats that is signal, per target: the highest R² that a perfect model reaches on the mean.
 * @returns signal power / (signal power + noise power / N), which is signal power / Var(mean).
 * @throws EncodingError "shape". @source Schoppe et al. 2016; Spearman–Brown for equal repeats. */
export function reliabilityOfMean(
  repeats: readonly Responses[],
  { segments }: { segments?: Segments } = {},
): Float64Array {
  return ratioOver("reliabilityOfMean", repeats, segments, (signal, _, mean) =>
    mean > 0 ? signal / mean : Number.NaN,
  );
}

/** Reliability of a measure `times` as long as one of reliability r: times · r / (1 + (times − 1) r).
 * @returns NaN where r is so negative that no reliability has it. @source Spearman 1910; Brown 1910. */
export function spearmanBrown(r: number, times: number): number {
  const whole = 1 + (times - 1) * r;
  return whole > 0 ? (times * r) / whole : Number.NaN;
}

/** Reliability of the mean over all repeats from two halves: the mean over one half of the repeats is correlated with the mean over the
 * other, and the correlation is stepped up from half of the repeats to all of them ({@link spearmanBrown}).
 *
 * The halves are odd and even repeats, or, with `splits`, that many random halves, whose correlations are averaged through Fisher's z:
 * less noisy with four repeats and more. An odd number of repeats leaves one out of the halves. Negative values are kept. Still a
 * noisier estimate than {@link reliabilityOfMean}; it is here because many papers report it.
 * @returns one reliability a target; NaN where a half is constant, or the correlation is so negative that no reliability has it.
 * @throws EncodingError "shape" | "option". */
export function splitHalf(
  repeats: readonly Responses[],
  random?: { splits: number; random: Random },
): Float64Array {
  checkRepeats("splitHalf", repeats);
  if (random !== undefined) checkNumber("splitHalf", "splits", random.splits, { min: 1, whole: true });
  const half = Math.floor(repeats.length / 2);
  const oddEven = repeats.map((_, k) => (k % 2 === 0 ? k / 2 : half + (k - 1) / 2));
  const orders =
    random === undefined
      ? [oddEven.slice(0, 2 * half)]
      : Array.from({ length: random.splits }, () => random.random.permutation(repeats.length));
  const rs = orders.map((places) => {
    const place = (from: number) => repeats.filter((_, k) => inHalf(places[k], from, half));
    return correlate(average(place(0)), average(place(half)));
  });
  const targets = repeats[0]?.cols ?? 0;
  return Float64Array.from({ length: targets }, (_, t) => {
    const own = rs.map((r) => r[t] as number);
    return spearmanBrown(own.length === 1 ? (own[0] as number) : fisherMean(own), repeats.length / half);
  });
}

function inHalf(place: number | undefined, from: number, half: number): boolean {
  return place !== undefined && place >= from && place < from + half;
}

/** Leave-one-out inter-subject correlation: each person's course with the mean of the others', within segments, averaged through
 * Fisher's z.
 * @param people responses of people to the same stimulus, each (samples × targets).
 * @returns [person][target]; its square is the share of variance that others' responses predict.
 * @throws EncodingError "shape". @source Hasson et al. 2004; Nastase et al. 2019. */
export function interSubjectCeiling(
  people: readonly Responses[],
  { segments }: { segments?: Segments } = {},
): Float64Array[] {
  checkRepeats("interSubjectCeiling", people);
  return people.map((own, p) => {
    const others = average(people.filter((_, k) => k !== p));
    const parts = (segments ?? [[0, own.rows] as const]).map((s) => correlate(part(own, s), part(others, s)));
    return Float64Array.from({ length: own.cols }, (_, t) => fisherMean(parts.map((r) => r[t] as number)));
  });
}

type Ratio = (signal: number, total: number, mean: number) => number;

function ratioOver(
  name: string,
  repeats: readonly Responses[],
  segments: Segments | undefined,
  ratio: Ratio,
): Float64Array {
  checkRepeats(name, repeats);
  const first = repeats[0] as Responses;
  const whole = average(repeats);
  const n = repeats.length;
  const parts = (segments ?? [[0, first.rows] as const]).map((s) => {
    const single = repeats.map((repeat) => variances(part(repeat, s)));
    const mean = variances(part(whole, s));
    return mean.map((v, t) => {
      const total = meanDefined(single.map((one) => one[t] as number));
      const signal = (n * v - total) / (n - 1);
      return total > 0 ? ratio(signal, total, v) : Number.NaN;
    });
  });
  return Float64Array.from({ length: first.cols }, (_, t) =>
    meanDefined(parts.map((one) => one[t] as number)),
  );
}

function checkRepeats(name: string, repeats: readonly Responses[]): void {
  const first = repeats[0];
  if (first === undefined || repeats.length < 2)
    throw new EncodingError(
      "shape",
      `${name}: needs at least two sets of responses to the same stimulus; got ${repeats.length}.`,
    );
  for (const other of repeats)
    if (other.rows !== first.rows || other.cols !== first.cols)
      throw new EncodingError(
        "shape",
        `${name}: all sets need the same shape; got ${first.rows} × ${first.cols} and ${other.rows} × ${other.cols}.`,
      );
}

function average(list: readonly Responses[]): Responses {
  const first = list[0] as Responses;
  const data = new Float64Array(first.data.length);
  for (const one of list)
    for (let k = 0; k < data.length; k++)
      data[k] = (data[k] as number) + (one.data[k] as number) / list.length;
  return matrix(first.axes, first.rows, first.cols, data);
}

function part<R extends string, C extends string>(
  m: Matrix<R, C>,
  [from, to]: readonly [number, number],
): Matrix<R, C> {
  return matrix(m.axes, to - from, m.cols, m.data.slice(from * m.cols, to * m.cols) as typeof m.data);
}

/** Sample variance of each column; exactly 0 where only rounding varies. */
function variances(m: Matrix): Float64Array {
  return columnMeans(m).map((mean, t) => {
    let sum = 0;
    for (let i = 0; i < m.rows; i++) sum += ((m.data[i * m.cols + t] as number) - mean) ** 2;
    return sum > roundingSquares(m, mean) ? sum / (m.rows - 1) : m.rows > 1 ? 0 : Number.NaN;
  });
}
