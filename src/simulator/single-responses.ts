import type { Responses } from "../core/index.ts";
import type { PersonRuns, Rows } from "./brain-rows.ts";
import type { Sense } from "./manifest-model.ts";
import { type BrainData, type BrainRun, meanRows, windowOf } from "./study-data.ts";

/** First stacked row of each training run; −1 for others. */
export function trainedOffsets({ runs }: BrainData, { train }: Rows): Int32Array {
  const out = new Int32Array(runs.length).fill(-1);
  let at = 0;
  for (const run of train) {
    out[run] = at;
    at += runs[run]?.samples ?? 0;
  }
  return out;
}

/** Of each column of Y: measured − predicted of every presentation of a sense in training runs, both averaged over its window. */
export function residualsOf(
  { presentations, runs, tr }: BrainData,
  sense: Sense,
  offsets: Int32Array,
  predicted: Responses,
  Y: Responses,
  window: readonly [number, number],
): Float64Array[] {
  const windows = presentations.flatMap((one) => {
    const offset = offsets[one.run] as number;
    const range =
      one.sense === sense && offset >= 0 ? windowOf(one, runs[one.run] as BrainRun, tr, window) : null;
    return range ? [[range[0] + offset, range[1] + offset] as const] : [];
  });
  const out = Array.from({ length: Y.cols }, () => new Float64Array(windows.length));
  for (const [k, range] of windows.entries()) {
    const [y, p] = [meanRows(Y, range), meanRows(predicted, range)];
    for (const [t, list] of out.entries()) list[k] = (y[t] as number) - (p[t] as number);
  }
  return out;
}

/** How many single presentations of test runs the intervals held: every repeat, target and person counts. */
export function measureCoverage(
  { presentations, runs, tr }: BrainData,
  sense: Sense,
  { test }: Rows,
  responses: readonly PersonRuns[],
  predicted: Responses,
  interval: readonly number[],
  window: readonly [number, number],
) {
  let [inside, all] = [0, 0];
  for (const { run, from } of test)
    for (const one of presentations.filter((shown) => shown.run === run && shown.sense === sense)) {
      const range = windowOf(one, runs[run] as BrainRun, tr, window);
      if (range === null) continue;
      const expected = meanRows(predicted, [range[0] + from, range[1] + from]);
      for (const [p, person] of responses.entries())
        for (const repeat of person[run] as readonly Responses[]) {
          const found = meanRows(repeat, range);
          for (const [t, value] of found.entries()) {
            const k = p * repeat.cols + t;
            if (Math.abs(value - (expected[k] as number)) <= (interval[k] as number)) inside++;
            all++;
          }
        }
    }
  return { share: all > 0 ? inside / all : Number.NaN, responses: all };
}
