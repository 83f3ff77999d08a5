import type { Features } from "../../core/index.ts";
import type { GuardDesign } from "./design.ts";
import { type Finding, type Rule, sortRows } from "./finding.ts";

/** Held-out rows are not standardised by their own mean and spread. Z-scoring the runs of a time series is allowed, and declared. */
export const standardisedTest: Rule<GuardDesign> = {
  name: "standardised-test",
  keeps: "held-out rows are not standardised by their own mean and spread",
  unseen: () => null,
  find(design) {
    return [...responses(design), ...declared(design), ...features(design)];
  },
};

function responses(design: GuardDesign): Finding[] {
  if (!design.zscoredRows) return [];
  const rows = testRows(design);
  return [
    {
      rule: "standardised-test",
      what: "responses.zscore: true z-scores rows that stand for stimuli together with, or as, the held-out ones",
      rows,
      why: `${rows.length} held-out rows take their mean and spread from themselves: ${chance(design)}, so that an error of level or scale is never scored`,
      repair: "responses.zscore: false; the fit has an intercept, and R² needs no unit",
    },
  ];
}

function declared(design: GuardDesign): Finding[] {
  return design.steps
    .filter(({ step, from }) => step === "scaler" && from === "test")
    .map(({ of }) => ({
      rule: "standardised-test" as const,
      what: `declared: “${of}” was scaled by the mean and spread of the held-out rows`,
      rows: testRows(design),
      why: `the mean of held-out rows is 0 by construction; ${chance(design)}`,
      repair: `bring “${of}” unscaled: scale and offset are fitted on the training rows of each fold`,
    }));
}

/** Ready-made features of rows that stand for stimuli, of which each run has mean 0 and spread 1 by itself. Columns of few values are passed over: balanced factors
 * are so by design, and scaling them by each run changes nothing. */
function features(design: GuardDesign): Finding[] {
  const { kind, spaces, runs, runOf } = design;
  if (kind !== "stimulus-rows" || runs.length < 2) return [];
  return spaces.flatMap((space): Finding[] => {
    const held = space.runs.flatMap((run, r) => (isStandard(run) ? [r] : []));
    const tested = held.filter((r) => design.folds.some(({ test }) => test.some((row) => runOf[row] === r)));
    if (!space.ready || tested.length === 0) return [];
    const names = tested.map((r) => runs[r]?.id);
    return [
      {
        rule: "standardised-test",
        what: `features.${space.name}: every column of ${names.slice(0, 3).join(", ")}${names.length > 3 ? " …" : ""} has mean 0 and spread 1 in that run alone, which is held out`,
        rows: sortRows([...runOf.keys()].filter((row) => tested.includes(runOf[row] as number))),
        why: `by chance the mean of ${space.runs[tested[0] as number]?.rows} rows would be off by ${(1 / Math.sqrt(space.runs[tested[0] as number]?.rows ?? 1)).toFixed(2)} spreads: the held-out rows were scaled by themselves`,
        repair: `bring features.${space.name} unscaled: scale and offset are fitted on the training rows of each fold`,
      },
    ];
  });
}

function testRows({ folds }: GuardDesign): number[] {
  return sortRows(folds.flatMap((fold) => [...fold.test]));
}

function chance({ folds }: GuardDesign): string {
  const rows = Math.min(...folds.map((fold) => fold.test.length));
  return `otherwise the mean of ${rows} rows would be off by about ${(1 / Math.sqrt(rows)).toFixed(2)} spreads`;
}

const fewestRows = 8;
/** Different values that a measured column has at least. */
const fewestValues = 9;

function isStandard({ data, rows, cols }: Features): boolean {
  if (rows < fewestRows) return false;
  let looked = 0;
  for (let j = 0; j < cols; j++) {
    if (
      new Set(Array.from({ length: rows }, (_, i) => data[i * cols + j])).size < Math.min(fewestValues, rows)
    )
      continue;
    looked++;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < rows; i++) {
      const x = data[i * cols + j] as number;
      sum += x;
      squares += x * x;
    }
    const mean = sum / rows;
    const spread = squares / rows - mean * mean;
    const unit = Math.abs(spread - 1) < 1e-3 || Math.abs((spread * rows) / (rows - 1) - 1) < 1e-3;
    if (Math.abs(mean) > 3e-4 || !unit) return false; // files of four digits included
  }
  return looked > 0;
}
