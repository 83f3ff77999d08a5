import { matrix, type Random, type Responses, toDtype } from "../core/index.ts";
import { type CohortPlan, type CohortRun, checkPlan, type RegionPlan } from "./cohort-plan.ts";
import { drawHrf, type HrfShape, sampleHrf } from "./hrf.ts";
import { drawAr, drawDrift, drawSpikes, type NoisePlan } from "./noise.ts";
import {
  convolveDrive,
  type Drive,
  drawWeights,
  mixSignal,
  type RegionSignal,
  scaleDrives,
} from "./signal.ts";

/** One virtual person. */
export interface VirtualPerson {
  readonly id: string;
  /** Run → repeat → (volumes × targets); targets are ordered by region. */
  readonly responses: readonly (readonly Responses[])[];
  /** Index of the region of each target. */
  readonly regionOf: Int32Array;
  /** The haemodynamic response in each region. */
  readonly hrf: readonly HrfShape[];
}

/** What was planted, as it came out in the data; means over people and targets. Variances are within runs, runs counted once. */
export interface CohortTruth {
  readonly spaces: readonly string[];
  /** Regions × spaces: share of the total single-trial variance carried by the space (product measure). */
  readonly share: readonly (readonly number[])[];
  /** Per region: share of the total single-trial variance that is signal; the sum of its row in `share`. */
  readonly explainable: readonly number[];
  /** As `explainable`, of the variance without the slow drift, which preprocessing takes away. */
  readonly explainableDetrended: readonly number[];
}

/** A virtual cohort: responses of people whose regions are known mixtures, and the truth beside them. */
export interface Cohort {
  readonly people: readonly VirtualPerson[];
  readonly regions: readonly string[];
  readonly truth: CohortTruth;
}

/** Simulate people whose regions answer to planned mixtures of feature spaces.
 *
 * A target's response is HRF(person, region) ∗ (drive · weights) + AR and white noise + slow drift + motion spikes. Repeats
 * of a run share the signal and have fresh noise. The steady noise has variance 1, the signal `snr`. Numbers come from
 * streams named by person, region, space, run and repeat: another region, person or repeat leaves all others as they were;
 * another run leaves all draws as they were, and changes the signal's scale only, which is fitted over all runs.
 * @param plan drives are (rows of `step` seconds × features) per space and run, on any scale.
 * @returns responses (volumes × targets), float32 unless `dtype` says otherwise, and the realised truth.
 * @throws EncodingError "option" if shares do not sum to 1, names repeat or `step` does not divide `tr`; "shape" if a drive
 * does not fit its run; "value" if a drive is not finite, or constant where a region shall answer to it. */
export function simulateCohort(plan: CohortPlan): Cohort {
  const noise = checkPlan(plan);
  const drives = new Map(Object.entries(plan.drives).map(([space, runs]) => [space, scaleDrives(runs)]));
  const tally = new Tally(plan);
  const people = Array.from({ length: plan.people }, (_, p) => simulatePerson(plan, noise, drives, p, tally));
  return { people, regions: plan.regions.map((region) => region.name), truth: tally.truth() };
}

type Drives = ReadonlyMap<string, readonly Drive[]>;

