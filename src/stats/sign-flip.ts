import { checkNumber, type Matrix, type Random } from "../core/index.ts";

/** Result of a family of sign-flip tests. */
export interface SignFlip {
  /** p of each test. NaN where nobody has a value. */
  readonly p: Float64Array;
  /** p of each test, corrected over the family by the maximum of the studentised statistic. */
  readonly pMax: Float64Array;
  /** The smallest p that these tests can give. */
  readonly smallestP: number;
  /** Whether all sign patterns were counted. */
  readonly exact: boolean;
  readonly draws: number;
}

/** Test whether the mean over people is above (or differs from) zero by flipping the sign of each person's whole row.
 *
 * Exact up to 16 people: all 2^N patterns; beyond, seeded draws with (b + 1) / (m + 1). The null is that each person's value is as likely
 * positive as negative; one pattern flips all tests of a person, so that the maximum statistic keeps their dependence.
 * @param values (people × tests); a person without a value (NaN) is left out of that test.
 * `exactUpTo` people can be set, at most 24; fewer for many tests at once, where draws are quicker.
 * @param alternative "greater" (mean above zero) or "two-sided".
 * @source Fisher 1935; Nichols and Holmes 2002 (maximum statistic). */
export function testSignFlip(
  values: Matrix<"people", "tests">,
  {
    alternative,
    random,
    draws = 9999,
    exactUpTo = 16,
  }: { alternative: "greater" | "two-sided"; random: Random; draws?: number; exactUpTo?: number },
): SignFlip {
  checkNumber("testSignFlip", "draws", draws, { min: 99, whole: true });
  checkNumber("testSignFlip", "exactUpTo", exactUpTo, { min: 0, max: 24, whole: true });
  const { rows: people, cols: tests } = values;
  const exact = people <= exactUpTo;
  const clean = Float64Array.from(values.data, (v) => (Number.isFinite(v) ? v : 0));
  const counts = peoplePerTest(values);
  const scale = studentScale(clean, people, tests, counts);
  const size = (t: number) => (alternative === "greater" ? t : Math.abs(t));
  const observed = statistics(clean, people, tests, () => 1).map(size);
  const largest = (sums: Float64Array) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < tests; k++)
      if ((counts[k] as number) > 0) most = Math.max(most, student(size(sums[k] as number), k));
    return most;
  };
  const student = (sum: number, k: number) => {
    const n = counts[k] as number;
    const squares = scale[k] as number;
    const rest = squares - (sum * sum) / n;
    return sum / Math.sqrt(Math.max(rest, 1e-12 * squares) || 1);
  };
  const passed = new Float64Array(tests);
  const passedMax = new Float64Array(tests);
  const total = exact ? 2 ** people : draws;
  for (let d = 0; d < total; d++) {
    const sign = exact ? (i: number) => ((d >> i) & 1 ? -1 : 1) : signs(random, people);
    const sums = statistics(clean, people, tests, sign);
    const most = largest(sums);
    for (let k = 0; k < tests; k++) {
      const limit = observed[k] as number;
      const slack = 1e-9 * (Math.sqrt(scale[k] as number) || 1);
      if (size(sums[k] as number) >= limit - slack) passed[k] = (passed[k] as number) + 1;
      if (most >= student(limit, k) - 1e-9 * (Math.abs(student(limit, k)) + 1))
        passedMax[k] = (passedMax[k] as number) + 1;
    }
  }
  const toP = (count: number, k: number) =>
    (counts[k] as number) === 0 ? Number.NaN : exact ? count / total : (count + 1) / (total + 1);
  const smallest = exact ? (alternative === "greater" ? 1 : 2) / total : 1 / (total + 1);
  return {
    p: passed.map(toP),
    pMax: passedMax.map(toP),
    smallestP: Math.min(1, smallest),
    exact,
    draws: total,
  };
}

function statistics(
  values: Float64Array,
  people: number,
  tests: number,
  sign: (person: number) => number,
): Float64Array {
  const out = new Float64Array(tests);
  for (let i = 0; i < people; i++) {
    const s = sign(i);
    for (let k = 0; k < tests; k++) out[k] = (out[k] as number) + s * (values[i * tests + k] as number);
  }
  return out;
}

function signs(random: Random, people: number): (person: number) => number {
  const drawn = Int8Array.from({ length: people }, () => (random.uniform() < 0.5 ? -1 : 1));
  return (i) => drawn[i] as number;
}

function peoplePerTest(values: Matrix): Float64Array {
  const out = new Float64Array(values.cols);
  for (let k = 0; k < values.data.length; k++)
    if (Number.isFinite(values.data[k])) out[k % values.cols] = (out[k % values.cols] as number) + 1;
  return out;
}

/** Sum of squares of each test: unchanged by any flip. */
function studentScale(
  values: Float64Array,
  people: number,
  tests: number,
  counts: Float64Array,
): Float64Array {
  const out = new Float64Array(tests);
  for (let i = 0; i < people; i++)
    for (let k = 0; k < tests; k++)
      if ((counts[k] as number) > 0) out[k] = (out[k] as number) + (values[i * tests + k] as number) ** 2;
  return out;
}
