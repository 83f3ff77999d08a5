import { matrix, type Responses, toDtype } from "../core/index.ts";
import { type CohortPlan, type CohortRun, checkPlan, type RegionPlan } from "./cohort-plan.ts";
import { type CohortTruth, type NoiseVariance, type RegionVariance, summariseTruth } from "./cohort-truth.ts";
import { drawHrf, type HrfShape, sampleHrf } from "./hrf.ts";
import { drawSpikes, type NoisePlan } from "./noise.ts";
import {
  convolveDrive,
  type Drive,
  drawWeights,
  mixSignal,
  type RegionSignal,
  scaleDrives,
} from "./signal.ts";
import { type NoiseSquares, writeTrial } from "./trial.ts";

/** One virtual person. */
export interface VirtualPerson {
  readonly id: string;
  /** Run → repeat → (volumes × targets); targets are ordered by region. */
  readonly responses: readonly (readonly Responses[])[];
  /** Run → (volumes × targets): what all repeats of the run share, without any noise. */
  readonly signal: readonly Responses[];
  /** Index of the region of each target. */
  readonly regionOf: Int32Array;
  /** The haemodynamic response in each region. */
  readonly hrf: readonly HrfShape[];
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
  const simulated = Array.from({ length: plan.people }, (_, p) => simulatePerson(plan, noise, drives, p));
  return {
    people: simulated.map(({ person }) => person),
    regions: plan.regions.map((region) => region.name),
    truth: summariseTruth(
      plan,
      simulated.map(({ variances }) => variances),
    ),
  };
}

type Drives = ReadonlyMap<string, readonly Drive[]>;

/** Everything of one person that its regions have in common. */
interface Body {
  readonly id: string;
  /** Run → repeat → all targets, (volumes × width). */
  readonly data: readonly (readonly Float64Array<ArrayBuffer>[])[];
  /** Run → repeat → height of the motion spikes. */
  readonly motion: readonly (readonly Float64Array[])[];
}

function simulatePerson(
  plan: CohortPlan,
  noise: NoisePlan,
  drives: Drives,
  p: number,
): { person: VirtualPerson; variances: RegionVariance[] } {
  const { runs, regions, targets, random } = plan;
  const id = `P${String(p + 1).padStart(2, "0")}`;
  const width = regions.length * targets;
  const motion = runs.map((run) =>
    repeatsOf(run).map((k) => drawSpikes(random.stream(`${id}/motion/${run.id}/${k}`), noise, run.samples)),
  );
  const data = runs.map((run) => repeatsOf(run).map(() => new Float64Array(run.samples * width)));
  const hrf: HrfShape[] = [];
  const variances = regions.map((region, r) => {
    const shape = drawHrf([
      random.stream(`hrf/${region.name}`),
      random.stream(`${id}/hrf`),
      random.stream(`${id}/hrf/${region.name}`),
    ]);
    hrf.push(shape);
    const signal = simulateSignal(plan, drives, region, id, shape);
    return { signal, noise: writeRegion(plan, noise, r, signal, { id, data, motion }) };
  });
  const regionOf = Int32Array.from({ length: width }, (_, t) => Math.floor(t / targets));
  const signal = joinSignals(
    plan,
    variances.map((own) => own.signal),
  );
  return { person: { id, responses: wrapResponses(plan, data), signal, regionOf, hrf }, variances };
}

/** The signals of all regions side by side, run by run. */
function joinSignals({ runs, targets, dtype = "float32" }: CohortPlan, regions: readonly RegionSignal[]) {
  const width = regions.length * targets;
  return runs.map(({ samples }, i): Responses => {
    const out = new Float64Array(samples * width);
    for (const [r, { runs: own }] of regions.entries()) {
      const part = own[i] as Float64Array;
      for (let v = 0; v < samples; v++)
        out.set(part.subarray(v * targets, (v + 1) * targets), v * width + r * targets);
    }
    return toDtype(matrix(["samples", "targets"] as const, samples, width, out), dtype);
  });
}

function repeatsOf(run: CohortRun): number[] {
  return Array.from({ length: run.repeats }, (_, k) => k);
}

function simulateSignal(
  { runs, tr, step, targets, random }: CohortPlan,
  drives: Drives,
  region: RegionPlan,
  id: string,
  shape: HrfShape,
): RegionSignal {
  const kernel = sampleHrf(shape, step, tr);
  const perVolume = Math.round(tr / step);
  const answers = new Map<string, Float64Array[]>();
  const columns = new Map<string, number>();
  for (const space of Object.keys(region.spaces)) {
    const own = drives.get(space) ?? [];
    const answer = own.map((drive) => convolveDrive(drive, kernel, perVolume));
    answers.set(space, answer);
    columns.set(space, own[0]?.cols ?? 0);
  }
  const weights = drawWeights(random, id, region, columns, targets);
  const volumes = runs.map((run) => run.samples);
  return mixSignal(region, answers, weights, volumes, targets);
}

/** Write one region of one person in all runs and repeats.
 * @returns the variances of the noise, each run counted once. */
function writeRegion(
  { runs, regions, targets, random }: CohortPlan,
  noise: NoisePlan,
  r: number,
  signal: RegionSignal,
  { id, data, motion }: Body,
): NoiseVariance {
  const total = runs.reduce((sum, run) => sum + run.samples, 0);
  const variance = { all: new Float64Array(targets), steady: new Float64Array(targets) };
  for (const [i, run] of runs.entries())
    for (const k of repeatsOf(run)) {
      const squares = writeTrial(random.stream(`${id}/noise/${regions[r]?.name}/${run.id}/${k}`), noise, {
        out: data[i]?.[k] as Float64Array,
        width: regions.length * targets,
        from: r * targets,
        signal: signal.runs[i] as Float64Array,
        motion: motion[i]?.[k] as Float64Array,
      });
      addSquares(variance, squares, 1 / (run.repeats * total));
    }
  return variance;
}

function addSquares(sum: NoiseVariance, squares: NoiseSquares, weight: number): void {
  for (let t = 0; t < sum.all.length; t++) {
    sum.all[t] = (sum.all[t] as number) + weight * (squares.all[t] as number);
    sum.steady[t] = (sum.steady[t] as number) + weight * (squares.steady[t] as number);
  }
}

function wrapResponses({ runs, dtype = "float32" }: CohortPlan, data: Body["data"]): Responses[][] {
  return data.map((repeats, i) =>
    repeats.map((numbers) => {
      const rows = (runs[i] as CohortRun).samples;
      return toDtype(matrix(["samples", "targets"] as const, rows, numbers.length / rows, numbers), dtype);
    }),
  );
}
