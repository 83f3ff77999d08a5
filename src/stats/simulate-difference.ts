import { checkNumber, matrix, type Random } from "../core/index.ts";
import { rSquared } from "./scores.ts";

/** What is assumed of two models in one region. */
export interface AssumedDifference {
  /** Share of the variance of a single presentation that is the same in all presentations, in (0, 1). */
  readonly ceiling: number;
  /** Share of the explainable variance that each model explains, in [0, 1]. */
  readonly explained: readonly [a: number, b: number];
  /** Standard deviation over people of the difference of these shares, ≥ 0. */
  readonly spread: number;
  /** AR(1) coefficient of the noise, and of the signal that the stimuli drive, from TR to TR. */
  readonly noise: number;
  readonly signal: number;
  /** Targets of the region whose noise is independent; voxels side by side count less than once each. */
  readonly targets: number;
}

/** How much is measured of each person. */
export interface Measurement {
  /** Held-out runs, and TRs of each. */
  readonly runs: number;
  readonly samples: number;
  /** Presentations of each held-out run, which are averaged. */
  readonly repeats: number;
}

/** Simulate the measured difference R²(A) − R²(B) of one new person: his own true difference, behind the noise of his responses.
 *
 * The response of each target is √ceiling · signal + √(1 − ceiling) · noise / √repeats, both AR(1). Each model predicts what it knows of the
 * signal, in the scale that has the least error, and errs by itself; R² is taken within each run and averaged, as in a study. Weights are
 * taken as learned: luck in training is left out, so that a study with few training runs needs more than this says.
 * @throws EncodingError "option". */
export function simulateDifference(
  { ceiling, explained, spread, noise, signal, targets }: AssumedDifference,
  { runs, samples, repeats }: Measurement,
  random: Random,
): number {
  checkNumber("simulateDifference", "ceiling", ceiling, { min: 1e-6, max: 1 });
  for (const share of explained) checkNumber("simulateDifference", "explained", share, { min: 0, max: 1 });
  checkNumber("simulateDifference", "samples", samples, { min: 3, whole: true });
  checkNumber("simulateDifference", "targets", targets, { min: 1, whole: true });
  const own = (spread * random.normal()) / 2;
  const within = (share: number) => Math.min(1, Math.max(0, share));
  const [a, b] = [within(explained[0] + own), within(explained[1] - own)];
  const ar = (rho: number) => drawSeries(random, samples, targets, rho);
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const driven = ar(signal);
    const heard = ar(noise);
    const root = Math.sqrt(ceiling);
    const Y = driven.map((s, k) => root * s + Math.sqrt((1 - ceiling) / repeats) * (heard[k] as number));
    const model = (share: number) => {
      const error = ar(signal);
      const mixed = Math.sqrt(share * (1 - share));
      const P = driven.map((s, k) => root * (share * s + mixed * (error[k] as number)));
      const r2 = rSquared(responses(Y, samples), responses(P, samples));
      return r2.reduce((x, y) => x + y, 0) / targets;
    };
    sum += (model(a) - model(b)) / runs;
  }
  return sum;
}

function responses(data: Float64Array<ArrayBuffer>, samples: number) {
  return matrix(["samples", "targets"], samples, data.length / samples, data);
}

function drawSeries(random: Random, rows: number, cols: number, rho: number): Float64Array<ArrayBuffer> {
  const data = Float64Array.from({ length: rows * cols }, () => random.normal());
  const fresh = Math.sqrt(1 - rho * rho);
  for (let k = cols; k < data.length; k++)
    data[k] = rho * (data[k - cols] as number) + fresh * (data[k] as number);
  return data;
}
