import { checkNumber, EncodingError, type Matrix, matrix, type Random } from "../core/index.ts";
import { testSignFlip } from "./sign-flip.ts";

/** Result of a family of equivalence tests. */
export interface Equivalence {
  /** p of "the mean lies outside ±delta", the larger of both one-sided p; small: no difference larger than delta. NaN without a value or
   * without delta. */
  readonly p: Float64Array;
  /** p corrected over the family by the maximum statistic, over both sides of all tests at once. */
  readonly pMax: Float64Array;
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
 * differences are symmetric about their mean. p and bound count the same sign patterns, so that p ≤ level exactly where delta is above the bound.
 * @param values differences, (people × tests); a person without a value (NaN) is left out of that test.
 * @param delta largest difference that counts as none, > 0, in the unit of the values; without it there is a bound and no p.
 * @throws EncodingError "option". @source Schuirmann 1987 (two one-sided tests); Hartigan 1969 (bound from means of subsets). */
export function testEquivalence(
  values: Matrix<"people", "tests">,
  {
    delta,
    random,
    draws = 9999,
    level = 0.05,
  }: { delta?: number; random: Random; draws?: number; level?: number },
): Equivalence {
  if (delta !== undefined && !(delta > 0 && Number.isFinite(delta)))
    throw new EncodingError(
      "option",
      `testEquivalence: delta must be above 0, the largest difference that counts as none; got ${delta}.`,
    );
  checkNumber("testEquivalence", "level", level, { min: 0, max: 0.5 });
  const { rows, cols } = values;
  // columns of a test against −delta, then those of the test against +delta; none without delta
  const sides = delta === undefined ? 0 : 2 * cols;
  const shifted = Float64Array.from({ length: sides * rows }, (_, at) => {
    const [row, k] = [Math.floor(at / sides), at % sides];
    return (delta as number) + (k < cols ? 1 : -1) * (values.data[row * cols + (k % cols)] as number);
  });
  const patterns = () => random.stream("patterns"); // the same for p and bound
  const flip = testSignFlip(matrix(values.axes, rows, sides, shifted), {
    alternative: "greater",
    random: patterns(),
    draws,
  });
  const larger = (p: Float64Array) =>
    Float64Array.from({ length: cols }, (_, k) =>
      delta === undefined ? Number.NaN : Math.max(p[k] as number, p[cols + k] as number),
    );
  const { exact, smallestP } = flip;
  return {
    p: larger(flip.p),
    pMax: larger(flip.pMax),
    bound: excludedBound(values, { level, exact, draws, random: patterns() }),
    level,
    smallestP,
    exact,
    draws: flip.draws,
  };
}

/** The infimum of deltas with p ≤ level. Flipping the signs of a set S of rows keeps the sum at least as large where the mean over S
 * of value + delta is at most 0, so that p counts the means of subsets; the bound is an order statistic of them. */
function excludedBound(
  values: Matrix,
  how: { level: number; exact: boolean; draws: number; random: Random },
): Float64Array {
  const { level, exact, draws, random } = how;
  const meansOf = exact ? meansOfSubsets : meansOfDrawn(values.rows, draws, random);
  const out = new Float64Array(values.cols);
  for (let k = 0; k < values.cols; k++) {
    const own = Array.from({ length: values.rows }, (_, i) => values.data[i * values.cols + k] as number);
    const all = meansOf(own);
    const means = all.filter((mean) => !Number.isNaN(mean));
    // sets without a value keep the sum as it is; a draw counts the data themselves once more
    const empty = all.length - means.length + (exact ? 0 : 1);
    out[k] = own.some(Number.isFinite)
      ? boundOf(means, level * (all.length + (exact ? 0 : 1)) - empty)
      : Number.NaN;
  }
  return out;
}

/** Mean of the finite values of every subset of rows; NaN where it has none. */
function meansOfSubsets(own: readonly number[]): Float64Array {
  const [sums, counts] = [new Float64Array(2 ** own.length), new Uint8Array(2 ** own.length)];
  for (const [i, value] of own.entries()) {
    const [size, one] = [2 ** i, Number.isFinite(value) ? 1 : 0];
    for (let set = 0; set < size; set++) {
      sums[size + set] = (sums[set] as number) + (one ? value : 0);
      counts[size + set] = (counts[set] as number) + one;
    }
  }
  return sums.map((sum, set) => sum / (counts[set] as number)); // 0 / 0: NaN
}

/** The same for subsets drawn as a sign-flip test draws the rows that it turns. */
function meansOfDrawn(rows: number, draws: number, random: Random): (own: readonly number[]) => Float64Array {
  const drawn = Uint8Array.from({ length: rows * draws }, () => (random.uniform() < 0.5 ? 1 : 0));
  return (own) => {
    const known = Float64Array.from(own, (value) => (Number.isFinite(value) ? 1 : 0));
    const values = Float64Array.from(own, (value) => (Number.isFinite(value) ? value : 0));
    const out = new Float64Array(draws);
    for (let d = 0; d < draws; d++) {
      let [sum, n] = [0, 0];
      for (let i = 0; i < rows; i++)
        if (drawn[d * rows + i] === 1) {
          sum += values[i] as number;
          n += known[i] as number;
        }
      out[d] = sum / n;
    }
    return out;
  };
}

/** @param means of subsets; changed. @param allowed how many of them may lie beyond the bound, on each side. */
function boundOf(means: Float64Array, allowed: number): number {
  const many = Math.floor(allowed + 1e-9);
  const last = means.length - 1;
  if (many < 0 || last < 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, -select(means, Math.min(many, last)), select(means, Math.max(0, last - many)));
}

/** The value that would stand at place `k` if the list were sorted, which it partly is afterwards. @source Hoare 1961 (quickselect). */
function select(list: Float64Array, k: number): number {
  let [from, to] = [0, list.length - 1];
  while (from < to) {
    const pivot = list[(from + to) >> 1] as number;
    let [i, j] = [from, to];
    while (i <= j) {
      while ((list[i] as number) < pivot) i++;
      while ((list[j] as number) > pivot) j--;
      if (i > j) break;
      const held = list[i] as number;
      list[i++] = list[j] as number;
      list[j--] = held;
    }
    if (k <= j) to = j;
    else if (k >= i) from = i;
    else break;
  }
  return list[k] as number;
}
