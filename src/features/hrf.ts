import { allocate, checkNumber, dtypeOf, EncodingError, type Features, matrix } from "../core/index.ts";

/** The grid and the shape of the canonical response. */
export interface HrfOptions {
  /** Seconds between values; the TR for features on the TR grid. */
  readonly step: number;
  /** Seconds until the response is over. */
  readonly duration?: number;
  /** Seconds to the peak of the first gamma density, plus its dispersion of 1 s (SPM's "delay of response"). */
  readonly peak?: number;
  /** Seconds to the undershoot, plus 1 s (SPM's "delay of undershoot"). */
  readonly undershoot?: number;
  /** Height of the response against the undershoot. */
  readonly ratio?: number;
}

/** SPM's canonical hemodynamic response: the difference of two gamma densities of scale 1 s,
 * h(t) = g(t; peak) − g(t; undershoot) / ratio at t = 0, step, 2 step … ≤ duration, divided by its sum.
 * @returns floor(duration / step) + 1 values that sum to 1, the first 0.
 * @throws EncodingError "option" for a step or duration ≤ 0, shapes ≤ 1, or a step so long that nothing remains.
 * @source spm_hrf.m of SPM12 with dispersions 1 s and onset 0 s; Friston et al. 1998. */
export function canonicalHrf({
  step,
  duration = 32,
  peak = 6,
  undershoot = 16,
  ratio = 6,
}: HrfOptions): Float64Array {
  checkNumber("canonicalHrf", "step", step, { min: Number.MIN_VALUE });
  checkNumber("canonicalHrf", "duration", duration, { min: Number.MIN_VALUE, max: 3600 });
  checkNumber("canonicalHrf", "peak", peak, { min: 1 + 1e-9, max: 1000 });
  checkNumber("canonicalHrf", "undershoot", undershoot, { min: 1 + 1e-9, max: 1000 });
  checkNumber("canonicalHrf", "ratio", ratio, { min: Number.MIN_VALUE });
  const length = Math.floor(duration / step + 1e-9) + 1; // 3.3 / 1.1 is a little below 3
  checkNumber("canonicalHrf", "duration / step + 1", length, { min: 2, max: 10_000_000, whole: true });
  const h = Float64Array.from({ length }, (_, k) => {
    const t = k * step;
    return gammaDensity(t, peak) - gammaDensity(t, undershoot) / ratio;
  });
  const sum = h.reduce((a, b) => a + b, 0);
  if (!(Math.abs(sum) > 1e-12))
    throw new EncodingError(
      "option",
      `canonicalHrf: the response sums to ${sum}, so it cannot be scaled to 1; got step ${step}, duration ${duration}, peak ${peak}, undershoot ${undershoot}, ratio ${ratio}.`,
    );
  return h.map((x) => x / sum);
}

/** Convolve every column of one run with a causal kernel: out[i] = Σ_k kernel[k] X[i − k], with nothing before the run.
 *
 * Rows after the run's end are cut, so the shape stays. Call it run by run; samples never cross a run.
 * @param X samples × features of one run, on the grid of the kernel.
 * @param kernel weights from lag 0 on, for example {@link canonicalHrf} at step = TR.
 * @returns samples × features in X's dtype, summed in float64.
 * @throws EncodingError "shape" if the kernel is empty; "value" if it holds NaN or infinities. */
export function convolve(X: Features, kernel: ArrayLike<number>): Features {
  if (kernel.length === 0) throw new EncodingError("shape", "convolve: the kernel is empty.");
  for (let k = 0; k < kernel.length; k++)
    if (!Number.isFinite(kernel[k]))
      throw new EncodingError("value", `convolve: kernel must be finite; got ${kernel[k]} at lag ${k}.`, {
        lag: k,
      });
  const { rows, cols, data } = X;
  const sums = new Float64Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k <= Math.min(i, kernel.length - 1); k++) {
      const weight = kernel[k] as number;
      if (weight === 0) continue;
      for (let j = 0, to = i * cols, from = (i - k) * cols; j < cols; j++, to++, from++)
        sums[to]! += weight * (data[from] as number);
    }
  const out = allocate(dtypeOf(X), data.length);
  out.set(sums);
  return matrix(X.axes, rows, cols, out);
}

/** Gamma density of a shape and scale 1. */
function gammaDensity(t: number, shape: number): number {
  return t <= 0 ? 0 : Math.exp((shape - 1) * Math.log(t) - t - logGamma(shape));
}

/** ln Γ(x) for x > 0 by Lanczos' approximation (g = 7, 9 terms; about 15 digits). */
function logGamma(x: number): number {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  const series = c.reduce((sum, value, i) => (i === 0 ? value : sum + value / (x + i - 1)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}
