import { EncodingError, type Features, matrix } from "../core/index.ts";
import {
  checkPyramid,
  listFilters,
  type MotionEnergyFilter,
  type MotionEnergyOptions,
  nameFilter,
  type Pyramid,
  scalesOf,
  temporalSigmaOf,
} from "./motion-energy-pyramid.ts";
import { checkPicture, lightnessOf, type RgbPicture } from "./picture.ts";
import { createSpatialGabors, type SpatialGabors } from "./spatial-gabors.ts";

/** One frame: a picture, or its lightness L* (height × width, row-major). */
export type MotionEnergyFrame = RgbPicture | Float64Array;

/** Filters made once for films of one size and rate. */
export interface MotionEnergyBank {
  readonly filters: readonly MotionEnergyFilter[];
  /** `motion 4 cycles 45° 2 Hz at 0.50, 0.50`, in the order of the columns. */
  readonly names: readonly string[];
  readonly columns: number;
  /** Frames of a filter: two thirds of a second. */
  readonly length: number;
  /** Frames that must be seen beyond one before its energy is known. */
  readonly lag: number;
  /** What a black screen gives, as before and after a film. */
  readonly dark: Float64Array;
  /** Begin a film. */
  start(): MotionEnergyStream;
}

/** A film that is being seen, frame by frame; it holds as many frames as a filter is long. */
export interface MotionEnergyStream {
  /** See the next frame.
   * @returns the energies of the frame `lag` before it; null while there is none.
   * @throws EncodingError "shape" for another size. */
  push(frame: MotionEnergyFrame): Float64Array | null;
  /** The film has ended. @returns the energies of the last frames, whose future is dark. */
  finish(): Float64Array[];
}

const offset = 1e-5;

/** Precompute the motion-energy pyramid: Gabor filters in space and time at a grid of places, each with its twin a quarter of a cycle apart, so that
 * the amplitude √(sin² + cos²) tells motion at a frequency in a direction, wherever its stripes stand.
 *
 * Frames are taken as L* (CIE lightness, 0 … 100) and not scaled by their size: amplitudes are sums over pixels, as in pymoten. A filter lasts ⌊⅔ rate⌋ frames, about its
 * frame; before and after the film is darkness. Filters are products of a function of x, one of y and one of time: pictures are filtered by rows, columns and
 * frames, and opposite directions share all but the last step.
 * @param width of the frames, pixels. @param height of the frames, pixels. @param rate frames a second, ≥ 1.5.
 * @throws EncodingError "option" for frequencies beyond Nyquist (temporal: half the rate) and sizes that cannot be.
 * @source Nishimoto et al. 2011, as in pymoten (Gallant lab): σ = .6 period up to .3 picture, places 3.5 σ apart, temporal σ .3 of the filter. With spatial frequencies
 * 0 to 32 at 96 × 96 pixels it has the paper's 6,555 filters. Unlike pymoten, envelopes are cut at 5 σ in x and y, not where a Gabor is below .001; the CIE
 * constants have more digits; and a direction is the one that a drifting grating must have: pymoten's 0° answers to motion to the left. Agreement:
 * bench/motion-energy. */
export function createMotionEnergyBank(
  width: number,
  height: number,
  rate: number,
  options: MotionEnergyOptions = {},
): MotionEnergyBank {
  const pyramid = checkPyramid(width, height, rate, options);
  const scales = scalesOf(width / height, pyramid);
  const filters = listFilters(scales, pyramid);
  const gabors = createSpatialGabors(width, height, scales, pyramid);
  const times = createTimes(rate, pyramid);
  const length = times[0]?.cos.length as number;
  const lag = Math.ceil(length / 2) - 1;
  const columns = filters.length;
  const combine = createCombiner(gabors, times, pyramid, columns);
  const lightness = (frame: MotionEnergyFrame) => lightnessOfFrame(frame, width, height);
  return {
    filters,
    names: filters.map(nameFilter),
    columns,
    length,
    lag,
    dark: new Float64Array(columns).fill(pyramid.compression === "log" ? Math.log(offset) : 0),
    start() {
      const ring = Array.from({ length }, () => new Float64Array(gabors.size));
      let [seen, told] = [0, 0];
      const tell = () => {
        const frames: (Float64Array | null)[] = []; // of each place in the filter
        for (let d = 0; d < length; d++) {
          const k = told - (d - lag);
          frames.push(k >= 0 && k < seen ? (ring[k % length] as Float64Array) : null);
        }
        told++;
        return combine(frames);
      };
      return {
        push(frame) {
          gabors.apply(lightness(frame), ring[seen % length] as Float64Array);
          seen++;
          return seen > lag ? tell() : null;
        },
        finish: () => Array.from({ length: seen - told }, tell),
      };
    },
  };
}

/** Motion energy of a short film that is in memory; for long ones make a {@link createMotionEnergyBank} and push frames.
 * @returns frames × filters. @throws EncodingError as createMotionEnergyBank; "shape" if frames differ in size or there are none. */