function simulatePerson(
  plan: CohortPlan,
  noise: NoisePlan,
  drives: Drives,
  p: number,
  tally: Tally,
): VirtualPerson {
  const { runs, regions, targets, random } = plan;
  const id = `P${String(p + 1).padStart(2, "0")}`;
  const width = regions.length * targets;
  const motion = runs.map((run) => trials(run).map((k) => spikesOf(random, id, run, k, noise)));
  const data = runs.map((run) => trials(run).map(() => new Float64Array(run.samples * width)));
  const hrf: HrfShape[] = [];
  for (const [r, region] of regions.entries()) {
    const streams = [`hrf/${region.name}`, `${id}/hrf`, `${id}/hrf/${region.name}`];
    const shape = drawHrf(streams.map(random.stream));
    const signal = simulateSignal(plan, drives, region, id, shape);
    hrf.push(shape);
    tally.addSignal(r, region, signal);
    for (const [i, run] of runs.entries())
      for (const k of trials(run)) {
        const out = data[i]?.[k] as Float64Array;
        const height = motion[i]?.[k] as Float64Array;
        const stream = random.stream(`${id}/noise/${region.name}/${run.id}/${k}`);
        const place = { out, width, from: r * targets, signal: signal.runs[i] as Float64Array };
        tally.addNoise(r, run, addTrial(stream, noise, place, height, targets));
      }
  }
  const responses = data.map((repeats, i) =>
    repeats.map((numbers): Responses => {
      const full = matrix(["samples", "targets"] as const, runs[i]?.samples ?? 0, width, numbers);
      return toDtype(full, plan.dtype ?? "float32");
    }),
  );
  return {
    id,
    responses,
    regionOf: Int32Array.from({ length: width }, (_, t) => Math.floor(t / targets)),
    hrf,
  };
}

function trials(run: CohortRun): number[] {
  return Array.from({ length: run.repeats }, (_, k) => k);
}

function spikesOf(random: Random, id: string, run: CohortRun, k: number, noise: NoisePlan): Float64Array {
  return drawSpikes(random.stream(`${id}/motion/${run.id}/${k}`), noise, run.samples);
}

function simulateSignal(
  { runs, tr, step, targets, random }: CohortPlan,
  drives: Drives,
  region: RegionPlan,
  id: string,
  shape: HrfShape,
): RegionSignal {
  const kernel = sampleHrf(shape, step, tr);
  const answers = new Map<string, Float64Array[]>();
  const columns = new Map<string, number>();
  for (const space of Object.keys(region.spaces)) {
    const own = drives.get(space) ?? [];
    answers.set(
      space,
      own.map((drive) => convolveDrive(drive, kernel, Math.round(tr / step))),
    );
    columns.set(space, own[0]?.cols ?? 0);
  }
  const weights = drawWeights(random, id, region, columns, targets);
  return mixSignal(
    region,
    answers,
    weights,
    runs.map((run) => run.samples),
    targets,
  );
}

interface Place {
  /** All targets of the person in this trial, (volumes × width). */
  readonly out: Float64Array;
  readonly width: number;
  /** First column of the region. */
  readonly from: number;
  readonly signal: Float64Array;
}

/** Write signal and noise of one region and trial.
 * @returns sums of squares about the mean, over targets: all noise, and noise without drift, per target. */
function addTrial(
  random: Random,
  noise: NoisePlan,
  place: Place,
  motion: Float64Array,
  targets: number,
): NoiseSquares {
  const { out, width, from, signal } = place;
  const samples = motion.length;
  const { level, ar, white, common, drift } = noise;
  const all = drawAr(random, ar, samples); // common to the region
  const squares = { all: new Float64Array(targets), steady: new Float64Array(targets) };
  const [full, steady] = [new Float64Array(samples), new Float64Array(samples)];
  for (let t = 0; t < targets; t++) {
    const own = drawAr(random, ar, samples);
    const slow = drawDrift(random, samples);
    const gain = 0.5 + random.uniform();
    for (let i = 0; i < samples; i++) {
      const smooth = Math.sqrt(common) * (all[i] as number) + Math.sqrt(1 - common) * (own[i] as number);
      const rough = Math.sqrt(white) * random.normal() + gain * (motion[i] as number);
      steady[i] = level * (Math.sqrt(1 - white) * smooth + rough);
      full[i] = (steady[i] as number) + level * Math.sqrt(drift) * (slow[i] as number);
      out[i * width + from + t] = (signal[i * targets + t] as number) + (full[i] as number);
    }
    squares.all[t] = squaresOf(full);
    squares.steady[t] = squaresOf(steady);
  }
  return squares;
}

interface NoiseSquares {
  readonly all: Float64Array;
  readonly steady: Float64Array;
}

function squaresOf(x: Float64Array): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
