import type { Fold } from "../../encoding/index.ts";
import { canonicalHrf } from "../../features/index.ts";
import type { GuardDesign } from "./design.ts";
import { type Finding, nameRows, type Rule, sortRows } from "./finding.ts";

/** Seconds without training rows on both sides of held-out ones: the span of the hemodynamic response's main lobe. */
export const hemodynamicSeconds = 8;

/** Between training and held-out samples of one run lies a gap at least as long as the hemodynamic response. */
export const shortGap: Rule<GuardDesign> = {
  name: "short-gap",
  keeps: `${hemodynamicSeconds} s between training and held-out samples of one run`,
  unseen: ({ onset }) => (onset === null ? "rows stand for stimuli and have no time" : null),
  find({ runOf, onset, folds }) {
    if (onset === null) return [];
    const step = stepOf(onset);
    const found = (which: "outer" | "fit.inner", list: readonly Fold[]): Finding[] => {
      const { rows, seconds } = nearest(runOf, onset, list, step);
      if (rows.length === 0) return [];
      const samples = Math.round(seconds / step) - 1;
      const needed = Math.ceil(hemodynamicSeconds / step - 1e-9);
      return [
        {
          rule: "short-gap",
          what: `${which}.gap is ${samples} samples (${round(samples * step)} s), and these folds cut runs; neighbouring samples share their hemodynamic response, so the gap must be at least ${needed} samples (${hemodynamicSeconds} s)`,
          rows,
          why: `the nearest training sample is ${round(seconds)} s away (${nameRows(rows)}), where two hemodynamic responses correlate at ${hrfOverlap(seconds).toFixed(2)} (at ${hrfOverlap(step).toFixed(2)} one sample apart)`,
          repair: `${which}.gap: ${needed}`,
        },
      ];
    };
    return [
      ...found("outer", folds),
      ...found(
        "fit.inner",
        folds.flatMap(({ inner }) => inner),
      ),
    ];
  },
};

/** Correlation of the canonical hemodynamic response with itself, `seconds` later. */
export function hrfOverlap(seconds: number): number {
  const step = 0.1;
  const hrf = canonicalHrf({ step });
  const shift = Math.round(seconds / step);
  let [own, shifted] = [0, 0];
  for (let k = 0; k < hrf.length; k++) {
    own += (hrf[k] as number) ** 2;
    if (k + shift < hrf.length) shifted += (hrf[k] as number) * (hrf[k + shift] as number);
  }
  return shifted / own;
}

/** Seconds between neighbouring samples. */
function stepOf(onset: Float64Array): number {
  let step = Number.POSITIVE_INFINITY;
  for (let k = 1; k < onset.length; k++) {
    const d = (onset[k] as number) - (onset[k - 1] as number);
    if (d > 0 && d < step) step = d;
  }
  return step;
}

/** Held-out rows with a training row of their run nearer than the gap allows, and the smallest distance. */
function nearest(runOf: Int32Array, onset: Float64Array, folds: readonly Fold[], step: number) {
  const rows = new Set<number>();
  let seconds = Number.POSITIVE_INFINITY;
  const reach = Math.ceil(hemodynamicSeconds / step - 1e-9);
  for (const { train, test } of folds) {
    const learned = new Set(train);
    for (const row of test)
      for (let d = 1; d <= reach; d++)
        for (const other of [row - d, row + d]) {
          if (!learned.has(other) || runOf[other] !== runOf[row]) continue;
          rows.add(row);
          seconds = Math.min(seconds, Math.abs((onset[other] as number) - (onset[row] as number)));
        }
  }
  return { rows: sortRows(rows), seconds };
}

function round(seconds: number): number {
  return Math.round(100 * seconds) / 100;
}
