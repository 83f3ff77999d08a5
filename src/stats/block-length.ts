import { checkNumber, EncodingError, type Responses } from "../core/index.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";
import { normalCdf, normalQuantile } from "./student.ts";

/** A block length, and what it is expected to do. */
export interface SuggestedBlock {
  /** Rows of the shortest block that holds the level as allowed; null where half of the longest run is too short for it. */
  readonly block: number | null;
  /** Expected false positives with that block; with half of the longest run where `block` is null. */
  readonly expected: number;
}

/** What is asked of a block. */
export interface BlockWanted {
  /** Rows of each run, in order. */
  readonly runLengths: readonly number[];
  readonly level?: number;
  /** False positives that are acceptable at `level`; default 1.1 times the level, .055 at .05. */
  readonly allowed?: number;
  /** Shortest block, default 10 (TRs). */
  readonly least?: number;
}

/** False positives that {@link testBlockPermutation} is expected to give at a level, from the autocorrelation of responses and predictions.
 *
 * The variance of r under the null is proportional to V = 1 + 2 Σ c(k), c(k) being the product of the autocorrelations of both sides at
 * lag k. Blocks of b rows keep lag k only within blocks, V_b = 1 + 2 Σ (1 − k / b) c(k), so that the test's limit is too low by
 * √(V_b / V) and its rate Φ(−z √(V_b / V)). To first order V_b / V = 1 − m / b with the mean lag m = 2 Σ k c(k) / V: the level
 * .05 becomes .06 at b = 9.4 m and .055 at b = 20 m. Autocorrelations are averaged over targets and runs.
 * @throws EncodingError "shape" | "option"; "value" if a side is constant in all targets. */
export function expectedLevel(
  Y: Responses,
  P: Responses,
  { runLengths, block, level = 0.05 }: { runLengths: readonly number[]; block: number; level?: number },
): number {
  checkBlock("expectedLevel", block, level);
  return rateOf(sharedCorrelation("expectedLevel", [Y, P], runLengths), block, level, 1);
}

/** The shortest block for {@link testBlockPermutation} whose {@link expectedLevel} is within `allowed`; where there is none,
 * {@link testCircularShift} holds the level. @throws EncodingError as {@link expectedLevel}. */
export function suggestBlock(Y: Responses, P: Responses, wanted: BlockWanted): SuggestedBlock {
  return suggest("suggestBlock", [Y, P], wanted, 1);
}

/** False positives that {@link testPairedBlocks} is expected to give two-sided: as {@link expectedLevel}, c(k) being the autocorrelation of
 * what one model saves of the other's squared error, and the rate 2 Φ(−z √(V_b / V)); .05 becomes .06 at b = 12.7 m.
 * @param saved squared error of one model less that of the other, (samples × targets), not summed over blocks. */
export function expectedPairedLevel(
  saved: Responses,
  { runLengths, block, level = 0.05 }: { runLengths: readonly number[]; block: number; level?: number },
): number {
  checkBlock("expectedPairedLevel", block, level);
  return rateOf(sharedCorrelation("expectedPairedLevel", [saved], runLengths), block, level, 2);
}

/** The shortest block for {@link testPairedBlocks} whose {@link expectedPairedLevel} is within `allowed`; where there is none, the runs
 * are too short for a test over their blocks: test over people, or exchange whole runs.
 * @throws EncodingError as {@link expectedLevel}. */
export function suggestPairedBlock(saved: Responses, wanted: BlockWanted): SuggestedBlock {
  return suggest("suggestPairedBlock", [saved], wanted, 2);
}

function suggest(
  name: string,
  sides: readonly Responses[],
  { runLengths, level = 0.05, allowed = 1.1 * level, least = 10 }: BlockWanted,
  tails: 1 | 2,
): SuggestedBlock {
  checkBlock(name, least, level);
  checkNumber(name, "allowed", allowed, { min: level, max: 1 });
  const shared = sharedCorrelation(name, sides, runLengths);
  const longest = Math.floor(Math.max(0, ...runLengths) / 2);
  for (let block = least; block <= longest; block++) {
    const expected = rateOf(shared, block, level, tails);
    if (expected <= allowed) return { block, expected };
  }
  return { block: null, expected: rateOf(shared, Math.max(1, longest), level, tails) };
}

function checkBlock(name: string, block: number, level: number): void {
  checkNumber(name, "block", block, { min: 1, whole: true });
  checkNumber(name, "level", level, { min: 1e-6, max: 0.5 });
}

function rateOf(shared: Float64Array, block: number, level: number, tails: 1 | 2): number {
  let [all, kept] = [1, 1];
  for (const [k, c] of shared.entries()) {
    if (k === 0) continue;
    all += 2 * c;
    kept += 2 * c * Math.max(0, 1 - k / block);
  }
  return tails * normalCdf(normalQuantile(level / tails) * Math.sqrt(kept / all));
}

/** Product c(k) of the autocorrelations of all sides at lags k = 0, 1, … up to the last before one that is not positive or lies beyond 6 times
 * the summed correlation ½ + c(1) + … + c(k): what is further is noise, which adds up. @source Madras and Sokal 1988 (the window). */
function sharedCorrelation(
  name: string,
  sides: readonly Responses[],
  runLengths: readonly number[],
): Float64Array {
  const sum = runLengths.reduce((a, b) => a + b, 0);
  if (sides.some((side) => side.rows !== sum))
    throw new EncodingError(
      "shape",
      `${name}: runs and data need the same samples; the runs have ${sum}, the data ${sides.map((side) => side.rows).join(" and ")}.`,
    );
  const columns = sides.map(centredColumns);
  if (columns.some((side) => side.length === 0))
    throw new EncodingError("value", `${name}: every side must vary in at least one target.`);
  const out: number[] = [];
  let summed = -0.5;
  for (let k = 0; 2 * k <= Math.max(0, ...runLengths); k++) {
    const own = columns.map((side) => meanAutocorrelation(side, runLengths, k));
    if (!own.every((r) => r > 0)) break;
    const shared = own.reduce((a, b) => a * b, 1);
    summed += shared;
    if (k > 6 * summed) break;
    out.push(shared);
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

/** Mean over columns of the autocorrelation at a lag within runs. */
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
