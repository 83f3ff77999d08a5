import { allocate, checkNumber, dtypeOf, EncodingError, type Features, matrix } from "../core/index.ts";

/** Delay features to model the slow hemodynamic response (a finite impulse response).
 *
 * Row i of the copy for delay d is row i − d of the same run. Samples never cross a run: the first d rows of each run
 * are 0, which is the mean of centred features. A delay as long as the run gives columns of zeros.
 * @param runs one matrix a run, samples × features, centred or z-scored.
 * @param delays in samples (TRs), ≥ 0, no two alike; [1, 2, 3, 4] is 2–8 s at TR 2 s.
 * @returns one matrix a run, samples × (delays · features), delay-major: all features at the first delay, then the next.
 * @throws EncodingError "option" if a delay is negative, fractional or repeated, or there is none.
 * @source Nishimoto et al. 2011; unlike the voxelwise tutorials' Delayer, runs do not leak. */
export function delayRuns(runs: readonly Features[], delays: readonly number[]): Features[] {
  checkDelays("delayRuns", delays);
  return runs.map((run) => delayRun(run, delays));
}

/** The names of delayed columns, in the order of {@link delayRuns}: `luminance@2` is luminance two samples ago.
 * @throws EncodingError "option" for delays that delayRuns refuses. */
export function delayNames(names: readonly string[], delays: readonly number[]): string[] {
  checkDelays("delayNames", delays);
  return delays.flatMap((delay) => names.map((name) => `${name}@${delay}`));
}

/** The rows, counted through the stacked runs, whose whole past lies inside their own run.
 *
 * The other rows hold zeros from {@link delayRuns}; drop them with `takeRows` where the zeros would matter.
 * @param lengths samples of each run.
 * @throws EncodingError "option" for delays that delayRuns refuses or a length that is not a whole number ≥ 0. */
export function completeRows(lengths: readonly number[], delays: readonly number[]): Uint32Array {
  checkDelays("completeRows", delays);
  const longest = delays.reduce((a, b) => Math.max(a, b), 0);
  const rows: number[] = [];
  let offset = 0;
  for (const length of lengths) {
    checkNumber("completeRows", "lengths", length, { min: 0, whole: true });
    for (let i = longest; i < length; i++) rows.push(offset + i);
    offset += length;
  }
  return Uint32Array.from(rows);
}

function delayRun(run: Features, delays: readonly number[]): Features {
  const { rows, cols, data } = run;
  const width = delays.length * cols;
  const out = allocate(dtypeOf(run), rows * width);
  for (const [d, delay] of delays.entries())
    for (let i = delay; i < rows; i++)
      out.set(data.subarray((i - delay) * cols, (i - delay + 1) * cols), i * width + d * cols);
  return matrix(run.axes, rows, width, out);
}

function checkDelays(name: string, delays: readonly number[]): void {
  for (const delay of delays) checkNumber(name, "delays", delay, { min: 0, whole: true });
  if (delays.length === 0 || new Set(delays).size < delays.length)
    throw new EncodingError(
      "option",
      `${name}: delays must be one or more different whole numbers of samples; got [${delays.join(", ")}].`,
      { delays },
    );
}
