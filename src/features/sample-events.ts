import { allocate, checkNumber, type Dtype, EncodingError, type Features, matrix } from "../core/index.ts";

/** Something that lasted: a word, a picture, a frame of a movie, with its row of features. */
export interface FeatureEvent {
  /** Start in seconds, on the clock of the run. */
  readonly onset: number;
  /** Length in seconds, ≥ 0. */
  readonly duration: number;
  /** One number a feature. */
  readonly values: ArrayLike<number>;
}

/** How events become samples; see {@link sampleEvents}. */
export type Sampling = "mean" | "sum" | "lanczos";

/** The grid of samples of one run, and how to sample. */
export interface SampleOptions {
  /** Seconds a sample. */
  readonly tr: number;
  /** Number of samples of the run. */
  readonly samples: number;
  /** See {@link sampleEvents}. */
  readonly sampling: Sampling;
  /** Start of sample 0 in seconds, on the clock of the events. */
  readonly start?: number;
  /** Number type of the result. */
  readonly dtype?: Dtype;
  /** Number of features; every event must have as many values. */
  readonly columns: number;
}

type Spread = (event: FeatureEvent, grid: Grid, add: (sample: number, weight: number) => void) => void;
/** Samples of one run. */
export interface Grid {
  readonly tr: number;
  readonly samples: number;
  readonly start: number;
}

const LOBES = 3;
const ROUNDING = 1e-9; // in samples: 0.3 / 0.1 is a little below 3
const spreads: Readonly<Record<Sampling, Spread>> = {
  mean: shareOfSamples,
  sum: spreadSum,
  lanczos: spreadLanczos,
};

/** Put events on the TR grid of one run: sample k covers [start + k·tr, start + (k + 1)·tr).
 *
 * - `mean`: the average of the features over the sample's time, 0 while nothing is on; for states (pictures, scenes).
 *   Σ samples · tr = Σ values · duration inside the run. Overlapping events add up. Events of zero duration weigh
 *   nothing; when all in the run are so, that is an error.
 * - `sum`: the sum over events whose onset lies in the sample; for counts (words, letters). Durations do not matter. An onset
 *   within 1e-9 samples of the next sample counts there.
 * - `lanczos`: events as impulses at their midpoint, low-passed by a sinc under a Lanczos window of 3 lobes and read at
 *   the middle of each sample; for words. Zero crossings are one TR apart, so the cutoff is the Nyquist frequency
 *   1/(2 tr) Hz. As in the reference, weights are not renormalised (more words give larger values, weight 1 at t = 0),
 *   and neighbours within 3 TR count whether past or future, in the run or just outside.
 *
 * Events beyond the run are dropped. Sampling is linear in the values.
 * @param events in any order; times in seconds.
 * @returns samples × features.
 * @throws EncodingError "value" for NaN, infinite times or a negative duration; "shape" if an event has not `columns`
 *   values; "option" or "range" for a grid that makes no sense.
 * @source `lanczosinterp2D` and `lanczosfun` of HuthLab/deep-fMRI-dataset, encoding/ridge_utils/interpdata.py, where
 *   old times are word midpoints and new times TR midpoints (LeBel et al. 2023). That code calls 1/tr its cutoff:
 *   the first zero crossing, for the same filter. */
