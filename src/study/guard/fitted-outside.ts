import { type Features, stackRows, toDtype } from "../../core/index.ts";
import type { FittedStep, GuardDesign } from "./design.ts";
import { type Finding, nameRows, type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";
import { meanOfLargest } from "./selection.ts";

/** Components, layers and masks of features are fitted inside the training folds, or on other data.
 *
 * A scaler that was fitted on all rows is no finding: every column is scaled again on the training rows, which undoes any scale and
 * offset exactly. Components of all rows are recognised by their columns, which are then uncorrelated over all rows; columns of few values (balanced factors) and
 * columns that are the same in every run (cosines of its time) may be so by design, and are passed over. */
export const fittedOutside: Rule<GuardDesign> = {
  name: "fitted-outside",
  keeps: "components, layers and masks are fitted inside the training folds",
  unseen: () => null,
  find(design) {
    const declared = design.steps.filter(
      (own) => ["pca", "layer", "mask"].includes(own.step) && own.of !== "responses" && seesTest(design, own),
    );
    const known = new Set(declared.filter(({ step }) => step === "pca").map(({ of }) => of));
    const recognised = design.spaces
      .filter(({ name, ready, runs }) => ready && !known.has(name) && areComponents(runs))
      .map(({ name }): FittedStep => ({ step: "pca", of: name, from: "all", choices: null }));
    return [
      ...declared.map((own) => findingOf(design, own, "declared")),
      ...recognised.map((own) => findingOf(design, own, "recognised")),
    ];
  },
};

/** Whether a step learned from rows that some fold holds out. */
export function seesTest({ outerFolds }: GuardDesign, { from }: FittedStep): boolean {
  return from === "all" || from === "test" || (from === "training" && outerFolds !== null);
}

const names = { pca: "principal components", layer: "choice of the layer", mask: "mask" } as const;

function findingOf(
  design: GuardDesign,
  { step, of, from, choices }: FittedStep,
  how: "declared" | "recognised",
): Finding {
  const test = sortRows(design.folds.flatMap((fold) => [...fold.test]));
  const smallest = Math.min(...design.folds.map((fold) => fold.test.length));
  const where =
    from === "all" ? "all rows" : from === "test" ? "the held-out rows" : "rows that outer folds hold out";
  const chosen =
    step === "layer"
      ? `the best of ${choices ?? 12} layers without any signal reaches r ${bestOf(choices ?? 12, smallest).toFixed(3)} on the ${smallest} rows it was chosen on, more where samples are autocorrelated`
      : `${test.length} of ${design.runOf.length} rows (${percent(test.length, design.runOf.length)}; ${nameRows(test)}) shape it and are held out afterwards`;
  return {
    rule: "fitted-outside",
    what:
      how === "declared"
        ? `declared: the ${names[step as keyof typeof names]} of “${of}” ${step === "pca" ? "were" : "was"} fitted on ${where}`
        : `the columns of “${of}” look like principal components fitted on ${where}: they are uncorrelated over all rows together`,
    rows: test,
    why: chosen,
    repair:
      step === "pca"
        ? `bring the columns before the reduction and write features.${of}.pca: they are then fitted on training rows`
        : step === "layer"
          ? `bring all layers ({layer} in the file, and \`layers\`): each model chooses inside the training folds`
          : "fit it on other data (a localiser, an atlas), and declare `from: outside`",
  };
}

/** Mean r of the best of `count` unrelated candidates on `rows` independent rows. */
export function bestOf(count: number, rows: number): number {
  return meanOfLargest(count) / Math.sqrt(Math.max(2, rows - 1));
}

const mostColumns = 64;
const fewestColumns = 3;
const mostCorrelation = 1e-4;
/** Different values that a measured column has at least; factors of a design have fewer. */
const fewestValues = 9;

/** Whether the columns are uncorrelated over all rows, to rounding (files of four digits included): what a PCA leaves. Three unrelated
 * columns of 500 rows are so near to zero by chance once in 10⁸ studies. */
function areComponents(runs: readonly Features[]): boolean {
  if (isSameInRuns(runs)) return false;
  const whole = toDtype(stackRows(runs), "float64");
  const columns = centredColumns(whole).slice(0, mostColumns);
  if (columns.length < fewestColumns || whole.rows < 2 * columns.length) return false;
  for (const [a, A] of columns.entries())
    for (const B of columns.slice(0, a)) {
      let product = 0;
      for (let i = 0; i < A.length; i++) product += (A[i] as number) * (B[i] as number);
      if (Math.abs(product) > mostCorrelation) return false;
    }
  return true;
}

/** Whether every run has the same numbers: a course of time that does not come from stimuli. */
function isSameInRuns([first, ...others]: readonly Features[]): boolean {
  return (
    first !== undefined &&
    others.length > 0 &&
    others.every(
      ({ data }) => data.length === first.data.length && data.every((value, k) => value === first.data[k]),
    )
  );
}

/** Columns of length 1 and mean 0; constant ones and those of few values are left out. */
function centredColumns({ data, rows, cols }: Features): Float64Array[] {
  const out: Float64Array[] = [];
  for (let j = 0; j < cols && out.length < mostColumns; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += (data[i * cols + j] as number) / rows;
    const column = Float64Array.from({ length: rows }, (_, i) => (data[i * cols + j] as number) - mean);
    const length = Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
    if (length > 1e-9 && new Set(column).size >= fewestValues)
      out.push(column.map((value) => value / length));
  }
  return out;
}
