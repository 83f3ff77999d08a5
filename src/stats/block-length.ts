import { checkNumber, EncodingError, type Responses } from "../core/index.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";
import { normalCdf, normalQuantile } from "./student.ts";

/** A block length for {@link testBlockPermutation}, and what it is expected to do. */
export interface SuggestedBlock {
  /** Rows of the shortest block that holds the level as allowed; null where half of the longest run is too short for it: shift instead. */
  readonly block: number | null;
  /** Expected false positives with that block; with half of the longest run where `block` is null. */
  readonly expected: number;
}

/** False positives that block permutation is expected to give at a level, from the autocorrelation of responses and predictions.
 *
 * The variance of r under the null is proportional to V = 1 + 2 Σ c(k), c(k) being the product of the autocorrelations of both sides at
 * lag k. Blocks of b rows keep lag k only within blocks, V_b = 1 + 2 Σ (1 − k / b) c(k), so that the test's limit is too low by
 * √(V_b / V) and its rate Φ(−z √(V_b / V)). To first order V_b / V = 1 − m / b with the mean lag m = 2 Σ k c(k) / V: the level
 * .05 becomes .06 at b = 9.4 m and .055 at b = 20 m. Autocorrelations are averaged over targets and runs, and summed up to the first lag
 * at which their product is not positive.
 * @throws EncodingError "shape" | "option"; "value" if a side is constant in all targets. */
export function expectedLevel(
  Y: Responses,
  P: Responses,
  { runLengths, block, level = 0.05 }: { runLengths: readonly number[]; block: number; level?: number },
): number {
  checkNumber("expectedLevel", "block", block, { min: 1, whole: true });
  checkNumber("expectedLevel", "level", level, { min: 1e-6, max: 0.5 });
  return rateOf(sharedCorrelation("expectedLevel", Y, P, runLengths), block, level);
}

/** The shortest block whose expected false positives, see {@link expectedLevel}, are within `allowed`.
 * @param allowed default 1.1 times the level, .055 at .05. @throws EncodingError as {@link expectedLevel}. */
export function suggestBlock(
  Y: Responses,
  P: Responses,
  {
    runLengths,
    level = 0.05,
    allowed = 1.1 * level,
  }: { runLengths: readonly number[]; level?: number; allowed?: number },
): SuggestedBlock {
  checkNumber("suggestBlock", "level", level, { min: 1e-6, max: 0.5 });
  checkNumber("suggestBlock", "allowed", allowed, { min: level, max: 1 });
  const shared = sharedCorrelation("suggestBlock", Y, P, runLengths);
  const longest = Math.floor(Math.max(0, ...runLengths) / 2);
  for (let block = 1; block <= longest; block++) {
    const expected = rateOf(shared, block, level);
    if (expected <= allowed) return { block, expected };
  }
  return { block: null, expected: rateOf(shared, Math.max(1, longest), level) };
}

function rateOf(shared: Float64Array, block: number, level: number): number {
  let [all, kept] = [1, 1];
  for (const [k, c] of shared.entries()) {
    if (k === 0) continue;
    all += 2 * c;
    kept += 2 * c * Math.max(0, 1 - k / block);
  }
  return normalCdf(normalQuantile(level) * Math.sqrt(kept / all));
}

/** Product of the autocorrelations of both sides at lags 0, 1, … up to the last before one that is not positive. */
function sharedCorrelation(
  name: string,
  Y: Responses,
  P: Responses,
  runLengths: readonly number[],
): Float64Array {
  const sum = runLengths.reduce((a, b) => a + b, 0);
  if (sum !== Y.rows || Y.rows !== P.rows)
    throw new EncodingError(
      "shape",
      `${name}: runs, Y and P need the same samples; the runs have ${sum}, Y has ${Y.rows} and P ${P.rows}.`,
    );
  const [y, p] = [centredColumns(Y), centredColumns(P)];
  const out: number[] = [];
  for (let k = 0; 2 * k <= Math.max(0, ...runLengths); k++) {
    const own = [meanAutocorrelation(y, runLengths, k), meanAutocorrelation(p, runLengths, k)] as const;
    if (k === 0 && own.some(Number.isNaN))
      throw new EncodingError("value", `${name}: Y and P must vary in at least one target and run.`);
    if (!(own[0] > 0 && own[1] > 0)) break;
    out.push(own[0] * own[1]);
  }
  return Float64Array.from(out);
}

/** The columns that vary, each about its mean and of length 1. */
function centredColumns(m: Responses): Float64Array[] {
  const means = columnMeans(m);
  return Array.from({ length: m.cols }, (_, t) => {
    const own = Float64Array.from(
      { length: m.rows },
      (_, i) => (m.data[i * m.cols + t] as number) - (means[t] as number),
    );
    const squares = own.reduce((sum, value) => sum + value * value, 0);
    return squares > roundingSquares(m, means[t] as number)
      ? own.map((v) => v / Math.sqrt(squares))
      : undefined;
  }).filter((own) => own !== undefined);
}

/** Mean over columns of the autocorrelation at a lag within runs; NaN without columns. */
function meanAutocorrelation(
  columns: readonly Float64Array[],
  runLengths: readonly number[],
  lag: number,
): number {
  let sum = 0;
  for (const own of columns) {
    let start = 0;
    for (const length of runLengths) {
      for (let i = start + lag; i < start + length; i++) sum += (own[i] as number) * (own[i - lag] as number);
      start += length;
    }
  }
  return sum / columns.length;
}
