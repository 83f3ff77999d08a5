import type { GuardDesign } from "./design.ts";
import { type Rule, sortRows } from "./finding.ts";
import { seesTest } from "./fitted-outside.ts";
import { meanOfTop } from "./selection.ts";

/** Regions and masks of targets are not derived from the responses that are scored in them. */
export const circularRegions: Rule<GuardDesign> = {
  name: "circular-regions",
  keeps: "regions and masks of targets do not come from the responses that are scored",
  unseen: ({ steps }) =>
    steps.some(({ step }) => step === "regions" || step === "mask")
      ? null
      : "where regions come from is not declared; `prepared` says so",
  find(design) {
    return design.steps
      .filter(
        (own) =>
          (own.step === "regions" || (own.step === "mask" && own.of === "responses")) &&
          seesTest(design, own),
      )
      .map(({ step, from, choices, reliability }) => {
        const rows = sortRows(design.folds.flatMap((fold) => [...fold.test]));
        const kept = choices === null ? 0.1 : Math.min(1, design.targets / choices);
        const of =
          choices === null
            ? "the best tenth of all targets"
            : `the best ${design.targets} of ${choices} targets`;
        const learned =
          from === "test"
            ? "the held-out responses"
            : from === "all"
              ? "all responses, held-out ones among them"
              : "responses that outer folds hold out";
        const finding = { rule: "circular-regions" as const, rows };
        if (reliability !== undefined)
          return {
            ...finding,
            what: `reliability: targets are judged on ${learned} (${design.targets} of ${choices} pass, of the first person)`,
            why: luckOf(rows.length, reliability.presentations),
            repair:
              design.outerFolds === null
                ? "reliability.from: training (repeats of the training runs) or half (presentations that no score uses)"
                : "reliability.from: half (presentations that no score uses), or a file of other data",
          };
        return {
          ...finding,
          what: `declared: the ${step === "mask" ? "mask of the targets" : "regions"} were derived from ${learned}`,
          why: `${of}, chosen by their score on these rows, have a mean r of ${(meanOfTop(kept) / Math.sqrt(Math.max(2, rows.length - 1))).toFixed(3)} without any signal (${rows.length} rows, more where they are autocorrelated)`,
          repair:
            "regions from an atlas or a localiser (`from: outside`), or from the training runs with a held-out run as the test",
        };
      });
  },
};

/** What a mask by reliability does on the rows that are scored: the spread of the explainable variance of a target without any, over n rows shown R
 * times, is √(2 / (n R (R − 1))). */
function luckOf(rows: number, presentations: number): string {
  const times = Math.max(2, presentations);
  const spread = Math.sqrt(2 / (Math.max(2, rows) * times * (times - 1)));
  return `a target without any signal has a reliability of ± ${spread.toFixed(3)} by luck (${rows} rows, ${times} presentations; more where rows are autocorrelated), and what passes by luck keeps it: ceilings come out too high, normalised scores too low`;
}
