import { checkNumber, EncodingError, type Matrix, type Random } from "../core/index.ts";
import type { Neighbours } from "./neighbours.ts";

/** Threshold-free cluster enhancement of a map: each target's value becomes ∫ e(h)^E h^H dh over heights h from 0 to its own value, e(h)
 * being the extent of the cluster that holds it among the targets of at least h.
 *
 * The integral is exact: extents only change where a target joins, and between two such heights it has a closed form. (FSL and others add
 * up about 100 steps; a step that small differs by about 1 %.) Negative values are enhanced apart and keep their sign, or, with the side "above",
 * become 0, where nothing is asked of them.
 * @param map one value a target; NaN is outside and stays NaN. @param neighbours with the exponents E and H.
 * @param areas of each target, for clusters measured in area instead of targets.
 * @throws EncodingError "shape". @source Smith and Nichols 2009. */
export function enhanceClusters(
  map: ArrayLike<number>,
  neighbours: Neighbours,
  { areas, side = "both" }: { areas?: ArrayLike<number>; side?: "above" | "both" } = {},
): Float64Array {
  const targets = neighbours.starts.length - 1;
  if (map.length !== targets || (areas !== undefined && areas.length !== targets))
    throw new EncodingError(
      "shape",
      `enhanceClusters: the map${areas === undefined ? "" : ", the areas"} and the neighbours must have the same targets; got ${map.length}${areas === undefined ? "" : `, ${areas.length}`} and ${targets}.`,
    );
  const out = new Float64Array(targets);
  enhanceSide(map, 1, neighbours, areas, out);
  if (side === "both") enhanceSide(map, -1, neighbours, areas, out);
  for (let t = 0; t < targets; t++) if (Number.isNaN(map[t])) out[t] = Number.NaN;
  return out;
}

/** Result of {@link testClusters}. */
export interface ClusterTest {
  /** Student's t of each target, and the same enhanced. */
  readonly t: Float64Array;
  readonly enhanced: Float64Array;
  /** p of each target, not corrected. */
  readonly p: Float64Array;
  /** p corrected over all targets by the maximum of the enhanced map. */
  readonly pMax: Float64Array;
  readonly smallestP: number;
  readonly exact: boolean;
  readonly draws: number;
}

/** Test maps of people: t over people, enhanced by the support of neighbours, against the maximum under flipped signs of whole people.
 *
 * Exact where all 2ᴺ patterns are no more than `draws`; beyond, seeded draws with (b + 1) / (m + 1). A small corrected p says that the
 * target's cluster is not noise, at some height; it does not say where the cluster ends.
 * @param values (people × tests), the tests being the targets of `neighbours`; all finite.
 * @throws EncodingError "shape" | "option" | "value". @source Smith and Nichols 2009; Nichols and Holmes 2002. */
export function testClusters(
  values: Matrix<"people", "tests">,
  neighbours: Neighbours,
  {
    alternative,
    random,
    draws = 5000,
    areas,
  }: {
    alternative: "greater" | "two-sided";
    random: Random;
    draws?: number;
    areas?: ArrayLike<number>;
  },
): ClusterTest {
  checkNumber("testClusters", "draws", draws, { min: 19, whole: true });
  const { rows: people, cols: targets } = values;
  if (!values.data.every(Number.isFinite))
    throw new EncodingError(
      "value",
      "testClusters: all values must be finite. Leave out targets that are not.",
    );
  const squares = new Float64Array(targets);
  for (let k = 0; k < values.data.length; k++)
    squares[k % targets] = (squares[k % targets] as number) + (values.data[k] as number) ** 2;
  const map = (sign: (person: number) => number) => students(values, squares, sign);
  const size = (x: number) => (alternative === "greater" ? x : Math.abs(x));
  const weigh = areas === undefined ? {} : { areas };
  const t = map(() => 1);
  const enhanced = enhanceClusters(t, neighbours, weigh);
  const exact = 2 ** people <= draws;
  const total = exact ? 2 ** people : draws;
  const passed = new Float64Array(targets);
  const passedMax = new Float64Array(targets);
  for (let d = 0; d < total; d++) {
    const drawn = exact
      ? (i: number) => ((d >> i) & 1 ? -1 : 1)
      : (
          (signs) => (i: number) =>
            signs[i] as number
        )(Int8Array.from({ length: people }, () => (random.uniform() < 0.5 ? -1 : 1)));
    const flipped = enhanceClusters(map(drawn), neighbours, weigh);
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < targets; k++) largest = Math.max(largest, size(flipped[k] as number));
    for (let k = 0; k < targets; k++) {
      const own = size(enhanced[k] as number);
      const limit = own - 1e-9 * Math.abs(own);
      if (size(flipped[k] as number) >= limit) passed[k] = (passed[k] as number) + 1;
      if (largest >= limit) passedMax[k] = (passedMax[k] as number) + 1;
    }
  }
  const toP = (count: number) => (exact ? count / total : (count + 1) / (total + 1));
  const smallestP = Math.min(1, exact ? (alternative === "greater" ? 1 : 2) / total : 1 / (total + 1));
  return { t, enhanced, p: passed.map(toP), pMax: passedMax.map(toP), smallestP, exact, draws: total };
}

