import { EncodingError, type Random } from "../core/index.ts";

/** What disturbs the responses. Variances are relative to the steady noise (AR and white together), which has variance 1. */
export interface NoisePlan {
  /** Standard deviation of everything below together; 0 leaves the bare signal. */
  readonly level: number;
  /** One or two autoregressive coefficients of the AR part, per TR. */
  readonly ar: readonly number[];
  /** Share of the steady noise's variance that is white. */
  readonly white: number;
  /** Share of the AR part's variance that all targets of a region have in common. */
  readonly common: number;
  /** Variance of the slow drift (polynomials up to degree 3 and one slow cosine). */
  readonly drift: number;
  /** Motion spikes per sample; they hit all targets of a person at once, and last one or two samples. */
  readonly spikeRate: number;
  /** Standard deviation of a spike's height. */
  readonly spikeSize: number;
}

/** Noise much like that of a 3-Tesla scanner at TR 2 s after spatial smoothing. */
export const defaultNoise: NoisePlan = {
  level: 1,
  ar: [0.45],
  white: 0.35,
  common: 0.1,
  drift: 0.4,
  spikeRate: 0.008,
  spikeSize: 1.5,
};

/** Fill in the defaults and refuse what is not a noise.
 * @throws EncodingError "option" naming the field: negative variances, shares above 1, an AR process that explodes. */
export function checkNoise(plan: Partial<NoisePlan>): NoisePlan {
  const noise = { ...defaultNoise, ...plan };
  const ranges = { level: Infinity, white: 1, common: 1, drift: Infinity, spikeRate: 1, spikeSize: Infinity };
  for (const [field, most] of Object.entries(ranges)) {
    const value = noise[field as keyof typeof ranges];
    if (!(Number.isFinite(value) && value >= 0 && value <= most))
      throw new EncodingError(
        "option",
        `simulateCohort: noise.${field} must lie in [0, ${most}]; got ${value}.`,
      );
  }
  const [a = 0, b = 0] = noise.ar;
  if (noise.ar.length > 2 || !(Math.abs(b) < 1 && a + b < 1 && b - a < 1))
    throw new EncodingError(
      "option",
      `simulateCohort: noise.ar must be one or two coefficients of a stationary process; got [${noise.ar.join(", ")}].`,
    );
  return noise;
}

/** An autoregressive series of variance 1 in its steady state.
 * @param ar one or two coefficients of a stationary process, see checkNoise. */
export function drawAr(random: Random, ar: readonly number[], samples: number): Float64Array {
  const [a = 0, b = 0] = ar;
  const rho = a / (1 - b); // correlation of neighbours
  const scale = Math.sqrt(1 - a * rho - b * (a * rho + b)); // innovations that give variance 1
  const out = new Float64Array(samples);
  let before = random.normal(); // two steady-state values that lie before the series
  let last = rho * before + Math.sqrt(1 - rho * rho) * random.normal();
  for (let t = 0; t < samples; t++) {
    const next = a * last + b * before + scale * random.normal();
    out[t] = next;
    before = last;
    last = next;
  }
  return out;
}

/** A slow drift: Legendre polynomials of degree 1 to 3 and one slow cosine with random weights, mean variance 1. */
export function drawDrift(random: Random, samples: number): Float64Array {
  const weights = [1, 0.6, 0.4, 0.5].map((w) => w * random.normal());
  const scale = Math.sqrt(1 / 3 + 0.36 / 5 + 0.16 / 7 + 0.25 / 2);
  const phase = 2 * Math.PI * random.uniform();
  const [w1, w2, w3, w4] = weights as [number, number, number, number];
  return Float64Array.from({ length: samples }, (_, t) => {
    const x = samples > 1 ? (2 * t) / (samples - 1) - 1 : 0;
    const poly = w1 * x + (w2 * (3 * x * x - 1)) / 2 + (w3 * x * (5 * x * x - 3)) / 2;
    return (poly + w4 * Math.cos(1.5 * Math.PI * x + phase)) / scale;
  });
}

/** Motion of one person in one run: height of the disturbance of each sample, mostly 0. */
export function drawSpikes(
  random: Random,
  { spikeRate, spikeSize }: NoisePlan,
  samples: number,
): Float64Array {
  const out = new Float64Array(samples);
  for (let t = 0; t < samples; t++) {
    const [hit, long, height] = [random.uniform(), random.uniform(), spikeSize * random.normal()];
    if (hit >= spikeRate) continue;
    out[t] = (out[t] as number) + height;
    if (long < 0.5 && t + 1 < samples) out[t + 1] = (out[t + 1] as number) + 0.5 * height;
  }
  return out;
}
