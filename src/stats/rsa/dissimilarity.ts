import { checkFinite, EncodingError, type Matrix } from "../../core/index.ts";

/** Response patterns: one row a stimulus (condition), one column a channel (voxel, unit). */
export type Patterns = Matrix<"conditions", "channels">;

/** A matrix of dissimilarities, its upper triangle row by row: (0,1), (0,2) … (1,2) … */
export interface Dissimilarities {
  readonly conditions: number;
  /** conditions · (conditions − 1) / 2 values. */
  readonly values: Float64Array;
}

/** 1 − r between the patterns of each pair of conditions, each about its own mean.
 * @returns in [0, 2]; NaN for pairs with a constant pattern. @throws EncodingError "shape" | "value". */
export function correlationDistances(patterns: Patterns): Dissimilarities {
  checkPatterns("correlationDistances", patterns);
  const { rows, cols } = patterns;
  const unit = Float64Array.from(patterns.data);
  for (let i = 0; i < rows; i++) {
    const own = unit.subarray(i * cols, (i + 1) * cols);
    const mean = own.reduce((a, b) => a + b, 0) / cols;
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const squares = own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const varies = squares > cols * (1e-12 * largest) ** 2;
    for (let j = 0; j < cols; j++)
      own[j] = varies ? ((own[j] as number) - mean) / Math.sqrt(squares) : Number.NaN;
  }
  return eachPair(rows, (a, b) => {
    let r = 0;
    for (let j = 0; j < cols; j++) r += (unit[a * cols + j] as number) * (unit[b * cols + j] as number);
    return 1 - Math.max(-1, Math.min(1, r));
  });
}

/** Squared Euclidean distance between patterns over the number of channels; with a noise precision, squared Mahalanobis distance.
 *
 * Noise adds to every distance, so that these are biased upwards, most where the noise is: {@link crossnobisDistances} are not.
 * @param precision inverse of the noise covariance, see {@link noiseCovariance}. @throws EncodingError "shape" | "value". */
export function euclideanDistances(
  patterns: Patterns,
  { precision }: { precision?: Matrix<"channels", "channels"> } = {},
): Dissimilarities {
  checkPatterns("euclideanDistances", patterns);
  checkPrecision("euclideanDistances", patterns, precision);
  return eachPair(patterns.rows, (a, b) => product(patterns, patterns, precision, a, b));
}

/** Cross-validated squared Mahalanobis distance (crossnobis) over the number of channels: the difference of two conditions in one fold
 * times the same difference in another, averaged over all pairs of folds.
 *
 * Unbiased: 0 on average where two conditions do not differ, so that values below zero are chance and are kept. Without `precision` it
 * is the cross-validated Euclidean distance.
 * @param folds patterns of the same conditions in independent measurements (runs), at least two.
 * @throws EncodingError "shape" | "value". @source Walther et al. 2016; Diedrichsen et al. 2016; rsatoolbox's calc_rdm_crossnobis. */
export function crossnobisDistances(
  folds: readonly Patterns[],
  { precision }: { precision?: Matrix<"channels", "channels"> } = {},
): Dissimilarities {
  const first = folds[0];
  if (first === undefined || folds.length < 2)
    throw new EncodingError("shape", `crossnobisDistances: needs at least two folds; got ${folds.length}.`);
  for (const fold of folds) {
    checkPatterns("crossnobisDistances", fold);
    if (fold.rows !== first.rows || fold.cols !== first.cols)
      throw new EncodingError(
        "shape",
        `crossnobisDistances: all folds need the same conditions and channels; got ${first.rows} × ${first.cols} and ${fold.rows} × ${fold.cols}.`,
      );
  }
  checkPrecision("crossnobisDistances", first, precision);
  const pairs = (folds.length * (folds.length - 1)) / 2;
  return eachPair(first.rows, (a, b) => {
    let sum = 0;
    for (const [f, one] of folds.entries())
      for (const other of folds.slice(f + 1)) sum += product(one, other, precision, a, b);
    return sum / pairs;
  });
}

/** (x_a − x_b)ᵀ P (y_a − y_b) / channels; P is symmetric. */
function product(
  X: Patterns,
  Y: Patterns,
  precision: Matrix<"channels", "channels"> | undefined,
  a: number,
  b: number,
): number {
  const { cols } = X;
  const gap = (m: Patterns, j: number) => (m.data[a * cols + j] as number) - (m.data[b * cols + j] as number);
  let sum = 0;
  for (let j = 0; j < cols; j++) {
    let weighted = precision === undefined ? gap(Y, j) : 0;
    if (precision !== undefined)
      for (let k = 0; k < cols; k++) weighted += (precision.data[j * cols + k] as number) * gap(Y, k);
    sum += gap(X, j) * weighted;
  }
  return sum / cols;
}

function eachPair(conditions: number, value: (a: number, b: number) => number): Dissimilarities {
  const values = new Float64Array((conditions * (conditions - 1)) / 2);
  let at = 0;
  for (let a = 0; a < conditions; a++) for (let b = a + 1; b < conditions; b++) values[at++] = value(a, b);
  return { conditions, values };
}

function checkPatterns(name: string, patterns: Patterns): void {
  if (patterns.rows < 2 || patterns.cols < 1)
    throw new EncodingError(
      "shape",
      `${name}: needs at least two conditions and a channel; got ${patterns.rows} × ${patterns.cols}.`,
    );
  checkFinite(name, patterns, "patterns");
}

function checkPrecision(name: string, patterns: Patterns, precision: Matrix | undefined): void {
  if (precision !== undefined && (precision.rows !== patterns.cols || precision.cols !== patterns.cols))
    throw new EncodingError(
      "shape",
      `${name}: the noise precision must be ${patterns.cols} × ${patterns.cols} channels; got ${precision.rows} × ${precision.cols}.`,
    );
}
