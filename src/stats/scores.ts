import { checkSameRows, EncodingError, type Matrix, matrix, type Responses } from "../core/index.ts";
import { columnMeans, roundingSquares } from "./rounding.ts";

/** Pearson correlation of each target.
 * @param Y measured responses, (samples × targets). @param P predicted responses, of the same shape.
 * @returns one r a target, in [−1, 1]; NaN where a side is constant or there are fewer than 2 samples.
 * @throws EncodingError "shape". */
export function correlate(Y: Responses, P: Responses): Float64Array {
  checkPair("correlate", Y, P);
  const my = columnMeans(Y);
  const mp = columnMeans(P);
  const out = new Float64Array(Y.cols);
  for (let t = 0; t < Y.cols; t++) {
    let yy = 0;
    let pp = 0;
    let yp = 0;
    for (let i = 0; i < Y.rows; i++) {
      const y = (Y.data[i * Y.cols + t] as number) - (my[t] as number);
      const p = (P.data[i * Y.cols + t] as number) - (mp[t] as number);
      yy += y * y;
      pp += p * p;
      yp += y * p;
    }
    const varies = yy > roundingSquares(Y, my[t] as number) && pp > roundingSquares(P, mp[t] as number);
    out[t] = varies ? Math.max(-1, Math.min(1, yp / Math.sqrt(yy * pp))) : Number.NaN;
  }
  return out;
}

/** Coefficient of determination of each target: 1 − SSE / SST, about the mean of the scored rows.
 * @returns one R² a target, negative values kept; NaN where the responses are constant.
 * @throws EncodingError "shape". */
export function rSquared(Y: Responses, P: Responses): Float64Array {
  checkPair("rSquared", Y, P);
  const my = columnMeans(Y);
  const out = new Float64Array(Y.cols);
  for (let t = 0; t < Y.cols; t++) {
    let error = 0;
    let total = 0;
    for (let i = 0; i < Y.rows; i++) {
      const y = Y.data[i * Y.cols + t] as number;
      error += (y - (P.data[i * Y.cols + t] as number)) ** 2;
      total += (y - (my[t] as number)) ** 2;
    }
    out[t] = total > roundingSquares(Y, my[t] as number) ? 1 - error / total : Number.NaN;
  }
  return out;
}

/** Product-measure split of R²: share_b = Σ p_b (2 (y − ȳ) − p) / Σ (y − ȳ)², p being the sum of the parts.
 *
 * The shares sum to the R² of ȳ + p. A model predicts its training mean instead of ȳ; where the two differ, R² of the model is lower by
 * what that level costs, and the level belongs to no band. Arbitrary when feature spaces are nearly collinear.
 * @param parts the part of each band in the prediction, each (samples × targets), without the mean response.
 * @returns one array a band; NaN where the responses are constant. @throws EncodingError "shape".
 * @source Dupré la Tour et al. 2022, eq. 9; himalaya's r2_score_split. */
export function splitRSquared(Y: Responses, parts: readonly Responses[]): Float64Array[] {
  return splitBy(Y, parts, "splitRSquared", (y, part, whole) => {
    let share = 0;
    for (let i = 0; i < y.values.length; i++)
      share += (part[i] as number) * (2 * (y.values[i] as number) - (whole.values[i] as number));
    return share / y.squares;
  });
}

/** Split of the correlation: share_b = Σ p_b (y − ȳ) / (‖y − ȳ‖ ‖p − p̄‖), p being the sum of the parts. The shares sum to r.
 * @returns one array a band; NaN where the responses or the sum of the parts are constant.
 * @source himalaya's correlation_score_split. @throws EncodingError "shape". */
export function splitCorrelation(Y: Responses, parts: readonly Responses[]): Float64Array[] {
  return splitBy(Y, parts, "splitCorrelation", (y, part, whole) => {
    let share = 0;
    for (let i = 0; i < y.values.length; i++) share += (y.values[i] as number) * (part[i] as number);
    return share / Math.sqrt(y.squares * whole.squares);
  });
}

/** Mean of correlations through Fisher's z; NaN entries are left out. NaN if there are none. */
export function fisherMean(rs: readonly number[]): number {
  const limit = 1 - 1e-15;
  const z = meanDefined(rs.map((r) => Math.atanh(Math.max(-limit, Math.min(limit, r)))));
  return Math.tanh(z);
}

/** Mean of the finite entries, NaN if there are none. */
export function meanDefined(xs: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let k = 0; k < xs.length; k++)
    if (Number.isFinite(xs[k])) {
      sum += xs[k] as number;
      count++;
    }
  return count > 0 ? sum / count : Number.NaN;
}

/** A column, and the sum of its squared deviations from the mean; NaN if it is constant. */
interface Column {
  readonly values: Float64Array;
  readonly squares: number;
}
type Split = (y: Column, part: Float64Array, whole: Column) => number;

/** @param split is given y centred, and the parts and their sum as they are. */
function splitBy(Y: Responses, parts: readonly Responses[], name: string, split: Split): Float64Array[] {
  for (const part of parts) checkPair(name, Y, part);
  const my = columnMeans(Y);
  const sum = addAll(Y, parts);
  const mp = columnMeans(sum);
  const out = parts.map(() => new Float64Array(Y.cols));
  for (let t = 0; t < Y.cols; t++) {
    const y = columnOf(Y, t, my[t] as number);
    const whole = columnOf(sum, t, mp[t] as number);
    const centred = { ...y, values: y.values.map((value) => value - (my[t] as number)) };
    for (const [b, part] of parts.entries())
      (out[b] as Float64Array)[t] = split(centred, columnOf(part, t, 0).values, whole);
  }
  return out;
}

function columnOf(m: Matrix, t: number, mean: number): Column {
  const values = Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + t] as number);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { values, squares: squares > roundingSquares(m, mean) ? squares : Number.NaN };
}

function addAll(Y: Responses, parts: readonly Responses[]): Responses {
  const data = new Float64Array(Y.data.length);
  for (const part of parts)
    for (let k = 0; k < data.length; k++) data[k] = (data[k] as number) + (part.data[k] as number);
  return matrix(Y.axes, Y.rows, Y.cols, data);
}

function checkPair(name: string, Y: Responses, P: Responses): void {
  checkSameRows(name, Y, P, ["Y", "P"]);
  if (Y.cols !== P.cols)
    throw new EncodingError(
      "shape",
      `${name}: Y and P must have the same targets; got ${Y.cols} and ${P.cols}.`,
    );
}
