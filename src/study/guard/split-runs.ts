import type { GuardDesign } from "./design.ts";
import { nameRows, type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";
import { splitLabels } from "./split-labels.ts";

/** Where there are enough runs for the folds, no run is cut. */
export const splitRuns: Rule<GuardDesign> = {
  name: "split-runs",
  keeps: "runs are not cut where there are enough of them",
  unseen: () => null,
  find({ runs, runOf, groupOf, outerFolds, folds }) {
    const training = runs.filter(({ role }) => role === "train").length;
    if (groupOf !== null || outerFolds === null || training < outerFolds) return [];
    const { rows, labels, tested } = splitLabels(runOf, folds);
    if (rows.length === 0) return [];
    const named = [...labels].map((run) => runs[run]?.id).slice(0, 3);
    return [
      {
        rule: "split-runs",
        what: `${labels.size} of ${runs.length} runs (${named.join(", ")}${labels.size > 3 ? " …" : ""}) have rows on both sides of the outer folds`,
        rows: sortRows(rows),
        why: `${percent(rows.length, tested)} of the held-out rows (${nameRows(sortRows(rows))}) share drift, attention and scanner state with training rows of their run; ${training} runs are enough for ${outerFolds} folds of whole runs`,
        repair: "outer.shuffle: none, or groups to deal out whole runs",
      },
    ];
  },
};
