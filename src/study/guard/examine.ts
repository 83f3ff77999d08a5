import { circularRegions } from "./circular-regions.ts";
import { delaysAcrossRuns } from "./delays-across-runs.ts";
import type { GuardDesign } from "./design.ts";
import type { Finding, Rule, RuleName } from "./finding.ts";
import { fittedOutside } from "./fitted-outside.ts";
import { nearDuplicates } from "./near-duplicates.ts";
import { shortGap } from "./short-gap.ts";
import { splitGroups } from "./split-groups.ts";
import { splitRepeats } from "./split-repeats.ts";
import { splitRuns } from "./split-runs.ts";
import { standardisedTest } from "./standardised-test.ts";
import { ungroupedRows } from "./ungrouped-rows.ts";

/** All rules, in the order in which they are told. */
export const rules: readonly Rule<GuardDesign>[] = [
  ungroupedRows,
  splitGroups,
  splitRuns,
  splitRepeats,
  nearDuplicates,
  shortGap,
  fittedOutside,
  standardisedTest,
  delaysAcrossRuns,
  circularRegions,
];

/** What the guard says of one rule. */
export interface Verdict {
  readonly rule: RuleName;
  readonly keeps: string;
  /** `unseen`: the design does not show it; `overridden`: found, and allowed by the settings. */
  readonly state: "kept" | "unseen" | "refused" | "overridden";
  /** Why it was not seen; empty otherwise. */
  readonly note: string;
  readonly findings: readonly Finding[];
}

/** Hold a design against every rule.
 * @param allow rules that the settings override. @returns one verdict a rule, in order. */
export function examineDesign(design: GuardDesign, allow: readonly RuleName[] = []): Verdict[] {
  return rules.map((rule): Verdict => {
    const { name, keeps } = rule;
    const findings = rule.find(design);
    if (findings.length > 0)
      return {
        rule: name,
        keeps,
        state: allow.includes(name) ? "overridden" : "refused",
        note: "",
        findings,
      };
    const note = rule.unseen(design);
    return { rule: name, keeps, state: note === null ? "kept" : "unseen", note: note ?? "", findings };
  });
}
