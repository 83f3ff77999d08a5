import { EncodingError, type Features, matrix, type Responses, toDtype } from "../core/index.ts";
import { delayRuns, type FeatureEvent, sampleEvents } from "../features/index.ts";
import type { Sense } from "./manifest-model.ts";

/** One run as all people went through it. */
export interface BrainRun {
  readonly id: string;
  /** Training runs make the weights and the intervals; test runs the scores, the masks and the measured coverage. */
  readonly role: "train" | "test";
  /** Volumes. */
  readonly samples: number;
  readonly repeats: number;
}

/** One stimulus on the screen. */
export interface Presentation {
  /** Index into the runs. */
  readonly run: number;
  readonly sense: Sense;
  /** Seconds from the start of the run. */
  readonly onset: number;
  readonly duration: number;
  /** Row of the sense's activations. */
  readonly stimulus: number;
}

/** What a brain is fitted to: who saw what when, and their responses. All people have the same targets. */
export interface BrainData {
  /** Seconds a volume. */
  readonly tr: number;
  readonly runs: readonly BrainRun[];
  readonly presentations: readonly Presentation[];
  readonly regions: readonly { readonly name: string; readonly description: string }[];
  /** Region of each target, −1 for none. */
  readonly regionOf: Int32Array;
  readonly people: readonly {
    readonly id: string;
    /** [run][repeat], (samples × targets), z-scored run by run. */
    readonly responses: readonly (readonly Responses[])[];
  }[];
}

/** Volumes that begin within a window after an onset, as [from, to); null where the run ends before.
 * @param window seconds after onset, [from, to). */
export function windowOf(
  { onset }: Pick<Presentation, "onset">,
  { samples }: Pick<BrainRun, "samples">,
  tr: number,
  window: readonly [number, number],
): readonly [number, number] | null {
  const from = Math.ceil((onset + window[0]) / tr - 1e-9);
  const to = Math.ceil((onset + window[1]) / tr - 1e-9);
  return from < to && to <= samples ? [from, to] : null;
}

/** The mean over rows [from, to). @returns (targets). */
export function meanRows(Y: Responses, [from, to]: readonly [number, number]): Float64Array {
  const out = new Float64Array(Y.cols);
  for (let i = from; i < to; i++)
    for (let t = 0; t < Y.cols; t++)
      out[t] = (out[t] as number) + (Y.data[i * Y.cols + t] as number) / (to - from);
  return out;
}

/** The design of every run: for each delay the columns of each sense, [1, features] while a stimulus is on and 0 else.
 *
 * Columns: sense by sense, delay by delay within a sense, so that a sense is one band.
 * @param features of each sense, (stimuli × features).
 * @returns one (samples × columns) a run, float32; `bands`: columns [from, to) of each sense. */
export function designRuns(
  { tr, runs, presentations }: Pick<BrainData, "tr" | "runs" | "presentations">,
  features: Readonly<Partial<Record<Sense, Features>>>,
  delays: readonly number[],
) {
  const senses = (Object.keys(features) as Sense[]).filter((sense) => features[sense] !== undefined);
  const parts = senses.map((sense) => {
    const X = features[sense] as Features;
    const sampled = runs.map((run, r) =>
      sampleEvents(
        presentations.filter((one) => one.run === r && one.sense === sense).map((one) => eventOf(one, X)),
        { tr, samples: run.samples, sampling: "mean", columns: 1 + X.cols },
      ),
    );
    return delayRuns(sampled, delays);
  });
  let at = 0;
  const bands = senses.map((name, s) => {
    const from = at;
    at += parts[s]?.[0]?.cols ?? 0;
    return { name, from, to: at };
  });
  const design = runs.map((run, r) =>
    toDtype(
      beside(
        parts.map((part) => part[r] as Features),
        run.samples,
      ),
      "float32",
    ),
  );
  return { design, bands };
}

function eventOf({ onset, duration, stimulus, run }: Presentation, X: Features): FeatureEvent {
  if (!(stimulus >= 0 && stimulus < X.rows))
    throw new EncodingError(
      "range",
      `fitBrain: a presentation of run ${run} shows stimulus ${stimulus}; there are ${X.rows}.`,
    );
  const row = X.data.subarray(stimulus * X.cols, (stimulus + 1) * X.cols);
  return { onset, duration, values: [1, ...row] };
}

function beside(parts: readonly Features[], rows: number): Features {
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  const out = new Float64Array(rows * cols);
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++)
      out.set(part.data.subarray(i * part.cols, (i + 1) * part.cols), i * cols + at);
    at += part.cols;
  }
  return matrix(["samples", "features"], rows, cols, out);
}

/** The weights of one isolated presentation: what `columns` features at every delay add up to, averaged over the window.
 *
 * The stimulus comes on at the start of a volume and stays for `seconds`; volume m is covered by the share that it is on.
 * weight[n] over the volumes n of the window = Σ_m cover[m] · delayed[n − m].
 * @param delayed (delays · columns × targets), delay-major. @returns (targets × columns). */
export function presentOnce(
  delayed: { readonly data: ArrayLike<number>; readonly cols: number; readonly columns: number },
  {
    delays,
    tr,
    seconds,
    window,
  }: { delays: readonly number[]; tr: number; seconds: number; window: readonly [number, number] },
): Float64Array {
  const { data, cols: targets, columns } = delayed;
  const range = windowOf({ onset: 0 }, { samples: Number.MAX_SAFE_INTEGER }, tr, window);
  if (range === null)
    throw new EncodingError(
      "option",
      `fitBrain: no volume begins within the window of ${window.join(" to ")} s.`,
    );
  const out = new Float64Array(targets * columns);
  for (const [d, delay] of delays.entries()) {
    let weight = 0;
    for (let n = range[0]; n < range[1]; n++) {
      const m = n - delay;
      const cover = m < 0 ? 0 : Math.min(1, Math.max(0, seconds / tr - m));
      weight += cover / (range[1] - range[0]);
    }
    if (weight === 0) continue;
    for (let c = 0; c < columns; c++)
      for (let t = 0; t < targets; t++)
        out[t * columns + c] =
          (out[t * columns + c] as number) + weight * (data[(d * columns + c) * targets + t] as number);
  }
  return out;
}
