import { checkSameRows, EncodingError, type Matrix, type Responses } from "../core/index.ts";

/** Pearson correlation of each target.
 * @param Y measured responses, (samples × targets). @param P predicted responses, of the same shape.
 * @returns one r a target; NaN where a side is constant or there are fewer than 2 samples.
 * @throws EncodingError "shape". */
export function correlate(Y: Responses, P: Responses): Float64Array {
  checkPair("correlate", Y, P);
  const my = means(Y);
  const mp = means(P);
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
    out[t] = yy > tiny(Y, my, t) && pp > tiny(P, mp, t) ? yp / Math.sqrt(yy * pp) : Number.NaN;
  }
  return out;
}

/** Coefficient of determination of each target: 1 − SSE / SST, about the mean of the scored rows.
 * @returns one R² a target, negative values kept; NaN where the responses are constant.
 * @throws EncodingError "shape". */
export function rSquared(Y: Responses, P: Responses): Float64Array {
  checkPair("rSquared", Y, P);
  const my = means(Y);
  const out = new Float64Array(Y.cols);
  for (let t = 0; t < Y.cols; t++) {
    let error = 0;
    let total = 0;
    for (let i = 0; i < Y.rows; i++) {
      const y = Y.data[i * Y.cols + t] as number;
      error += (y - (P.data[i * Y.cols + t] as number)) ** 2;
      total += (y - (my[t] as number)) ** 2;
    }
    out[t] = total > tiny(Y, my, t) ? 1 - error / total : Number.NaN;
  }
  return out;
}

/** Product-measure split of R²: share_b = Σ p_b (2 (y − ȳ) − p) / Σ (y − ȳ)², p being the sum of the parts. The shares sum to R².
 * Arbitrary when feature spaces are nearly collinear.
 * @param parts the part of each band in the prediction, each (samples × targets), without the mean response.
 * @returns one array a band. @throws EncodingError "shape".
 * @source Dupré la Tour et al. 2022, eq. 9; himalaya's r2_score_split. */
export function splitRSquared(Y: Responses, parts: readonly Responses[]): Float64Array[] {
  return splitBy(Y, parts, "splitRSquared", (y, part, whole) => {
    let share = 0;
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      const yi = y[i] as number;
      share += (part[i] as number) * (2 * yi - (whole[i] as number));
      total += yi * yi;
    }
    return total > 0 ? share / total : Number.NaN;
  });
}

/** Split of the correlation: share_b = Σ p_b (y − ȳ) / (‖y − ȳ‖ ‖p − p̄‖). The shares sum to r.
 * @source himalaya's correlation_score_split. @throws EncodingError "shape". */
export function splitCorrelation(Y: Responses, parts: readonly Responses[]): Float64Array[] {
  return splitBy(Y, parts, "splitCorrelation", (y, part, whole) => {
    const mean = whole.reduce((a, b) => a + b, 0) / whole.length;
    let yy = 0;
    let pp = 0;
    let share = 0;
    for (let i = 0; i < y.length; i++) {
      const yi = y[i] as number;
      yy += yi * yi;
      pp += ((whole[i] as number) - mean) ** 2;
      share += yi * (part[i] as number);
    }
    return yy > 0 && pp > 0 ? share / Math.sqrt(yy * pp) : Number.NaN;
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

type Split = (y: Float64Array, part: Float64Array, whole: Float64Array) => number;

function splitBy(Y: Responses, parts: readonly Responses[], name: string, split: Split): Float64Array[] {
  for (const part of parts) checkPair(name, Y, part);
  const my = means(Y);
  const out = parts.map(() => new Float64Array(Y.cols));
  for (let t = 0; t < Y.cols; t++) {
    const y = columnOf(Y, t).map((value) => value - (my[t] as number));
    const columns = parts.map((part) => columnOf(part, t));
    const whole = y.map((_, i) => columns.reduce((sum, c) => sum + (c[i] as number), 0));
    for (const [b, part] of columns.entries()) (out[b] as Float64Array)[t] = split(y, part, whole);
  }
  return out;
}

function columnOf(m: Matrix, j: number): Float64Array {
  return Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + j] as number);
}

function means(m: Matrix): Float64Array {
  const out = new Float64Array(m.cols);
  for (let i = 0; i < m.rows; i++)
    for (let t = 0; t < m.cols; t++)
      out[t] = (out[t] as number) + (m.data[i * m.cols + t] as number) / m.rows;
  return out;
}

/** Squares that rounding alone can make of a constant column. */
function tiny(m: Matrix, mean: Float64Array, t: number): number {
  return m.rows * (1e-12 * Math.abs(mean[t] as number)) ** 2;
}

function checkPair(name: string, Y: Responses, P: Responses): void {
  checkSameRows(name, Y, P, ["Y", "P"]);
  if (Y.cols !== P.cols)
    throw new EncodingError(
      "shape",
      `${name}: Y and P must have the same targets; got ${Y.cols} and ${P.cols}.`,
    );
}