export function motionEnergy(
  frames: readonly RgbPicture[],
  rate: number,
  options: MotionEnergyOptions = {},
): Features {
  const [first] = frames;
  if (first === undefined)
    throw new EncodingError("shape", "motionEnergy: a film needs at least one frame; got none.");
  const bank = createMotionEnergyBank(first.width, first.height, rate, options);
  const stream = bank.start();
  const rows = frames.flatMap((frame) => stream.push(frame) ?? []);
  rows.push(...stream.finish());
  const data = new Float64Array(rows.length * bank.columns);
  for (const [i, row] of rows.entries()) data.set(row, i * bank.columns);
  return matrix(["samples", "features"], rows.length, bank.columns, data);
}

function lightnessOfFrame(frame: MotionEnergyFrame, width: number, height: number): Float64Array {
  if (frame instanceof Float64Array) {
    if (frame.length === width * height) return frame;
    throw new EncodingError(
      "shape",
      `MotionEnergyStream.push: the bank was made for ${width} × ${height} pixels; got ${frame.length} numbers.`,
    );
  }
  checkPicture("MotionEnergyStream.push", frame);
  if (frame.width === width && frame.height === height) return lightnessOf(frame);
  throw new EncodingError(
    "shape",
    `MotionEnergyStream.push: the bank was made for ${width} × ${height} pixels; got ${frame.width} × ${frame.height}.`,
  );
}

/** A filter's course in time. */
interface Course {
  readonly frequency: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function createTimes(rate: number, { temporalFrequencies }: Pyramid): Course[] {
  const length = Math.floor(rate * (2 / 3));
  return temporalFrequencies.map((frequency) => {
    const sigma = temporalSigmaOf(frequency);
    const cycles = frequency * (length / rate) * 2 * Math.PI; // radians a filter
    const envelope = Float64Array.from({ length }, (_, d) =>
      Math.exp(-((d / length - 0.5) ** 2) / (2 * sigma ** 2)),
    );
    return {
      frequency,
      cos: envelope.map((e, d) => e * Math.cos((d / length - 0.5) * cycles)),
      sin: envelope.map((e, d) => e * Math.sin((d / length - 0.5) * cycles)),
    };
  });
}

/** The columns of each temporal frequency: of the stripes in their direction and the opposite one, and of brightness. */
function placeColumns(gabors: SpatialGabors, times: readonly Course[], { directions }: Pyramid) {
  const half = directions / 2;
  const places = times.map(() => ({
    along: new Int32Array(gabors.stripes),
    against: new Int32Array(gabors.stripes).fill(-1),
    bright: new Int32Array(gabors.brightness).fill(-1),
  }));
  let column = 0;
  for (const { count, firstStripe, firstBright } of gabors.scales)
    for (let d = 0; d < directions; d++)
      for (let k = 0; k < count; k++)
        for (const [f, { frequency }] of times.entries()) {
          if (frequency === 0 && d >= half) continue;
          const place = places[f] as (typeof places)[number];
          place[d < half ? "along" : "against"][firstStripe + (d % half) * count + k] = column++;
          if (d === 0 && gabors.brightness > 0) place.bright[firstBright + k] = column++;
        }
  return places;
}

/** Frames of a filter's length to energies. With s the complex answer in space, whose stripes run on along the direction, and g the course in time, both
 * added up over the frames, latest first: |Σ s̄ g| is motion along the direction, |Σ s g| against it. */
function createCombiner(
  gabors: SpatialGabors,
  times: readonly Course[],
  pyramid: Pyramid,
  columns: number,
): (frames: readonly (Float64Array | null)[]) => Float64Array {
  const places = placeColumns(gabors, times, pyramid);
  const { stripes, brightness } = gabors;
  const size = 2 * stripes + brightness; // re of all stripes, im of all stripes, brightness
  const byCos = new Float64Array(size);
  const bySin = new Float64Array(size);
  return (frames) => {
    const out = new Float64Array(columns);
    for (const [f, { cos, sin }] of times.entries()) {
      byCos.fill(0);
      bySin.fill(0);
      for (const [d, frame] of frames.entries()) {
        if (frame === null) continue;
        const [c, s] = [cos[d] as number, sin[d] as number];
        for (let k = 0; k < size; k++) {
          const value = frame[k] as number;
          byCos[k]! += c * value;
          bySin[k]! += s * value;
        }
      }
      const { along, against, bright } = places[f] as (typeof places)[number];
      for (let k = 0; k < stripes; k++) {
        const [uc, us] = [byCos[k] as number, bySin[k] as number];
        const [vc, vs] = [byCos[stripes + k] as number, bySin[stripes + k] as number];
        out[along[k] as number] = (uc + vs) ** 2 + (us - vc) ** 2;
        if ((against[k] as number) >= 0) out[against[k] as number] = (uc - vs) ** 2 + (us + vc) ** 2;
      }
      for (let k = 0; k < brightness; k++)
        out[bright[k] as number] =
          (byCos[2 * stripes + k] as number) ** 2 + (bySin[2 * stripes + k] as number) ** 2;
    }
    const log = pyramid.compression === "log";
    for (let k = 0; k < columns; k++) {
      const amplitude = Math.sqrt(out[k] as number);
      out[k] = log ? Math.log(amplitude + offset) : amplitude;
    }
    return out;
  };
}
