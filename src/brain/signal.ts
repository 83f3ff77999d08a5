import { EncodingError, type Features, type Random } from "../core/index.ts";
import type { RegionPlan } from "./cohort-plan.ts";

/** The drive of a feature space in one run, every column scaled to unit variance within runs. */
export interface Drive {
  readonly rows: number;
  readonly cols: number;
  /** rows × cols, row-major; not centred, so that silence stays 0. */
  readonly data: Float64Array;
  /** 1 for rows that hold anything. */
  readonly active: Uint8Array;
}

/** Scale each column by its standard deviation within runs, pooled over runs; constant columns become 0. */
export function scaleDrives(runs: readonly Features[]): Drive[] {
  const cols = runs[0]?.cols ?? 0;
  const squares = new Float64Array(cols);
  let rows = 0;
  for (const { data, rows: n } of runs) {
    rows += n;
    for (let j = 0; j < cols; j++) {
      let [sum, mean] = [0, 0];
      for (let i = 0; i < n; i++) mean += (data[i * cols + j] as number) / n;
      for (let i = 0; i < n; i++) sum += ((data[i * cols + j] as number) - mean) ** 2;
      squares[j] = (squares[j] as number) + (sum > 1e-20 * n * mean * mean ? sum : 0);
    }
  }
  const scale = squares.map((s) => (s > 0 ? 1 / Math.sqrt(s / rows) : 0));
  return runs.map((run) => {
    const data = Float64Array.from(run.data, (value, k) => value * (scale[k % cols] as number));
    const active = Uint8Array.from({ length: run.rows }, (_, i) =>
      data.subarray(i * cols, (i + 1) * cols).some((value) => value !== 0) ? 1 : 0,
    );
    return { rows: run.rows, cols, data, active };
  });
}

/** The haemodynamic answer to each column, at each volume, centred over the run.
 * @param kernel weights from {@link sampleHrf}.
 * @param rows fine rows per volume.
 * @returns (volumes × cols), row-major. */
export function convolveDrive(drive: Drive, kernel: Float64Array, rows: number): Float64Array {
  const { cols, data, active } = drive;
  const volumes = Math.floor(drive.rows / rows);
  const out = new Float64Array(volumes * cols);
  for (let v = 0; v < volumes; v++) {
    const last = (v + 1) * rows - 1;
    for (let n = 0; n < kernel.length && n <= last; n++) {
      if (active[last - n] === 0) continue;
      const [weight, from] = [kernel[n] as number, (last - n) * cols];
      for (let j = 0; j < cols; j++)
        out[v * cols + j] = (out[v * cols + j] as number) + weight * (data[from + j] as number);
    }
  }
  centreColumns(out, volumes, cols);
  return out;
}

/** Take the mean of each column away, in place. */
export function centreColumns(data: Float64Array, rows: number, cols: number): void {
  for (let j = 0; j < cols; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += (data[i * cols + j] as number) / rows;
    for (let i = 0; i < rows; i++) data[i * cols + j] = (data[i * cols + j] as number) - mean;
  }
}

/** Weights of one person's region: typical of the region (variance 0.4), of the person (0.2) and of each target (0.4).
 *
 * Feature spaces that share a code carry the same weights in their common first columns.
 * @param columns features of each space of the region.
 * @returns space → (features × targets), row-major. */
export function drawWeights(
  random: Random,
  person: string,
  region: RegionPlan,
  columns: ReadonlyMap<string, number>,
  targets: number,
): Map<string, Float64Array> {
  const weights = new Map<string, Float64Array>();
  for (const space of Object.keys(region.spaces)) {
    const name = `weights/${region.name}/${space}`;
    const [typical, own] = [random.stream(name), random.stream(`${person}/${name}`)];
    const cols = columns.get(space) ?? 0;
    const w = new Float64Array(cols * targets);
    for (let j = 0; j < cols; j++) {
      const both = Math.sqrt(0.4) * typical.normal() + Math.sqrt(0.2) * own.normal();
      for (let t = 0; t < targets; t++) w[j * targets + t] = both + Math.sqrt(0.4) * own.normal();
    }
    weights.set(space, w);
  }
  for (const [from, to] of region.shared ?? []) {
    const [a, b] = [weights.get(from) as Float64Array, weights.get(to) as Float64Array];
    const length = Math.min(a.length, b.length);
    b.set(a.subarray(0, length));
  }
  return weights;
}

