import { allocate, checkNumber, type Dtype, EncodingError, type Features, matrix } from "../core/index.ts";
import { shareOfSamples } from "./sample-events.ts";

/** The grid of samples that frames are averaged onto. */
export interface AverageOptions {
  /** Seconds a sample. */
  readonly tr: number;
  /** Number of samples of the run. */
  readonly samples: number;
  /** Features of a frame. */
  readonly columns: number;
  /** Number type of the result. */
  readonly dtype?: Dtype;
}

/** Frames that become samples one by one, so that no film need be held. */
export interface FrameAverage {
  /** Add a frame: its row counts with the share of each sample's time in which it is on. Frames beyond the run are dropped.
   * @param onset seconds from the start of the run. @param duration seconds.
   * @throws EncodingError "shape" if it has another number of features. */
  add(onset: number, duration: number, values: ArrayLike<number>): void;
  /** Share of each sample's time in which a frame was on. */
  readonly covered: Float64Array;
  /** @returns samples × features, 0 while no frame is on. */
  finish(): Features;
}

/** Average frames over the time of each sample, as `sampleEvents` does with `mean`, without their list.
 * @throws EncodingError "option" for a grid that cannot be. */
export function averageFrames({ tr, samples, columns, dtype = "float64" }: AverageOptions): FrameAverage {
  checkNumber("averageFrames", "tr", tr, { min: Number.MIN_VALUE });
  checkNumber("averageFrames", "samples", samples, { min: 0, whole: true });
  checkNumber("averageFrames", "columns", columns, { min: 0, whole: true });
  const sums = new Float64Array(samples * columns);
  const covered = new Float64Array(samples);
  return {
    covered,
    add(onset, duration, values) {
      if (values.length !== columns)
        throw new EncodingError(
          "shape",
          `averageFrames: every frame must have ${columns} features; got ${values.length}.`,
        );
      shareOfSamples({ onset, duration }, { tr, samples, start: 0 }, (sample, weight) => {
        covered[sample]! += weight;
        for (let j = 0, k = sample * columns; j < columns; j++, k++)
          sums[k]! += weight * (values[j] as number);
      });
    },
    finish() {
      const data = allocate(dtype, sums.length);
      data.set(sums);
      return matrix(["samples", "features"], samples, columns, data);
    },
  };
}
