import { type Features, takeRows } from "../../core/index.ts";
import { autocorrelationComponents } from "../../features/index.ts";
import type { SpaceFeatures, StudyData } from "../data.ts";
import { type OuterFold, stretchesOf } from "../plan.ts";

/** Widths of the Gaussian that OASM chooses from, in samples. */
const widths = [0.5, 1, 2, 4, 8, 16, 32];
const mostColumns = 1500;
const mostNumbers = 2 ** 24;

/** OASM of a study: one layer a width, chosen per target as a model's layer is. A block is a run, or a stretch of one group within a run.
 *
 * Where no fold learns from a block that it tests, the kernel between training and held-out rows is zero and OASM predicts the training
 * mean, whatever its width and penalty: then there are no features and nothing is fitted.
 * @returns [width][run], null where it predicts the mean; and what the report says of it. */
export function layOasm(
  data: StudyData,
  folds: readonly OuterFold[],
): { features: SpaceFeatures | null; note: string } {
  const blocks = stretchesOf(data);
  if (!folds.some((fold) => sharesBlock(fold, blocks)))
    return {
      features: null,
      note: `no ${data.groups ? "group" : "run"} is both learned from and held out, so that it predicts the mean there: R² 0, and r is undefined (exact, not fitted).`,
    };
  const lengths = lengthsOf(blocks);
  const longest = Math.max(...lengths);
  const samples = blocks.length;
  const known = widths.filter((width) => width <= longest);
  const layers = known.flatMap((width): (readonly Features[])[] => {
    if (columnsOf(lengths, width) > Math.min(mostColumns, mostNumbers / samples)) return [];
    const whole = autocorrelationComponents(lengths, { width });
    return [cutRuns(toUnitTrace(whole), data)];
  });
  if (layers.length === 0)
    return {
      features: null,
      note: `left out: ${samples} samples need more than ${mostColumns} columns at every width.`,
    };
  const used = known.slice(known.length - layers.length);
  const left =
    used.length < known.length
      ? `; narrower ones need more than ${mostColumns} columns and are left out`
      : "";
  return {
    features: layers,
    note: `a Gaussian over ${data.groups ? "the rows of a group" : "the samples of a run"}, width ${used.join(", ")} samples${left}, chosen per target with its penalty, on folds like the outer ones.`,
  };
}

/** Whether a fold learns from a block of which it tests rows. */
function sharesBlock({ train, test }: OuterFold, blocks: Int32Array): boolean {
  const learned = new Set(Array.from(train, (row) => blocks[row]));
  return test.some((row) => learned.has(blocks[row]));
}

function lengthsOf(blocks: Int32Array): number[] {
  const out: number[] = [];
  for (const block of blocks) out[block] = (out[block] ?? 0) + 1;
  return out;
}

/** Columns that a width needs, about: frequencies of which a Gaussian lets more than 1e-4 pass. */
function columnsOf(lengths: readonly number[], width: number): number {
  const share = Math.min(1, Math.sqrt(2 * Math.log(1e4)) / (Math.PI * width));
  return lengths.reduce((sum, n) => sum + Math.min(n, 1 + Math.floor(share * n)), 0);
}

/** Scaled so that the rows have a squared length of 1 on average, as one z-scored column has. */
function toUnitTrace(X: Features): Features {
  const squares = Float64Array.from(X.data).reduce((sum, x) => sum + x * x, 0);
  const factor = Math.sqrt(X.rows / squares);
  return { ...X, data: X.data.map((x) => x * factor) };
}

function cutRuns(X: Features, { runs }: StudyData): Features[] {
  let start = 0;
  return runs.map(({ samples }) => {
    const from = start;
    start += samples;
    return takeRows(
      X,
      Int32Array.from({ length: samples }, (_, i) => from + i),
    );
  });
}
