import type { GuardDesign } from "./design.ts";
import { nameRows, type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";
import { splitLabels } from "./split-labels.ts";

/** Repeats of one stimulus are never on both sides. */
export const splitRepeats: Rule<GuardDesign> = {
  name: "split-repeats",
  keeps: "repeats of one stimulus are never trained and tested on",
  unseen: ({ stimulusOf }) =>
    stimulusOf === null
      ? "stimuli cannot be told apart: their features are categories or few numbers; name a list of them in `labels`"
      : null,
  find({ stimulusOf, folds }) {
    if (stimulusOf === null) return [];
    const { rows, labels, tested } = splitLabels(stimulusOf, folds);
    if (rows.length === 0) return [];
    const pairs = examplesOf(stimulusOf, folds);
    return [
      {
        rule: "split-repeats",
        what: `${labels.size} stimuli were shown in training and in held-out rows alike (${pairs.join("; ")})`,
        rows: sortRows(rows),
        why: `${percent(rows.length, tested)} of the held-out rows (${nameRows(sortRows(rows))}) repeat a stimulus that was trained on: a model that knows nothing but which stimulus it is predicts them up to the noise ceiling`,
        repair:
          "outer.groups: give all repeats of a stimulus one label; a repeated test run is one run with `repeats`",
      },
    ];
  },
};

function examplesOf(stimulusOf: Int32Array, folds: GuardDesign["folds"]): string[] {
  const out: string[] = [];
  for (const { train, test } of folds) {
    const first = new Map<number, number>();
    for (const row of train)
      if (!first.has(stimulusOf[row] as number)) first.set(stimulusOf[row] as number, row);
    for (const row of test) {
      const twin = first.get(stimulusOf[row] as number);
      if ((stimulusOf[row] as number) >= 0 && twin !== undefined)
        out.push(`row ${row + 1} is row ${twin + 1}`);
      if (out.length === 2) return out;
    }
  }
  return out;
}
