import {
  allocate,
  checkFinite,
  dtypeOf,
  EncodingError,
  type Features,
  type Matrix,
  matrix,
} from "../core/index.ts";

/** Means and divisors of columns, fitted on training samples and applied to any. */
export interface Scaler {
  /** Mean of each column. */
  readonly mean: Float64Array;
  /** Standard deviation (ddof 0) of each column; 1 where the column was constant. */
  readonly scale: Float64Array;
}

/** Each run standardised by its own mean and standard deviation (ddof 0), column by column.
 *
 * A column that is constant within a run becomes 0 there (a constant target stays constant, so its scores stay undefined).
 * For responses this uses only the run itself and is allowed and declared; for features prefer {@link fitScaler} on the
 * training runs, unless the protocol standardises features by run too.
 * @param runs one matrix a run, samples × features or samples × targets.
 * @returns new matrices of the same shapes and dtypes.
 * @throws EncodingError "value" if a run holds NaN or infinities, "shape" if the runs differ in columns.
 * @source Huth et al. 2016; the standard deviation is scipy.stats.zscore's. */
export function zscoreRuns<C extends string>(runs: readonly Matrix<"samples", C>[]): Matrix<"samples", C>[] {
  checkColumns("zscoreRuns", runs);
  return runs.map((run, i) => {
    checkFinite("zscoreRuns", run, `run ${i}`);
    return scaleColumns(run, columnMoments(run));
  });
}

/** Means and standard deviations (ddof 0) of the columns of training features; constant columns get scale 1.
 *
 * A column counts as constant when its variance is within rounding of 0, as scikit-learn's StandardScaler judges it.
 * @param X training samples × features, at least one sample.
 * @throws EncodingError "shape" without samples; "value" for NaN or infinities. */
export function fitScaler(X: Features): Scaler {
  if (X.rows === 0)
    throw new EncodingError(
      "shape",
      `fitScaler: needs at least one sample; got 0 samples × ${X.cols} features.`,
    );
  checkFinite("fitScaler", X, "X");
  return columnMoments(X);
}

/** (X − mean) / scale with the scaler of the training samples.
 * @returns samples × features in X's dtype; columns that were constant in training are only centred.
 * @throws EncodingError "shape" if the scaler was fitted on another number of features. */
export function applyScaler(X: Features, scaler: Scaler): Features {
  if (scaler.mean.length !== X.cols || scaler.scale.length !== X.cols)
    throw new EncodingError(
      "shape",
      `applyScaler: the scaler was fitted on ${scaler.mean.length} features; got ${X.rows} samples × ${X.cols} features.`,
      { expected: scaler.mean.length, got: X.cols },
    );
  return scaleColumns(X, scaler);
}

/** Two passes, so that a large mean does not swallow the variance. */
function columnMoments({ rows, cols, data }: Matrix): Scaler {
  const mean = new Float64Array(cols);
  const variance = new Float64Array(cols);
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < cols; j++, k++) mean[j]! += data[k] as number;
  for (let j = 0; j < cols; j++) mean[j]! /= rows;
  for (let i = 0, k = 0; i < rows; i++)
    for (let j = 0; j < cols; j++, k++) variance[j]! += ((data[k] as number) - (mean[j] as number)) ** 2;
  const scale = variance.map((sum, j) => {
    const v = sum / rows;
    const noise = rows * Number.EPSILON;
    const constant = !(v > noise * v + (noise * (mean[j] as number)) ** 2); // sklearn _is_constant_feature
    return constant ? 1 : Math.sqrt(v);
  });
  return { mean, scale };
}

function scaleColumns<C extends string>(
  m: Matrix<"samples", C>,
  { mean, scale }: Scaler,
): Matrix<"samples", C> {
  const out = allocate(dtypeOf(m), m.data.length);
  for (let i = 0, k = 0; i < m.rows; i++)
    for (let j = 0; j < m.cols; j++, k++)
      out[k] = ((m.data[k] as number) - (mean[j] as number)) / (scale[j] as number);
  return matrix(m.axes, m.rows, m.cols, out);
}

function checkColumns(name: string, runs: readonly Matrix[]): void {
  const first = runs[0];
  const odd = runs.findIndex((run) => run.cols !== first?.cols);
  if (first !== undefined && odd > 0)
    throw new EncodingError(
      "shape",
      `${name}: all runs must have the same ${first.axes[1]}; run 0 has ${first.cols} and run ${odd} has ${runs[odd]?.cols}.`,
      { run: odd },
    );
}