/** Student's t of each column with the signs of whole rows flipped; 0 where all values are 0. */
export function students(values: Matrix, squares: Float64Array, sign: (row: number) => number): Float64Array {
  const { rows, cols, data } = values;
  const sums = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const s = sign(i);
    for (let k = 0; k < cols; k++) sums[k] = (sums[k] as number) + s * (data[i * cols + k] as number);
  }
  return sums.map((sum, k) => {
    const whole = squares[k] as number;
    const rest = Math.max(whole - (sum * sum) / rows, 1e-12 * whole);
    return rest > 0 ? (sum / rows) * Math.sqrt((rows * (rows - 1)) / rest) : 0;
  });
}

/** Enhance the values of one sign. Targets join from the highest down; a cluster that grows or merges becomes a part of a new one, and
 * hands its members what it earned while it lasted. Each target stands for the cluster that it closed when it joined. */
function enhanceSide(
  map: ArrayLike<number>,
  sign: 1 | -1,
  { starts, list, extent, height }: Neighbours,
  areas: ArrayLike<number> | undefined,
  out: Float64Array,
): void {
  const value = (t: number) => sign * (map[t] as number);
  let count = 0;
  for (let t = 0; t < map.length; t++) if (value(t) > 0) count++;
  const order = new Int32Array(count);
  for (let t = 0, k = 0; t < map.length; t++) if (value(t) > 0) order[k++] = t;
  order.sort((a, b) => value(b) - value(a) || a - b);
  const parent = new Int32Array(map.length).fill(-1); // the cluster that took this one in; −1: none yet
  const jump = Int32Array.from({ length: map.length }, (_, t) => t); // path to the newest cluster, shortened on the way
  const joined = new Uint8Array(map.length);
  const sizes = new Float64Array(map.length);
  const earned = new Float64Array(map.length);
  const newest = (t: number): number => {
    let top = t;
    while (jump[top] !== top) {
      jump[top] = jump[jump[top] as number] as number;
      top = jump[top] as number;
    }
    return top;
  };
  const power = (h: number) => h ** (height + 1) / (height + 1);
  const close = (cluster: number, until: number) => {
    earned[cluster] = (sizes[cluster] as number) ** extent * (power(value(cluster)) - power(until));
  };
  for (const t of order) {
    joined[t] = 1;
    sizes[t] = areas === undefined ? 1 : (areas[t] as number);
    for (let k = starts[t] as number; k < (starts[t + 1] as number); k++) {
      const other = list[k] as number;
      if (joined[other] === 0) continue;
      const cluster = newest(other);
      if (cluster === t) continue;
      close(cluster, value(t));
      parent[cluster] = t;
      jump[cluster] = t;
      sizes[t] = (sizes[t] as number) + (sizes[cluster] as number);
    }
  }
  for (const t of order) if (parent[t] === -1) close(t, 0);
  for (let k = order.length - 1; k >= 0; k--) {
    const t = order[k] as number;
    const above = parent[t] as number;
    const total = (earned[t] as number) + (above === -1 ? 0 : (earned[above] as number));
    earned[t] = total;
    out[t] = sign * total;
  }
}
