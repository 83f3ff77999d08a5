import { type Dtype, type Features, stackCols, stackRows, takeRows, toDtype, zeros } from "../core/index.ts";
import type { Band } from "../encoding/index.ts";
import { applyPca, applyScaler, delayRuns, fitPca, fitScaler } from "../features/index.ts";
import type { Linalg } from "../linalg/index.ts";

/** One feature space of a model, ready to become a band. */
export interface DesignSpace {
  readonly name: string;
  readonly runs: readonly Features[];
  readonly delays: readonly number[];
  readonly pca: number | null;
  /** The columns are a kernel: neither centred nor scaled, nor reduced. */
  readonly raw?: boolean;
}

/** X of one fold: training and test rows with the same columns. */
export interface Design {
  readonly train: Features;
  readonly test: Features;
  readonly bands: readonly Band[];
}

/** Build X: scale, reduce and delay each feature space, then set the spaces side by side.
 *
 * Mean, scale and principal components come from the training rows only. Delays never cross a run: the missing past is 0, the
 * training mean.
 * @param train rows of all runs, in order, to learn from. @param test rows to be scored on.
 * @param centerRuns take each run's own mean from its features, as preprocessing does with its responses; no response is used. */
export async function buildDesign(
  spaces: readonly DesignSpace[],
  {
    train,
    test,
    centerRuns,
    dtype,
    linalg,
  }: { train: Int32Array; test: Int32Array; centerRuns: boolean; dtype: Dtype; linalg: Linalg },
): Promise<Design> {
  const parts: Features[] = [];
  const bands: Band[] = [];
  let from = 0;
  for (const { name, runs, delays, pca, raw } of spaces) {
    const scaled = raw
      ? runs.map((run) => toDtype(run, "float64"))
      : await reduce(scale(centerRuns ? runs.map(center) : runs, train), train, pca, linalg);
    const delayed = stackRows(delayRuns(scaled, delays));
    parts.push(delayed);
    bands.push({ name, from, to: from + delayed.cols });
    from += delayed.cols;
  }
  const X = toDtype(stackCols(parts), dtype);
  return { train: takeRows(X, train), test: takeRows(X, test), bands };
}

function center(run: Features): Features {
  const X = toDtype(run, "float64");
  const { mean } = fitScaler(X);
  return applyScaler(X, { mean, scale: mean.map(() => 1) });
}

function scale(runs: readonly Features[], train: Int32Array): Features[] {
  const doubles = runs.map((run) => toDtype(run, "float64"));
  const scaler = fitScaler(takeRows(stackRows(doubles), train));
  return doubles.map((run) => applyScaler(run, scaler));
}

async function reduce(
  runs: readonly Features[],
  train: Int32Array,
  components: number | null,
  linalg: Linalg,
): Promise<Features[]> {
  const first = runs[0] ?? zeros(["samples", "features"], 0, 0);
  if (components === null || components >= first.cols) return [...runs];
  const pca = await fitPca(takeRows(stackRows(runs), train), components, linalg);
  return Promise.all(runs.map((run) => applyPca(run, pca, linalg)));
}
