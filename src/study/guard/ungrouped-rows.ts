import type { GuardDesign } from "./design.ts";
import { nameRows, type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";
import { splitLabels } from "./split-labels.ts";

/** Rows that stand for stimuli need to say what hangs together, where folds cut a run. */
export const ungroupedRows: Rule<GuardDesign> = {
  name: "ungrouped-rows",
  keeps: "rows that stand for stimuli say which of them hang together",
  unseen: ({ kind }) => (kind === "stimulus-rows" ? null : "rows are samples of a time series"),
  find(design) {
    const { kind, groupOf, outerFolds, runs } = design;
    const training = runs.filter(({ role }) => role === "train").length;
    if (kind !== "stimulus-rows" || groupOf !== null || outerFolds === null || training >= outerFolds)
      return [];
    const { rows, tested } = splitLabels(design.runOf, design.folds);
    if (rows.length === 0) return [];
    return [
      {
        rule: "ungrouped-rows",
        what: "rows that stand for stimuli need `outer.groups` (passage, topic or session of each row), or neighbours of one passage are trained and tested on",
        rows: sortRows(rows),
        why: `${percent(rows.length, tested)} of the held-out rows (${nameRows(sortRows(rows))}) come from a run that is trained on; on 384 sentences in passages of four, a model without any content reaches r .45 when folds ignore the passages and .00 when they keep to them (Feghhi 2024)`,
        repair:
          "outer.groups: a table with one label a row; rows that are truly independent get a label each",
      },
    ];
  },
};
