import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { StudyData } from "../data.ts";
import { planFolds } from "../plan.ts";
import { parseSettings } from "../read-settings.ts";
import { makeVirtualLab } from "../virtual-lab.ts";
import { examineStudy } from "./guard-study.ts";
import { verdictText } from "./verdict-text.ts";

/** docs/check.md shows what the program prints, and its repairs repair. */
const page = readFileSync("docs/check.md", "utf8");
const [leaking, repaired] = ["study", "repaired"].map((name) =>
  readFileSync(`examples/leaking/${name}.yaml`, "utf8"),
);
const [printed, end] = [...page.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text]) => text as string);
let lab: StudyData | undefined; // both studies simulate the same data
const check = (text: string) => {
  const settings = parseSettings(text);
  lab ??= makeVirtualLab(settings);
  return examineStudy(lab, settings, planFolds(lab, settings));
};
const refused = (text: string) =>
  check(text).flatMap(({ rule, state }) => (state === "refused" ? [rule] : []));

describe("docs/check.md", () => {
  it("shows the settings of its examples, and what `simcortex check` prints for them", () => {
    const quoted = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text as string);
    expect(leaking).toContain(quoted[0]);
    expect(repaired).toContain(quoted[1]);
    expect(verdictText(check(leaking!))).toBe(printed);
    expect(verdictText(check(repaired!)).endsWith(`\n\n${end}`)).toBe(true);
  });
  it("names the repair of every finding; each takes away its own finding, and a gap leaves nothing to learn from", () => {
    expect(refused(leaking!)).toEqual(["split-runs", "short-gap", "fitted-outside", "circular-regions"]);
    for (const rule of refused(leaking!)) expect(page).toContain(`**${rule}.**`);
    const whole = leaking!.replace(", shuffle: rows", "");
    expect(refused(whole)).toEqual(["fitted-outside", "circular-regions"]);
    expect(() => check(leaking!.replace("shuffle: rows", "shuffle: rows, gap: 4"))).toThrow(
      /0 training samples|cannot be cut/,
    );
    expect(refused(leaking!.replace(/.*step: pca.*\n/, ""))).not.toContain("fitted-outside");
    expect(
      refused(leaking!.replace("of: responses, from: all", "of: responses, from: outside")),
    ).not.toContain("circular-regions");
    expect(refused(repaired!)).toEqual([]);
  });
});
