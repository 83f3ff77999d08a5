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
  /** @param rest what the features are while no frame is on; default 0. @returns samples × features. */
  finish(rest?: ArrayLike<number>): Features;
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
    finish(rest) {
      const data = allocate(dtype, sums.length);
      for (let i = 0, k = 0; i < samples; i++) {
        const blank = 1 - (covered[i] as number);
        for (let j = 0; j < columns; j++, k++)
          data[k] = (sums[k] as number) + (rest && blank > 1e-9 ? blank * (rest[j] as number) : 0);
      }
      return matrix(["samples", "features"], samples, columns, data);
    },
  };
}
