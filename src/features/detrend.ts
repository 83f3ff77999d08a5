import {
  allocate,
  checkFinite,
  checkNumber,
  checkSameRows,
  column,
  dtypeOf,
  EncodingError,
  type Matrix,
  matrix,
} from "../core/index.ts";
import { orthonormalBasis, residuals } from "./orthonormal-basis.ts";

/** Take slow drifts out of each run: the residuals of a least-squares fit by Legendre polynomials of degree 0 … `degree`.
 *
 * Degree 0 only removes the mean, degree 1 also a line. Each run is fitted alone; a fitted run has mean 0.
 * @param runs one matrix a run, samples × features or samples × targets.
 * @param degree highest polynomial, a whole number ≥ 0; a common choice is 1 + floor(run seconds / 150) (AFNI).
 * @returns new matrices of the same shapes and dtypes.
 * @throws EncodingError "option" if degree is not a whole number ≥ 0; "shape" if a run has no more than `degree` + 1
 *   samples, so that nothing would be left; "value" for NaN or infinities. */
export function detrendRuns<C extends string>(
  runs: readonly Matrix<"samples", C>[],
  degree: number,
): Matrix<"samples", C>[] {
  checkNumber("detrendRuns", "degree", degree, { min: 0, whole: true });
  return runs.map((run, i) => {
    if (run.rows <= degree + 1)
      throw new EncodingError(
        "shape",
        `detrendRuns: a run must have more than degree + 1 samples, or nothing is left; got degree ${degree} and ${run.rows} samples in run ${i}.`,
        { run: i, degree, samples: run.rows },
      );
    checkFinite("detrendRuns", run, `run ${i}`);
    return withoutSpan(run, orthonormalBasis(legendrePolynomials(run.rows, degree)));
  });
}

/** Take confounds (motion, white matter …) out of one run: the residuals of a least-squares fit by the confounds and,
 * unless `intercept` is false, a constant.
 *
 * Confounds that depend on others change nothing: the fit is by their span, found by Gram-Schmidt with a rank check.
 * The mean goes too when the constant is in. Regress each run by its own confounds.
 * @param run samples × features or samples × targets.
 * @param confounds samples × confounds, of the same samples.
 * @returns a new matrix of run's shape and dtype.
 * @throws EncodingError "shape" if samples differ or the confounds span all samples, so that nothing would be left;
 *   "value" for NaN or infinities (the first row of fMRIPrep's derivatives is n/a: drop or fill it). */
export function regressOut<C extends string>(
  run: Matrix<"samples", C>,
  confounds: Matrix<"samples", string>,
  { intercept = true }: { readonly intercept?: boolean } = {},
): Matrix<"samples", C> {
  checkSameRows("regressOut", run, confounds, ["run", "confounds"]);
  checkFinite("regressOut", run, "run");
  checkFinite("regressOut", confounds, "confounds");
  const columns = Array.from({ length: confounds.cols }, (_, j) => column(confounds, j));
  if (intercept) columns.unshift(new Float64Array(run.rows).fill(1));
  const basis = orthonormalBasis(columns);
  if (run.rows > 0 && basis.length >= run.rows)
    throw new EncodingError(
      "shape",
      `regressOut: confounds must leave something of the run; got ${basis.length} independent confounds for ${run.rows} samples.`,
      { rank: basis.length, samples: run.rows },
    );
  return withoutSpan(run, basis);
}

/** P_0 … P_degree at `samples` evenly spaced points of [−1, 1], by Bonnet's recursion. */
function legendrePolynomials(samples: number, degree: number): Float64Array[] {
  const x = Float64Array.from({ length: samples }, (_, i) => (2 * i) / (samples - 1) - 1);
  const polynomials = [new Float64Array(samples).fill(1), x];
  for (let n = 1; n < degree; n++) {
    const [a, b] = [polynomials[n] as Float64Array, polynomials[n - 1] as Float64Array];
    polynomials.push(x.map((t, i) => ((2 * n + 1) * t * (a[i] as number) - n * (b[i] as number)) / (n + 1)));
  }
  return polynomials.slice(0, degree + 1);
}

function withoutSpan<C extends string>(
  run: Matrix<"samples", C>,
  basis: readonly Float64Array[],
): Matrix<"samples", C> {
  const data = allocate(dtypeOf(run), run.data.length);
  data.set(residuals(run, basis));
  return matrix(run.axes, run.rows, run.cols, data);
}
