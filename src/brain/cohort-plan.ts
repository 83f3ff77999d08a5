import { checkFinite, checkNumber, EncodingError, type Features, type Random } from "../core/index.ts";
import { checkNoise, type NoisePlan } from "./noise.ts";

/** What a region answers to. */
export interface RegionPlan {
  readonly name: string;
  /** Share of the signal's variance by feature space; sums to 1. Empty: the region is silent (noise only). */
  readonly spaces: Readonly<Record<string, number>>;
  /** Pairs of feature spaces whose first columns, as many as both have, carry the same weights (a code common to both). */
  readonly shared?: readonly (readonly [string, string])[];
  /** Variance of the signal over that of the steady noise, single trial; 0.35 if left out. */
  readonly snr?: number;
}

/** A run of the virtual cohort: `samples` volumes, shown `repeats` times. */
export interface CohortRun {
  readonly id: string;
  readonly samples: number;
  readonly repeats: number;
}

/** What {@link simulateCohort} is asked for. */
export interface CohortPlan {
  readonly runs: readonly CohortRun[];
  /** Seconds per volume. */
  readonly tr: number;
  /** Seconds per row of the drives; divides `tr`. */
  readonly step: number;
  /** Feature space → run → (fine rows × features), on any scale: each column is scaled to unit variance within runs. */
  readonly drives: Readonly<Record<string, readonly Features[]>>;
  readonly regions: readonly RegionPlan[];
  readonly people: number;
  /** Targets of each region. */
  readonly targets: number;
  readonly noise?: Partial<NoisePlan>;
  /** float32 unless said otherwise. */
  readonly dtype?: "float32" | "float64";
  readonly random: Random;
}

/** Refuse a plan that cannot be simulated as it stands.
 * @returns the noise with its defaults.
 * @throws EncodingError "option", "shape" or "value" naming the field, run, region or feature space. */
export function checkPlan(plan: CohortPlan): NoisePlan {
  const { runs, tr, step, regions } = plan;
  checkNumber("simulateCohort", "people", plan.people, { min: 1, max: 10_000, whole: true });
  checkNumber("simulateCohort", "targets", plan.targets, { min: 1, whole: true });
  checkNumber("simulateCohort", "tr", tr, { min: 0.05, max: 60 });
  checkNumber("simulateCohort", "step", step, { min: 0.001, max: tr });
  if (Math.abs(tr / step - Math.round(tr / step)) > 1e-6)
    refuse(`step must divide tr; got step ${step} s and tr ${tr} s`);
  checkNames(
    "runs",
    runs.map((run) => run.id),
  );
  checkNames(
    "regions",
    regions.map((region) => region.name),
  );
  for (const run of runs) {
    checkNumber("simulateCohort", `samples of run ${run.id}`, run.samples, { min: 2, whole: true });
    checkNumber("simulateCohort", `repeats of run ${run.id}`, run.repeats, { min: 1, whole: true });
  }
  for (const [space, drives] of Object.entries(plan.drives)) checkDrives(plan, space, drives);
  for (const region of regions) checkRegion(plan, region);
  return checkNoise(plan.noise ?? {});
}

function checkNames(what: string, names: readonly string[]): void {
  if (names.length === 0) refuse(`needs at least one of ${what}; got none`);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) refuse(`names of ${what} must differ; got "${twice}" twice`);
}

function checkDrives({ runs, tr, step }: CohortPlan, space: string, drives: readonly Features[]): void {
  if (drives.length !== runs.length)
    throw new EncodingError(
      "shape",
      `simulateCohort: the drives of ${space} must hold one matrix a run; got ${drives.length} for ${runs.length} runs.`,
    );
  for (const [k, drive] of drives.entries()) {
    const run = runs[k] as CohortRun;
    const rows = Math.round((run.samples * tr) / step);
    const cols = (drives[0] as Features).cols;
    if (drive.rows !== rows || drive.cols !== cols)
      throw new EncodingError(
        "shape",
        `simulateCohort: the drive of ${space} in run ${run.id} must be ${rows} rows (${run.samples} × ${tr} s / ${step} s) × ${cols} features; got ${drive.rows} × ${drive.cols}.`,
      );
    checkFinite("simulateCohort", drive, `the drive of ${space} in run ${run.id}`);
  }
}

function checkRegion({ drives }: CohortPlan, { name, spaces, shared = [], snr = 0.35 }: RegionPlan): void {
  checkNumber("simulateCohort", `snr of region ${name}`, snr, { min: 0, max: 1e6 });
  let sum = 0;
  for (const [space, share] of Object.entries(spaces)) {
    if (!Object.hasOwn(drives, space))
      refuse(
        `region ${name} names the feature space "${space}"; the drives have ${Object.keys(drives).join(", ")}`,
      );
    checkNumber("simulateCohort", `share of ${space} in region ${name}`, share, { min: 0, max: 1 });
    sum += share;
  }
  if (Object.keys(spaces).length > 0 && Math.abs(sum - 1) > 1e-6)
    refuse(`the shares of region ${name} must sum to 1; got ${sum}`);
  for (const pair of shared)
    for (const space of pair)
      if (!Object.hasOwn(spaces, space))
        refuse(`region ${name} shares the weights of "${space}", which it does not have`);
}

function refuse(message: string): never {
  throw new EncodingError("option", `simulateCohort: ${message}.`);
}
