import { checkNumber, EncodingError, type Matrix, matrix, type Random } from "../core/index.ts";
import { testSignFlip } from "./sign-flip.ts";

/** Result of a family of equivalence tests. */
export interface Equivalence {
  /** p of "the mean lies outside ±delta", the larger of both one-sided p; small: no difference larger than delta. NaN without a value. */
  readonly p: Float64Array;
  /** The smallest delta at which this test is significant at `level`: what the data can exclude. Infinity where no delta would do. */
  readonly bound: Float64Array;
  readonly level: number;
  /** The smallest p that these tests can give. */
  readonly smallestP: number;
  readonly exact: boolean;
  readonly draws: number;
}

/** Test that a mean difference is smaller than `delta` either way, so that *no difference worth naming* can be concluded and not only not
 * refuted: two one-sided sign-flip tests, against −delta and against +delta.
 *
 * The unit is the row: people, or blocks of held-out time where no claim about people is made. Exact up to 16 rows, seeded draws beyond.
 * Choose delta before looking, from what difference would matter; `bound` says what the data could have excluded. Holds its level where
 * differences are symmetric about their mean.
 * @param values differences, (people × tests); a person without a value (NaN) is left out of that test.
 * @param delta largest difference that counts as none, > 0, in the unit of the values.
 * @throws EncodingError "option". @source Schuirmann 1987 (two one-sided tests); Hartigan 1969 (bound from means of subsets). */
export function testEquivalence(
  values: Matrix<"people", "tests">,
  {
    delta,
    random,
    draws = 9999,
    level = 0.05,
  }: { delta: number; random: Random; draws?: number; level?: number },
): Equivalence {
  if (!(delta > 0) || !Number.isFinite(delta))
    throw new EncodingError(
      "option",
      `testEquivalence: delta must be above 0, the largest difference that counts as none; got ${delta}.`,
    );
  checkNumber("testEquivalence", "level", level, { min: 0, max: 0.5 });
  const against = (sign: 1 | -1) => {
    const shifted = Float64Array.from(values.data, (value) => delta + sign * value);
    const table = matrix(values.axes, values.rows, values.cols, shifted);
    return testSignFlip(table, { alternative: "greater", random: random.stream(`against ${sign}`), draws });
  };
  const [above, below] = [against(1), against(-1)];
  return {
    p: above.p.map((p, k) => Math.max(p, below.p[k] as number)),
    bound: excludedBound(values, { level, exact: above.exact, draws, random: random.stream("bound") }),
    level,
    smallestP: above.smallestP,
    exact: above.exact,
    draws: above.draws,
  };
}

/** The infimum of deltas with p ≤ level. Flipping the signs of a set S of rows keeps the sum at least as large where the mean over S
 * of value + delta is at most 0, so that p counts the means of subsets; the bound is an order statistic of them. */
function excludedBound(
  values: Matrix,
  how: { level: number; exact: boolean; draws: number; random: Random },
): Float64Array {
  const { level, exact, draws, random } = how;
  const sets = exact ? 2 ** values.rows : draws;
  const member = exact
    ? (d: number, i: number) => ((d >> i) & 1) === 1
    : drawMembers(values.rows, draws, random);
  const out = new Float64Array(values.cols);
  const means = new Float64Array(sets);
  for (let k = 0; k < values.cols; k++) {
    const own = Array.from({ length: values.rows }, (_, i) => values.data[i * values.cols + k] as number);
    let count = 0;
    let empty = exact ? 0 : 1; // sets without a row keep the sum as it is; a draw counts the data themselves once more
    for (let d = 0; d < sets; d++) {
      let [sum, n] = [0, 0];
      for (const [i, value] of own.entries())
        if (member(d, i) && Number.isFinite(value)) {
          sum += value;
          n++;
        }
      if (n === 0) empty++;
      else means[count++] = sum / n;
    }
    out[k] = own.some(Number.isFinite)
      ? boundOf(means.slice(0, count).sort(), level * (exact ? sets : sets + 1) - empty)
      : Number.NaN;
  }
  return out;
}

/** @param sorted means of subsets. @param allowed how many of them may lie beyond the bound, on each side. */
function boundOf(sorted: Float64Array, allowed: number): number {
  const many = Math.floor(allowed + 1e-9);
  if (many < 0 || sorted.length === 0) return Number.POSITIVE_INFINITY;
  const low = sorted[Math.min(many, sorted.length - 1)] as number;
  const high = sorted[Math.max(0, sorted.length - 1 - many)] as number;
  return Math.max(0, -low, high);
}

function drawMembers(rows: number, draws: number, random: Random): (d: number, i: number) => boolean {
  const drawn = Uint8Array.from({ length: rows * draws }, () => (random.uniform() < 0.5 ? 1 : 0));
  return (d, i) => drawn[d * rows + i] === 1;
}
