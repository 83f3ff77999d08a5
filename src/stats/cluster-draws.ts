import { checkNumber, EncodingError, type Matrix, type Random } from "../core/index.ts";
import { enhanceClusters, students } from "./clusters.ts";
import type { Neighbours } from "./neighbours.ts";
import { countShifts } from "./shift-tests.ts";

/** Null draws of a map, one at a time. */
export interface MapDraws {
  /** The map as it is. */
  readonly observed: Float64Array;
  /** Draws that make a test; where all there are (`exact`), the observed map is among them. */
  readonly total: number;
  readonly exact: boolean;
  /** The map under draw d of `total`: always the same for the same d, so that draws can be counted in any order and in parts. */
  draw(d: number): Float64Array;
}

/** Student's t of each target, and the same under flipped signs of whole rows (people; or blocks of held-out time, in which two models are
 * exchanged). Targets with a value that is not finite are NaN.
 * All patterns of signs are drawn where they are no more than `draws` (≥ 19), else so many. `random` is not used up: draw d has a stream of its own.
 * @param values (rows × targets). @throws EncodingError "option". @source Nichols and Holmes 2002. */
export function drawFlips(
  values: Matrix,
  { random, draws }: { readonly random: Random; readonly draws: number },
): MapDraws {
  checkNumber("drawFlips", "draws", draws, { min: 19, whole: true });
  const { rows, cols } = values;
  const squares = new Float64Array(cols);
  for (let k = 0; k < values.data.length; k++)
    squares[k % cols] = (squares[k % cols] as number) + (values.data[k] as number) ** 2;
  const exact = rows < 31 && 2 ** rows <= draws;
  const map = (sign: (row: number) => number) => {
    const out = students(values, squares, sign);
    for (let t = 0; t < cols; t++) if (!Number.isFinite(squares[t])) out[t] = Number.NaN;
    return out;
  };
  return {
    observed: map(() => 1),
    total: exact ? 2 ** rows : draws,
    exact,
    draw(d) {
      if (exact) return map((i) => ((d >> i) & 1 ? -1 : 1));
      const own = random.stream(`draw ${d}`);
      const signs = Int8Array.from({ length: rows }, () => (own.uniform() < 0.5 ? -1 : 1));
      return map((i) => signs[i] as number);
    },
  };
}

/** Σ u d of each target in units of what unrelated samples give, √(Σ u² Σ d² / samples) run by run, and the same with d shifted in a circle within each
 * run, all targets alike. u: responses less the mean of two predictions; d: what sets these apart ({@link testPairedShift}). The unit is the
 * same in every draw. Targets with a value that is not finite are NaN; where u or d is zero (two equal predictions) it is 0.
 * All shifts are drawn where they are no more than `draws` (≥ 19), else so many; `random` as in {@link drawFlips}.
 * @param u and @param d (samples × targets). @throws EncodingError "shape" | "option". */
export function drawShifts(
  u: Matrix,
  d: Matrix,
  {
    runLengths,
    random,
    draws,
  }: { readonly runLengths: readonly number[]; readonly random: Random; readonly draws: number },
): MapDraws {
  checkNumber("drawShifts", "draws", draws, { min: 19, whole: true });
  const { rows, cols } = u;
  if (d.rows !== rows || d.cols !== cols || runLengths.reduce((a, b) => a + b, 0) !== rows)
    throw new EncodingError(
      "shape",
      `drawShifts: u, d and the runs must have the same samples; got ${rows} × ${cols}, ${d.rows} × ${d.cols} and runs of ${runLengths.join(", ")}.`,
    );
  const scale = scalesOf(u, d, runLengths);
  const [us, ds] = [u.data, d.data];
  const map = (shiftOf: (length: number) => number) => {
    const out = new Float64Array(cols);
    let start = 0;
    for (const length of runLengths) {
      const by = length > 0 ? shiftOf(length) : 0;
      for (let i = 0; i < length; i++) {
        const from = (start + i) * cols;
        const to = (start + ((i + by) % length)) * cols;
        addProducts(us, from, ds, to, out);
      }
      start += length;
    }
    for (let t = 0; t < cols; t++) out[t] = (out[t] as number) / (scale[t] as number);
    return out;
  };
  const shifts = countShifts(runLengths);
  const exact = shifts <= draws;
  return {
    observed: map(() => 0),
    total: exact ? shifts : draws,
    exact,
    draw(k) {
      let rest = k;
      const own = random.stream(`draw ${k}`);
      return map((length) => {
        if (!exact) return own.integer(length);
        const by = rest % length;
        rest = Math.floor(rest / length);
        return by;
      });
    },
  };
}

