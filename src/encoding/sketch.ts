import {
  allocate,
  createRandom,
  type Dtype,
  dtypeOf,
  type Matrix,
  matrix,
  openSpare,
  type Random,
  stackRows,
} from "../core/index.ts";
import type { Linalg } from "../linalg/index.ts";
import { divider } from "./divide.ts";
import { eachWeighting, type Pair } from "./each-weighting.ts";
import { narrow, type Problem, type Tile } from "./problem.ts";

/** Random mixtures of test rows and of targets of one fold, in which predictions are looked at before they are made. */
export interface Sketch {
  /** Mixtures of test rows, (mixtures × test rows). */
  readonly rows: Matrix<"mixtures", "samples">;
  /** Right sides of mixed targets and of white noise, (mixed × rows). */
  readonly right: Matrix<"mixed", "rows">;
}

const mixedTargets = 24;
const noiseTargets = 8;

/** Mix test rows and targets at random, so that a response of variance 1 gives numbers of variance 1.
 * @param tile some targets. @param numbers wanted of each prediction, at least. */
export async function sketchFold(
  problem: Problem,
  tile: Tile,
  numbers: number,
  linalg: Linalg,
): Promise<Sketch> {
  const random = createRandom(problem.size).stream("sketch");
  const dtype = dtypeOf(tile.Y);
  const { right, tested } = await problem.sides(tile);
  const mixing = mixture(tile, random, dtype);
  const mixed = await linalg.gemm(mixing, right);
  const noise = await problem.noise(random, noiseTargets);
  const count = Math.min(problem.samples, Math.max(8, Math.ceil(numbers / (mixedTargets + noiseTargets))));
  const scale = 1 / Math.sqrt(tested);
  return {
    rows: normals(["mixtures", "samples"], count, problem.samples, scale, random, dtype),
    right: stackRows([mixed, matrix(mixed.axes, noise.rows, noise.cols, noise.data)]),
  };
}

/** Random sums of targets that were brought to variance 1; constant targets take no part. */
function mixture({ Y }: Tile, random: Random, dtype: Dtype): Matrix<"mixed", "targets"> {
  const deviations = Array.from({ length: Y.rows }, (_, t) => {
    let sum = 0;
    for (let k = t * Y.cols; k < (t + 1) * Y.cols; k++) sum += (Y.data[k] as number) ** 2;
    return Math.sqrt(sum / Y.cols);
  });
  const taking = Math.max(1, deviations.filter((deviation) => deviation > 0).length);
  const out = allocate(dtype, mixedTargets * Y.rows);
  for (let g = 0; g < mixedTargets; g++)
    for (let t = 0; t < Y.rows; t++) {
      const weight = random.normal();
      const deviation = deviations[t] as number;
      if (deviation > 0) out[g * Y.rows + t] = weight / (deviation * Math.sqrt(taking));
    }
  return matrix(["mixed", "targets"], mixedTargets, Y.rows, out);
}

function normals<R extends string, C extends string>(
  axes: readonly [R, C],
  rows: number,
  cols: number,
  scale: number,
  random: Random,
  dtype: Dtype,
): Matrix<R, C> {
  const out = allocate(dtype, rows * cols);
  for (let k = 0; k < out.length; k++) out[k] = scale * random.normal();
  return matrix(axes, rows, cols, out);
}

/** Predictions of each pair in a sketch: one array a pair, its squares summing to about the variance of the predictions.
 * Pairs of one weighting must follow each other. */
export async function lookThrough(
  problem: Problem,
  { rows, right }: Sketch,
  pairs: readonly Pair[],
  linalg: Linalg,
  onPair?: () => void,
): Promise<Float64Array[]> {
  const out = new Array<Float64Array>(pairs.length);
  const scale = 1 / Math.sqrt(rows.rows * right.rows);
  const spare = openSpare();
  await eachWeighting(pairs, linalg, {
    async prepare(weights) {
      const { lent, ...system } = problem.system(weights, spare);
      const left = await linalg.gemm(rows, system.left);
      return { left, lent, active: narrow(right, system.active), divide: divider(system, linalg).divide };
    },
    async work({ left, active, divide }, from, to) {
      const divided = await divide(pairs.slice(from, to).map(({ alpha }) => ({ b: left, alpha })));
      for (const [k, own] of divided.entries()) {
        const seen = await linalg.gemmNT(own, active);
        out[from + k] = Float64Array.from(seen.data, (value) => value * scale);
        onPair?.();
      }
    },
    finish: ({ lent }) => spare.give(...lent),
  });
  return out;
}
