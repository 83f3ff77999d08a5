import type { GuardDesign } from "./design.ts";
import { nameRows, type Rule, sortRows } from "./finding.ts";
import { percent } from "./percent.ts";
import { splitLabels } from "./split-labels.ts";

/** A passage, topic or session is never on both sides, in outer and in inner folds. */
export const splitGroups: Rule<GuardDesign> = {
  name: "split-groups",
  keeps: "a group (passage, topic, session) is never trained and tested on",
  unseen: ({ groupOf }) => (groupOf === null ? "no groups are declared" : null),
  find({ groupOf, folds }) {
    if (groupOf === null) return [];
    return [
      { which: "outer", list: folds, repair: "outer.shuffle: none, or groups to deal out whole groups" },
      { which: "inner", list: folds.flatMap(({ inner }) => inner), repair: "fewer fit.inner.folds" },
    ].flatMap(({ which, list, repair }) => {
      const { rows, labels, tested } = splitLabels(groupOf, list);
      if (rows.length === 0) return [];
      const total = new Set(groupOf.filter((group) => group >= 0)).size;
      return [
        {
          rule: "split-groups" as const,
          what: `${labels.size} of ${total} groups have rows on both sides of the ${which} folds`,
          rows: sortRows(rows),
          why: `${percent(rows.length, tested)} of the held-out rows (${nameRows(sortRows(rows))}) have a neighbour of their own group among the training rows, so that whatever a group shares (drift, topic, style) is scored as content: on 384 sentences a model without any content reaches r .45 this way (Feghhi 2024)`,
          repair,
        },
      ];
    });
  },
};