function addProducts(
  us: Matrix["data"],
  from: number,
  ds: Matrix["data"],
  to: number,
  out: Float64Array,
): void {
  for (let t = 0; t < out.length; t++)
    out[t] = (out[t] as number) + (us[from + t] as number) * (ds[to + t] as number);
}

/** √ of Σ over runs of Σ u² Σ d² / length; NaN where that is not finite, and without bounds where it is zero, so that such a sum is 0. */
function scalesOf(u: Matrix, d: Matrix, runLengths: readonly number[]): Float64Array {
  const { cols } = u;
  const variance = new Float64Array(cols);
  let start = 0;
  for (const length of runLengths) {
    for (let t = 0; t < cols; t++) {
      let [uu, dd] = [0, 0];
      for (let i = start; i < start + length; i++) {
        uu += (u.data[i * cols + t] as number) ** 2;
        dd += (d.data[i * cols + t] as number) ** 2;
      }
      if (length > 0) variance[t] = (variance[t] as number) + (uu * dd) / length;
    }
    start += length;
  }
  return variance.map((own) =>
    own > 0
      ? Number.isFinite(own)
        ? Math.sqrt(own)
        : Number.NaN
      : own === 0
        ? Number.POSITIVE_INFINITY
        : own,
  );
}

/** What draws [from, to) of a map say: how many reach it, target by target. */
export interface ClusterCounts {
  /** The observed map, enhanced. */
  readonly enhanced: Float64Array;
  /** Draws whose own target is enhanced as much, and draws whose largest target is. */
  readonly passed: Float64Array;
  readonly passedMax: Float64Array;
}

/** Count the null draws of a map that are enhanced as much as it is; parts of the draws can be counted apart and added up.
 * @param alternative "greater": only values above zero are enhanced and can have a small p.
 * @param areas of each target. @source Smith and Nichols 2009. */
export function countClusters(
  { observed, draw }: MapDraws,
  neighbours: Neighbours,
  {
    alternative,
    from,
    to,
    areas,
  }: {
    readonly alternative: "greater" | "two-sided";
    readonly from: number;
    readonly to: number;
    readonly areas?: ArrayLike<number>;
  },
): ClusterCounts {
  const side = alternative === "greater" ? ("above" as const) : ("both" as const);
  const how = { side, ...(areas && { areas }) };
  const size = alternative === "greater" ? (x: number) => x : Math.abs;
  const enhanced = enhanceClusters(observed, neighbours, how);
  const limits = enhanced.map((value) => size(value) * (1 - 1e-9));
  const passed = new Float64Array(observed.length);
  const passedMax = new Float64Array(observed.length);
  for (let d = from; d < to; d++) {
    const drawn = enhanceClusters(draw(d), neighbours, how);
    let largest = 0;
    for (const value of drawn) if (size(value) > largest) largest = size(value); // NaN is never larger
    for (let t = 0; t < drawn.length; t++) {
      const limit = limits[t] as number;
      if (size(drawn[t] as number) >= limit) passed[t] = (passed[t] as number) + 1;
      if (largest >= limit) passedMax[t] = (passedMax[t] as number) + 1;
    }
  }
  return { enhanced, passed, passedMax };
}
