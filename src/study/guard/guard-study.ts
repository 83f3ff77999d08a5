import { EncodingError } from "../../core/index.ts";
import type { Override } from "../../report/index.ts";
import type { StudyData } from "../data.ts";
import type { OuterFold } from "../plan.ts";
import type { StudySettings } from "../settings.ts";
import { describeForGuard } from "./describe-design.ts";
import { examineDesign, type Verdict } from "./examine.ts";
import type { Finding } from "./finding.ts";

/** Hold a study against every rule of design.
 * @returns one verdict a rule; nothing is thrown. */
export function examineStudy(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
): Verdict[] {
  return examineDesign(describeForGuard(data, settings, folds), settings.allow);
}

/** Refuse a study that breaks a rule which its settings do not override.
 * @returns what was found and overridden, for the report and the manifest.
 * @throws EncodingError "design" with the first finding, its number, its repair and its override. */
export function guardStudy(
  data: StudyData,
  settings: StudySettings,
  folds: readonly OuterFold[],
): Override[] {
  const verdicts = examineStudy(data, settings, folds);
  const refused = verdicts.filter(({ state }) => state === "refused").flatMap(({ findings }) => findings);
  const [first] = refused;
  if (first !== undefined) throw refusal(first, refused.length - 1);
  return verdicts
    .filter(({ state }) => state === "overridden")
    .flatMap(({ findings }) =>
      findings.map(({ rule, what, rows, why, repair }) => ({ rule, what, rows: rows.length, why, repair })),
    );
}

function refusal({ rule, what, rows, why, repair }: Finding, others: number): EncodingError {
  const more = others > 0 ? ` ${others} more: \`simcortex check\` lists all.` : "";
  return new EncodingError(
    "design",
    `guard: ${rule}: ${what}. Why: ${why}. Repair: ${repair}. To override, write \`allow: [${rule}]\`; the report will say so.${more}`,
    { rule, rows: rows.slice(0, 20), override: rule },
  );
}
