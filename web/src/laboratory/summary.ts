import { createRandom } from "../../../src/core/index.ts";
import { contrastSets } from "../../../src/simulator/contrast.ts";
import type { Prediction } from "../../../src/simulator/page.ts";
import { studentQuantile } from "../../../src/stats/student.ts";

/** A region's bar. */
export interface RegionBar {
  readonly region: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Trusted targets, of all. */
  readonly kept: number;
  readonly targets: number;
}

/** Mean response of each region to one stimulus, over its trusted targets.
 *
 * The whiskers are the mean half width of those targets' intervals: what one new measurement of a single target may differ by; the mean of
 * a region would scatter less. */
export function regionBars(
  prediction: Prediction,
  stimulus: number,
  regionOf: Int32Array,
  regions: number,
): RegionBar[] {
  return Array.from({ length: regions }, (_, region) => {
    let [sum, half, kept, targets] = [0, 0, 0, 0];
    for (let t = 0; t < prediction.targets; t++) {
      if (regionOf[t] !== region) continue;
      targets++;
      if (prediction.mask[t] !== 1) continue;
      kept++;
      sum += prediction.responses[stimulus * prediction.targets + t] as number;
      half += prediction.interval[t] as number;
    }
    const mean = kept > 0 ? sum / kept : Number.NaN;
    return { region, mean, low: mean - half / kept, high: mean + half / kept, kept, targets };
  });
}

/** A difference between the mean responses to two sets of stimuli. */
export interface Contrast {
  /** (targets): mean of A − mean of B. */
  readonly difference: Float32Array;
  /** (targets): 1 where the sets differ over stimuli, p < .05 corrected over targets (`contrastSets`), and the response is trusted. */
  readonly significant: Uint8Array;
  /** (targets): 1 where responses are trusted. */
  readonly mask: Uint8Array;
  readonly bars: readonly RegionBar[];
  readonly counts: readonly [a: number, b: number];
}

/** Contrast two sets of stimuli; each row is the prediction for one stimulus, (targets).
 *
 * Targets: permutations of stimuli over the sets, largest statistic over targets, as `simcortex experiment` does it; fewer permutations
 * where the sets are large, so that the page never stands still. Regions: Welch's interval over stimuli, uncorrected. Both ask whether
 * other stimuli of the same kinds would differ too, in this fitted brain; they say nothing about measuring people again.
 * @param mask (targets) 1 where responses are trusted. */
export function contrast(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  mask: Uint8Array,
  regionOf: Int32Array,
  regions: number,
): Contrast {
  const targets = mask.length;
  const mean = (rows: readonly Float32Array[], t: number) =>
    rows.reduce((sum, row) => sum + (row[t] as number), 0) / rows.length;
  const difference = Float32Array.from(mask, (_, t) => mean(a, t) - mean(b, t));
  const significant = new Uint8Array(targets);
  if (a.length > 1 && b.length > 1) {
    const draws = Math.min(999, Math.max(99, Math.round(1e7 / ((a.length + b.length) * targets))));
    const { p } = contrastSets([joined(a), joined(b)], { random: createRandom(1), draws });
    for (let t = 0; t < targets; t++) significant[t] = mask[t] === 1 && (p[t] as number) < 0.05 ? 1 : 0;
  }
  const bars = Array.from({ length: regions }, (_, region): RegionBar => {
    const all = Array.from({ length: targets }, (_, t) => t).filter((t) => regionOf[t] === region);
    const own = all.filter((t) => mask[t] === 1);
    const means = (rows: readonly Float32Array[]) =>
      rows.map((row) => own.reduce((sum, t) => sum + (row[t] as number), 0) / own.length);
    const test = welch(means(a), means(b));
    const half = test.half(0.05);
    return {
      region,
      mean: own.length > 0 ? test.difference : Number.NaN,
      low: test.difference - half,
      high: test.difference + half,
      kept: own.length,
      targets: all.length,
    };
  });
  return { difference, significant, mask, bars, counts: [a.length, b.length] };
}

function joined(rows: readonly Float32Array[]) {
  const targets = rows[0]?.length ?? 0;
  const responses = new Float32Array(rows.length * targets);
  rows.forEach((row, k) => void responses.set(row, k * targets));
  return { responses, stimuli: rows.length, targets };
}

/** @returns half(level): half width of the two-sided interval; infinite with fewer than two stimuli in a set. */
function welch(a: readonly number[], b: readonly number[]) {
  const [ma, mb] = [a, b].map((x) => x.reduce((sum, y) => sum + y, 0) / x.length) as [number, number];
  const spread = (x: readonly number[], m: number) =>
    x.reduce((sum, y) => sum + (y - m) ** 2, 0) / (x.length - 1) / x.length;
  const difference = ma - mb;
  if (a.length < 2 || b.length < 2) return { difference, half: () => Number.POSITIVE_INFINITY };
  const [va, vb] = [spread(a, ma), spread(b, mb)];
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1)) || 1;
  return {
    difference,
    half: (level: number) => studentQuantile(1 - level / 2, freedom) * Math.sqrt(va + vb),
  };
}
