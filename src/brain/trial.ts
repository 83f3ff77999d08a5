import type { Random } from "../core/index.ts";
import { drawAr, drawDrift, type NoisePlan } from "./noise.ts";

/** The place of one region in one presentation of a run. */
export interface Trial {
  /** Responses of all targets of the person, (volumes × width), row-major; the region's columns are written. */
  readonly out: Float64Array;
  readonly width: number;
  /** First column of the region. */
  readonly from: number;
  /** (volumes × targets of the region), row-major. */
  readonly signal: Float64Array;
  /** Height of the person's motion spike at each volume. */
  readonly motion: Float64Array;
}

/** Sums of squares of the noise about its mean, per target. */
export interface NoiseSquares {
  readonly all: Float64Array;
  /** Without the slow drift. */
  readonly steady: Float64Array;
}

/** Write signal plus fresh noise of one region and presentation.
 * @param random a stream of its own for person, region, run and repeat.
 * @returns what noise was added. */
export function writeTrial(random: Random, noise: NoisePlan, trial: Trial): NoiseSquares {
  const { out, width, from, signal, motion } = trial;
  const samples = motion.length;
  const targets = signal.length / samples;
  const shared = drawAr(random, noise.ar, samples);
  const squares = { all: new Float64Array(targets), steady: new Float64Array(targets) };
  const drift = noise.level * Math.sqrt(noise.drift);
  for (let t = 0; t < targets; t++) {
    const series = drawSteady(random, noise, shared, motion);
    squares.steady[t] = squaresOf(series);
    const slow = drawDrift(random, samples);
    for (let i = 0; i < samples; i++) {
      series[i] = (series[i] as number) + drift * (slow[i] as number);
      out[i * width + from + t] = (signal[i * targets + t] as number) + (series[i] as number);
    }
    squares.all[t] = squaresOf(series);
  }
  return squares;
}

/** AR noise (in part common to the region), white noise, and the target's share of the motion. */
function drawSteady(
  random: Random,
  noise: NoisePlan,
  shared: Float64Array,
  motion: Float64Array,
): Float64Array {
  const { level, ar, white, common } = noise;
  const own = drawAr(random, ar, motion.length);
  const gain = 0.5 + random.uniform();
  const [together, alone] = [Math.sqrt((1 - white) * common), Math.sqrt((1 - white) * (1 - common))];
  return own.map((value, i) => {
    const smooth = together * (shared[i] as number) + alone * value;
    return level * (smooth + Math.sqrt(white) * random.normal() + gain * (motion[i] as number));
  });
}

function squaresOf(x: Float64Array): number {
  let [mean, sum] = [0, 0];
  for (let i = 0; i < x.length; i++) mean += (x[i] as number) / x.length;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - mean) ** 2;
  return sum;
}
