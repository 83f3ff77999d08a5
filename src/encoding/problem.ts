import {
  allocate,
  dtypeOf,
  type FloatArray,
  type Matrix,
  matrix,
  noSpare,
  type Random,
  type Responses,
  type Spare,
} from "../core/index.ts";

/** Components that a weighting leaves in: their places among the rows of the right side, and √weight of each. */
export interface Active {
  readonly columns: Int32Array;
  readonly scale: Float64Array;
}

/** One weighting of the bands on the training rows of one fold. For every alpha, predictions of the test rows are
 * left · (kernel + alpha I)⁻¹ · (right side, active components). */
export interface System {
  /** Symmetric positive semi-definite, (components × components). */
  readonly kernel: Matrix<"components", "components">;
  readonly left: Matrix<"samples", "components">;
  /** Null where components are the rows of the right side, unscaled. */
  readonly active: Active | null;
  /** Memory of its own that may be written over once it is no longer needed. */
  readonly lent: readonly FloatArray[];
}

/** Some targets, turned so that each is a row, with what all folds share. */
export interface Tile {
  /** Responses of all samples, less their mean over all samples if an intercept is fitted. */
  readonly Y: Matrix<"targets", "samples">;
  /** YX over all samples; null in the dual form. */
  readonly cross: Matrix<"targets", "features"> | null;
}

/** Right side and test responses of some targets in one fold. */
export interface Sides {
  readonly right: Matrix<"targets", "rows">;
  /** Responses of the test rows, less their mean over the training rows if an intercept is fitted; in a basis of these rows where
   * {@link Problem.samples} are fewer. */
  readonly test: Matrix<"targets", "samples">;
  /** Number of rows that are tested. */
  readonly tested: number;
}

/** The training and test rows of one fold, ready for any weighting, alpha and target. */
export interface Problem {
  /** Rows of {@link System.left}: test rows, or as many numbers as say all of predictions for them. */
  readonly samples: number;
  /** Rows of the right side: training samples in the dual form, features in the primal. */
  readonly size: number;
  /** Components of the system that some weights make. */
  components(weights: ArrayLike<number>): number;
  /** @param weights band weights, a point of the simplex. @param spare memory that it may be written to.
   * @param shared whether other folds will be asked for these weights next: what they have in common is then made once, and kept. */
  system(weights: ArrayLike<number>, spare?: Spare, shared?: boolean): System;
  /** @param spare memory that the result may be written to. */
  sides(tile: Tile, spare?: Spare): Promise<Sides>;
  /** Right sides of `count` targets of white noise with variance 1. */
  noise(random: Random, count: number): Promise<Matrix<"targets", "rows">>;
}

/** All folds of one fit, and all rows together. */
export interface Problems {
  readonly form: "primal" | "dual";
  readonly folds: readonly Problem[];
  /** All rows to learn from, none to test. */
  readonly whole: Problem;
  /** @param Y responses of all samples (samples × targets). @param spare memory that the result may be written to. */
  tile(Y: Responses, spare?: Spare): Promise<Tile>;
}

/** Responses turned: (targets × samples), each less its mean if `center`.
 * @param spare memory that they may be written to. */
export function turn(Y: Responses, center: boolean, spare: Spare = noSpare): Matrix<"targets", "samples"> {
  const { rows, cols } = Y;
  const out = spare.need(dtypeOf(Y), rows * cols);
  const block = 32; // walk in blocks so that both sides stay in cache
  for (let i0 = 0; i0 < rows; i0 += block)
    for (let t0 = 0; t0 < cols; t0 += block)
      for (let i = i0; i < Math.min(i0 + block, rows); i++)
        for (let t = t0; t < Math.min(t0 + block, cols); t++)
          out[t * rows + i] = Y.data[i * cols + t] as number;
  const turned = matrix(["targets", "samples"], cols, rows, out);
  return center ? subtractMeans(turned, rowMeans(turned, null)) : turned;
}

/** Mean of each row over some columns, in float64; null for all columns. */
export function rowMeans(m: Matrix, columns: Int32Array | null): Float64Array {
  const count = columns?.length ?? m.cols;
  return Float64Array.from({ length: m.rows }, (_, i) => {
    const row = m.data.subarray(i * m.cols, (i + 1) * m.cols);
    if (columns === null) return sumOf(row) / count;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += row[columns[k] as number] as number;
    return sum / count;
  });
}

/** Four sums side by side: one alone waits for each addition. */
function sumOf(row: FloatArray): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= row.length; k += 4) {
    a += row[k] as number;
    b += row[k + 1] as number;
    c += row[k + 2] as number;
    d += row[k + 3] as number;
  }
  for (; k < row.length; k++) a += row[k] as number;
  return a + b + (c + d);
}

/** Take a row's mean from each of its entries, in place: only for arrays of our own. */
export function subtractMeans<M extends Matrix>(m: M, means: Float64Array): M {
  for (let i = 0; i < m.rows; i++) {
    const mean = means[i] as number;
    for (let k = i * m.cols; k < (i + 1) * m.cols; k++) m.data[k] = (m.data[k] as number) - mean;
  }
  return m;
}

/** A right side, or its solution, on the active components: (any × rows) → (any × components). */
export function narrow<R extends string>(
  m: Matrix<R, "rows">,
  active: Active | null,
): Matrix<R, "components"> {
  if (active === null) return matrix([m.axes[0], "components"], m.rows, m.cols, m.data);
  const { columns, scale } = active;
  const out = allocate(dtypeOf(m), m.rows * columns.length);
  for (let i = 0; i < m.rows; i++)
    for (let k = 0; k < columns.length; k++)
      out[i * columns.length + k] =
        (m.data[i * m.cols + (columns[k] as number)] as number) * (scale[k] as number);
  return matrix([m.axes[0], "components"], m.rows, columns.length, out);
}

/** From active components back to the rows of the right side, zeros elsewhere, written to `out` from `offset` on. */
export function widen(m: Matrix, active: Active | null, size: number, out: FloatArray, offset: number): void {
  if (active === null) {
    out.set(m.data, offset);
    return;
  }
  const { columns, scale } = active;
  for (let i = 0; i < m.rows; i++)
    for (let k = 0; k < columns.length; k++)
      out[offset + i * size + (columns[k] as number)] =
        (m.data[i * m.cols + k] as number) * (scale[k] as number);
}

/** Zero means: used when no intercept is fitted. */
export function noMeans(Y: Responses): Float64Array {
  return new Float64Array(Y.cols);
}

/** Rows [from, to) without a copy. */
export function rowsOf<R extends string, C extends string>(
  m: Matrix<R, C>,
  from: number,
  to: number,
): Matrix<R, C> {
  const data = m.data.subarray(from * m.cols, to * m.cols) as FloatArray;
  return matrix(m.axes, to - from, m.cols, data);
}
