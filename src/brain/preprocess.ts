import { checkNumber, EncodingError, type Matrix, matrix, type Responses, shapeOf } from "../core/index.ts";

/** What is done to each run. */
export interface PreprocessOptions {
  /** Volumes to drop from the start. */
  readonly drop?: number;
  /** Highest degree of the Legendre polynomials that are regressed out; −1 for none. */
  readonly detrend?: number;
  /** One matrix a run (samples × confounds), regressed out together with the drift; its samples are those before `drop`. */
  readonly confounds?: readonly Matrix[];
  /** Mean 0 and variance 1 of each target in each run. */
  readonly zscore?: boolean;
}

/** Runs after preprocessing. */
export interface Preprocessed {
  readonly runs: Responses[];
  readonly warnings: readonly string[];
  /** Targets that were constant in at least one run, ascending. */
  readonly constant: readonly number[];
}

/** Preprocess responses run by run: drop, detrend, remove confounds, z-score. Nothing is carried from one run to another.
 *
 * Drift and confounds are removed by one least-squares regression; confounds are centred, so that without detrending and
 * z-scoring the mean stays. Targets that are constant (after detrending: that the regression explains whole) become 0 and are
 * named in `constant`; z-scores divide by the population standard deviation.
 * @param runs (samples × targets), finite; never changed.
 * @returns new matrices in the dtype of each run.
 * @throws EncodingError "value" naming run, row and target of the first NaN or infinity; "shape" if targets or confounds do
 * not fit; "option" if nothing would be left after `drop`, or there are as many regressors as samples.
 * @source Legendre detrending as AFNI's 3dDetrend; method.md rule 3: z-scoring within a run is allowed and declared. */
export function preprocessRuns(
  runs: readonly Responses[],
  { drop = 0, detrend = -1, confounds, zscore = true }: PreprocessOptions = {},
): Preprocessed {
  checkNumber("preprocessRuns", "drop", drop, { min: 0, whole: true });
  checkNumber("preprocessRuns", "detrend", detrend, { min: -1, max: 20, whole: true });
  checkRuns(runs, confounds);
  const constant = new Set<number>();
  const warnings: string[] = [];
  const out = runs.map((run, k) => {
    const rows = run.rows - drop;
    if (rows < 2)
      throw new EncodingError(
        "option",
        `preprocessRuns: at least 2 samples must stay; run ${k} has ${run.rows} and drop is ${drop}.`,
      );
    const basis = buildBasis(rows, detrend, confounds?.[k], drop, k, warnings);
    const data = run.data.slice(drop * run.cols);
    const work = new Float64Array(rows);
    for (let t = 0; t < run.cols; t++)
      if (!treatTarget(data, run.cols, t, work, basis, zscore)) constant.add(t);
    return matrix(["samples", "targets"] as const, rows, run.cols, data);
  });
  const named = [...constant].sort((a, b) => a - b);
  if (named.length > 0) {
    const shown = named.slice(0, 8).join(", ") + (named.length > 8 ? " …" : "");
    warnings.push(
      `Constant in at least one run and set to 0 there: ${named.length} of ${runs[0]?.cols} targets (${shown}).`,
    );
  }
  return { runs: out, warnings, constant: named };
}

function checkRuns(runs: readonly Responses[], confounds: readonly Matrix[] | undefined): void {
  if (confounds !== undefined && confounds.length !== runs.length)
    throw new EncodingError(
      "shape",
      `preprocessRuns: confounds need one matrix a run; got ${confounds.length} for ${runs.length} runs.`,
    );
  for (const [k, run] of runs.entries()) {
    const cols = (runs[0] as Responses).cols;
    if (run.cols !== cols)
      throw new EncodingError(
        "shape",
        `preprocessRuns: run 0 has ${cols} targets, run ${k} has ${run.cols}.`,
      );
    checkRun(run, k, "", "target");
    const own = confounds?.[k];
    if (own === undefined) continue;
    if (own.rows !== run.rows)
      throw new EncodingError(
        "shape",
        `preprocessRuns: confounds of run ${k} must have its samples; got ${shapeOf(own)} for ${shapeOf(run)}. Were volumes dropped from only one of them?`,
      );
    checkRun(own, k, "confounds of ", "column");
  }
}