/** The signal of a region in one person, and what of it each feature space carries. */
export interface RegionSignal {
  /** Run → (volumes × targets), row-major, centred over each run. */
  readonly runs: readonly Float64Array[];
  /** Variance of the signal within runs, per target. */
  readonly variance: Float64Array;
  /** Space → covariance of its part with the whole signal, per target; they sum to the variance. */
  readonly carried: ReadonlyMap<string, Float64Array>;
}

/** Mix the parts of the feature spaces so that each has its planned share and the whole has variance `snr`.
 *
 * Parts are scaled to their share first and the sum to `snr` after; where parts happen to be correlated, the covariance is
 * counted half to each (the product measure), so that the parts always sum to the whole.
 * @param answers space → run → (volumes × features), from {@link convolveDrive}.
 * @throws EncodingError "value" if a planned feature space is constant in all runs. */
export function mixSignal(
  region: RegionPlan,
  answers: ReadonlyMap<string, readonly Float64Array[]>,
  weights: ReadonlyMap<string, Float64Array>,
  volumes: readonly number[],
  targets: number,
): RegionSignal {
  const total = volumes.reduce((a, b) => a + b, 0);
  const whole = volumes.map((n) => new Float64Array(n * targets));
  const parts = new Map<string, Float64Array[]>();
  for (const [space, share] of Object.entries(region.spaces)) {
    const part = (answers.get(space) ?? []).map((x, k) =>
      multiply(x, weights.get(space) as Float64Array, volumes[k] as number, targets),
    );
    const variance = pooledProduct(part, part, targets, total);
    if (variance.some((v) => !(v > 0)))
      throw new EncodingError(
        "value",
        `simulateCohort: region ${region.name} shall answer to "${space}", whose drive is constant in every run.`,
        { region: region.name, space },
      );
    scaleColumns(
      part,
      variance.map((v) => Math.sqrt(share / v)),
    );
    for (const [k, run] of whole.entries()) addTo(run, part[k] as Float64Array);
    parts.set(space, part);
  }
  const summed = pooledProduct(whole, whole, targets, total);
  const gain = summed.map((v) => (v > 0 ? Math.sqrt((region.snr ?? 0.35) / v) : 0));
  scaleColumns(whole, gain);
  const carried = new Map<string, Float64Array>();
  for (const [space, part] of parts) {
    scaleColumns(part, gain);
    carried.set(space, pooledProduct(part, whole, targets, total));
  }
  return { runs: whole, variance: pooledProduct(whole, whole, targets, total), carried };
}

/** (n × features) · (features × targets). */
function multiply(x: Float64Array, w: Float64Array, n: number, targets: number): Float64Array {
  const out = new Float64Array(n * targets);
  const cols = w.length / targets;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < cols; j++) {
      const value = x[i * cols + j] as number;
      if (value === 0) continue;
      for (let t = 0; t < targets; t++)
        out[i * targets + t] = (out[i * targets + t] as number) + value * (w[j * targets + t] as number);
    }
  return out;
}

/** Mean product of two centred series per target, pooled over runs. */
function pooledProduct(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  targets: number,
  total: number,
): Float64Array {
  const out = new Float64Array(targets);
  for (const [k, x] of a.entries()) {
    const y = b[k] as Float64Array;
    for (let i = 0; i < x.length; i++)
      out[i % targets] = (out[i % targets] as number) + ((x[i] as number) * (y[i] as number)) / total;
  }
  return out;
}

function scaleColumns(runs: readonly Float64Array[], scale: Float64Array): void {
  for (const run of runs)
    for (let i = 0; i < run.length; i++) run[i] = (run[i] as number) * (scale[i % scale.length] as number);
}

function addTo(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