export function sampleEvents(
  events: readonly FeatureEvent[],
  { tr, samples, sampling, start = 0, dtype = "float64", columns }: SampleOptions,
): Features {
  checkNumber("sampleEvents", "tr", tr, { min: Number.MIN_VALUE });
  checkNumber("sampleEvents", "samples", samples, { min: 0, whole: true });
  checkNumber("sampleEvents", "columns", columns, { min: 0, whole: true });
  checkNumber("sampleEvents", "start", start);
  const spread = Object.hasOwn(spreads, sampling) ? spreads[sampling] : undefined;
  if (spread === undefined)
    throw new EncodingError(
      "option",
      `sampleEvents: sampling must be "mean", "sum" or "lanczos"; got ${String(sampling)}.`,
    );
  if (samples * columns > 2 ** 31)
    throw new EncodingError(
      "range",
      `sampleEvents: a run may hold up to 2^31 numbers; got ${samples} samples × ${columns} features.`,
    );
  checkEvents(events, columns);
  const sums = new Float64Array(samples * columns); // (samples, features)
  const grid = { tr, samples, start };
  if (sampling === "mean") checkDurations(events, grid);
  for (const event of events)
    spread(event, grid, (sample, weight) => {
      for (let j = 0; j < columns; j++) sums[sample * columns + j]! += weight * (event.values[j] as number);
    });
  const data = allocate(dtype, sums.length);
  data.set(sums);
  return matrix(["samples", "features"], samples, columns, data);
}

/** Tell the share of each sample's time during which something is on. */
export function shareOfSamples(
  { onset, duration }: Pick<FeatureEvent, "onset" | "duration">,
  { tr, samples, start }: Grid,
  add: Parameters<Spread>[2],
): void {
  const from = (onset - start) / tr; // in samples
  const to = (onset + duration - start) / tr;
  const last = Math.min(samples - 1, Math.ceil(to) - 1);
  for (let k = Math.max(0, Math.floor(from)); k <= last; k++) {
    const overlap = Math.min(to, k + 1) - Math.max(from, k);
    if (overlap > 0) add(k, overlap);
  }
}

function spreadSum({ onset }: FeatureEvent, { tr, samples, start }: Grid, add: Parameters<Spread>[2]) {
  const k = Math.floor((onset - start) / tr + ROUNDING);
  if (k >= 0 && k < samples) add(k, 1);
}

function spreadLanczos(
  { onset, duration }: FeatureEvent,
  { tr, samples, start }: Grid,
  add: Parameters<Spread>[2],
) {
  const middle = (onset + duration / 2 - start) / tr - 0.5; // in samples, 0 = middle of sample 0
  const last = Math.min(samples - 1, Math.floor(middle + LOBES));
  for (let k = Math.max(0, Math.ceil(middle - LOBES)); k <= last; k++) add(k, lanczos(k - middle));
}

/** `lanczosfun`: sinc(t) sinc(t / lobes) with t in units of the zero-crossing distance; 1 at 0, 0 beyond the lobes. */
function lanczos(t: number): number {
  if (t === 0) return 1;
  if (Math.abs(t) > LOBES) return 0;
  return (LOBES * Math.sin(Math.PI * t) * Math.sin((Math.PI * t) / LOBES)) / (Math.PI * t) ** 2;
}

function checkEvents(events: readonly FeatureEvent[], columns: number): void {
  for (const [i, { onset, duration, values }] of events.entries()) {
    if (!Number.isFinite(onset) || !Number.isFinite(duration) || duration < 0)
      throw new EncodingError(
        "value",
        `sampleEvents: onset and duration must be finite seconds and duration ≥ 0; event ${i} has onset ${onset} and duration ${duration}.`,
        { event: i, onset, duration },
      );
    if (values.length !== columns)
      throw new EncodingError(
        "shape",
        `sampleEvents: every event must have ${columns} features; event ${i} has ${values.length}.`,
        { event: i, expected: columns, got: values.length },
      );
    for (let j = 0; j < columns; j++)
      if (!Number.isFinite(values[j]))
        throw new EncodingError(
          "value",
          `sampleEvents: features must be finite; event ${i} has ${values[j]} in column ${j}.`,
          { event: i, column: j },
        );
  }
}

function checkDurations(events: readonly FeatureEvent[], { tr, samples, start }: Grid): void {
  const inside = events.filter(({ onset }) => onset >= start && onset < start + tr * samples);
  if (inside.length > 0 && events.every(({ duration }) => duration === 0))
    throw new EncodingError(
      "value",
      `sampleEvents: "mean" weighs events by their duration; all ${events.length} events have duration 0. Use "sum" for counts, or give durations.`,
      { events: events.length },
    );
}
