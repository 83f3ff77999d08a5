import { allocate, checkNumber, type Dtype, EncodingError, type Features, matrix } from "../core/index.ts";

/** Features without any content: each sample knows only its place in its run (OASM, the orthogonal autocorrelated
 * sequences model).
 *
 * The identity matrix of all samples, smoothed along its columns by a Gaussian within each run, so that neighbours look
 * alike and different runs are orthogonal. Every row sums to 1. What it predicts is owed to slow drift and to leaky folds:
 * with runs kept together in folds it cannot predict anything; with shuffled samples it can, and so can any model.
 * @param runLengths samples of each run (or block, passage, story).
 * @param width standard deviation of the Gaussian in samples, > 0 and no longer than the longest run; choose it inside the training folds, e.g. from 0.1 to 5.
 * @returns samples × samples, block-diagonal; the kernel is cut at 4 widths and mirrored at the run's ends.
 * @throws EncodingError "option" for a width outside (0, longest run] or lengths that are not whole numbers ≥ 1; "range" beyond 16,384 samples.
 * @source Feghhi, Hadidi et al. 2024, "What are large language models mapping to in the brain?"; smoothing is
 *   scipy.ndimage.gaussian_filter1d (reflect, truncate 4). */
export function autocorrelationFeatures(
  runLengths: readonly number[],
  { width, dtype = "float64" }: { readonly width: number; readonly dtype?: Dtype },
): Features {
  for (const n of runLengths)
    checkNumber("autocorrelationFeatures", "runLengths", n, { min: 1, whole: true });
  const longest = runLengths.reduce((a, b) => Math.max(a, b), 1);
  checkNumber("autocorrelationFeatures", "width", width, { min: Number.MIN_VALUE, max: longest });
  const samples = runLengths.reduce((a, b) => a + b, 0);
  if (samples > 16_384)
    throw new EncodingError(
      "range",
      `autocorrelationFeatures: makes samples × samples numbers and takes up to 16384 samples; got ${samples}. Use fewer runs for this control.`,
      { samples },
    );
  const data = allocate(dtype, samples * samples);
  const kernel = gaussianKernel(width);
  let start = 0;
  for (const n of runLengths) {
    for (let i = 0; i < n; i++)
      for (let k = 1 - kernel.length; k < kernel.length; k++)
        data[(start + i) * samples + start + mirror(i + k, n)]! += kernel[Math.abs(k)] as number;
    start += n;
  }
  return matrix(["samples", "features"], samples, samples, data);
}

/** The same model in fewer columns: features with the kernel X Xᵀ of {@link autocorrelationFeatures}, which ridge regression cannot tell from it.
 *
 * Smoothing with mirrored ends is diagonal in the cosine basis (DCT-II) of each run, so that X = C H with C orthonormal and H the share of each
 * frequency that the Gaussian lets through. Frequencies of which less than `least` passes are left out. The numbers are the kernel: do not
 * centre or scale the columns.
 * @param least share, 0 keeps all; what is left out changes the kernel by less than its square.
 * @returns samples × columns, block-diagonal; rows in the order of `runLengths`.
 * @throws EncodingError "option" as {@link autocorrelationFeatures}.
 * @source Strang 1999, "The discrete cosine transform" (mirrored ends, DCT-II). */
export function autocorrelationComponents(
  runLengths: readonly number[],
  { width, least = 1e-4 }: { readonly width: number; readonly least?: number },
): Features {
  const name = "autocorrelationComponents";
  for (const n of runLengths) checkNumber(name, "runLengths", n, { min: 1, whole: true });
  const longest = runLengths.reduce((a, b) => Math.max(a, b), 1);
  checkNumber(name, "width", width, { min: Number.MIN_VALUE, max: longest });
  checkNumber(name, "least", least, { min: 0, max: 1 });
  const kernel = gaussianKernel(width);
  const passed = runLengths.map((n) => passedFrequencies(kernel, n, least));
  const samples = runLengths.reduce((a, b) => a + b, 0);
  const columns = passed.reduce((sum, { length }) => sum + length, 0);
  const data = new Float64Array(samples * columns);
  let [row, column] = [0, 0];
  for (const [r, n] of runLengths.entries()) {
    const own = passed[r] as readonly (readonly [number, number])[];
    for (let i = 0; i < n; i++)
      for (const [j, [k, share]] of own.entries())
        data[(row + i) * columns + column + j] =
          share * Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n));
    row += n;
    column += own.length;
  }
  return matrix(["samples", "features"], samples, columns, data);
}

/** Frequencies k of a run of n samples, half periods a run, with the share that the kernel lets through. */
function passedFrequencies(kernel: Float64Array, n: number, least: number): (readonly [number, number])[] {
  return Array.from({ length: n }, (_, k) => {
    let share = kernel[0] as number;
    for (let j = 1; j < kernel.length; j++)
      share += 2 * (kernel[j] as number) * Math.cos((Math.PI * k * j) / n);
    return [k, share] as const;
  }).filter(([, share]) => Math.abs(share) >= least);
}

/** Weights at distance 0, 1 …; the whole, both sides, sums to 1. */
function gaussianKernel(width: number): Float64Array {
  const radius = Math.floor(4 * width + 0.5);
  const half = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-0.5 * (k / width) ** 2));
  const sum = half.reduce((a, b) => a + 2 * b, -1);
  return half.map((w) => w / sum);
}

/** Index mirrored at the ends, the end sample repeated: d c b a | a b c d | d c b a. */
function mirror(i: number, n: number): number {
  const k = ((i % (2 * n)) + 2 * n) % (2 * n);
  return k < n ? k : 2 * n - 1 - k;
}