function checkRun(run: Matrix, k: number, what: string, axis: string): void {
  const at = run.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [row, target] = [Math.floor(at / run.cols), at % run.cols];
  throw new EncodingError(
    "value",
    `preprocessRuns: numbers must be finite; got ${run.data[at]} in ${what}run ${k}, row ${row}, ${axis} ${target}. Mask this ${axis} out or repair the run.`,
    { run: k, row, target },
  );
}

/** Orthonormal columns of drift and confounds. */
function buildBasis(
  rows: number,
  detrend: number,
  confounds: Matrix | undefined,
  drop: number,
  run: number,
  warnings: string[],
): Float64Array[] {
  const columns = legendre(rows, detrend);
  for (let j = 0; confounds !== undefined && j < confounds.cols; j++) {
    const { data, cols } = confounds;
    columns.push(
      centred(Float64Array.from({ length: rows }, (_, i) => data[(i + drop) * cols + j] as number)),
    );
  }
  const basis: Float64Array[] = [];
  for (const [j, column] of columns.entries()) {
    const before = norm(column);
    for (let pass = 0; pass < 2; pass++) for (const q of basis) subtractPart(column, q);
    const after = norm(column);
    if (after > 1e-9 * before) basis.push(column.map((value) => value / after));
    else
      warnings.push(
        `Run ${run}: confound ${j - detrend - 1} adds nothing to those before it and was left out.`,
      );
  }
  if (basis.length >= rows)
    throw new EncodingError(
      "option",
      `preprocessRuns: drift and confounds must leave something over; got ${basis.length} regressors for ${rows} samples in run ${run}.`,
    );
  return basis;
}

/** Legendre polynomials of degree 0 to `degree` at evenly spaced samples, by Bonnet's recursion. */
function legendre(rows: number, degree: number): Float64Array[] {
  const x = Float64Array.from({ length: rows }, (_, i) => (2 * i) / Math.max(1, rows - 1) - 1);
  const out: Float64Array[] = [];
  for (let n = 0; n <= degree; n++) {
    const [one, two] = [out[n - 1], out[n - 2]];
    out.push(
      x.map((v, i) => {
        if (n < 2) return n === 0 ? 1 : v;
        return ((2 * n - 1) * v * (one?.[i] as number) - (n - 1) * (two?.[i] as number)) / n;
      }),
    );
  }
  return out;
}

/** Regress out, centre and scale one column in place.
 * @returns false if nothing was left of it. */
function treatTarget(
  data: Responses["data"],
  cols: number,
  t: number,
  work: Float64Array,
  basis: readonly Float64Array[],
  zscore: boolean,
): boolean {
  for (let i = 0; i < work.length; i++) work[i] = data[i * cols + t] as number;
  const level = norm(work);
  const still = norm(centred(work)) <= 1e-7 * level; // float32 rounding of a constant
  for (const q of basis) subtractPart(work, q);
  const rest = zscore ? centred(work) : work;
  const size = norm(rest);
  const gone = still || norm(centred(rest)) <= 1e-7 * level;
  const scale = zscore ? Math.sqrt(work.length) / size : 1;
  for (let i = 0; i < work.length; i++)
    data[i * cols + t] = gone && (zscore || basis.length > 0) ? 0 : (rest[i] as number) * scale;
  return !gone;
}

function centred(x: Float64Array): Float64Array {
  let mean = 0;
  for (let i = 0; i < x.length; i++) mean += (x[i] as number) / x.length;
  const out = new Float64Array(x.length); // a loop: `map` took a third of the time of a simulated cohort
  for (let i = 0; i < x.length; i++) out[i] = (x[i] as number) - mean;
  return out;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) ** 2;
  return Math.sqrt(sum);
}

function subtractPart(x: Float64Array, q: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < x.length; i++) dot += (x[i] as number) * (q[i] as number);
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) - dot * (q[i] as number);
}
