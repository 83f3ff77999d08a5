import { describe, expect, it } from "vitest";
import { answerStudy } from "./answer.ts";
import { modelTable, verdictOf } from "./model-table.ts";
import { judgeModels, type ModelVerdict } from "./model-verdicts.ts";
import type { StudyResult } from "./result.ts";
import { samples } from "./samples.fixture.ts";

const result: StudyResult = samples.models();
/** The same record with the pairs turned: the other model first. */
const turned: StudyResult = {
  ...result,
  comparisons: result.comparisons.map((own) => ({
    ...own,
    a: own.b,
    b: own.a,
    difference: { mean: -own.difference.mean, low: -own.difference.high, high: -own.difference.low },
    perPerson: own.perPerson.map((value) => -value),
    truth: -(own.truth ?? 0),
  })),
};

const words = (verdicts: readonly ModelVerdict[]) => verdicts.map((own) => verdictOf(own, result));

describe("judgeModels", () => {
  const verdicts = judgeModels(result)[0]?.regions ?? [];
  it("gives a win only where the model ahead is ahead of every control too, whichever way round pairs were tested", () => {
    expect(words(verdicts).slice(0, 4)).toEqual(["both", "none: permuted too", "one", "no evidence"]);
    expect(words(judgeModels(turned)[0]?.regions ?? [])).toEqual(words(verdicts));
  });
  it("tells a control that has the win too from one that is not shown to be behind", () => {
    const weak = {
      ...result,
      comparisons: result.comparisons.map((own) =>
        own.a === "permuted" && own.b === "one" ? { ...own, significant: false } : own,
      ),
    };
    const second = judgeModels(weak)[0]?.regions[1];
    expect(second && verdictOf(second, weak)).toBe("none: not above permuted");
    expect(answerStudy(weak).lead).toContain(
      "that is no win: it is not shown to be better than the control permuted.",
    );
  });
  it("calls models alike only where a margin is declared and the difference concluded to be below it", () => {
    const tests = { ...result.tests, equivalence: { ...result.tests.equivalence, margin: 0.005 } };
    const comparisons = result.comparisons.map((own, k) =>
      k === 3 ? { ...own, equivalence: { bound: 0.002, p: 0.004, pCorrected: 0.02, equivalent: true } } : own,
    );
    const told = { ...result, tests, comparisons };
    const verdicts = judgeModels(told)[0]?.regions ?? [];
    expect(verdicts.map((own) => verdictOf(own, told)).slice(2, 5)).toEqual([
      "one",
      "alike: less than R² .005",
      "no evidence either way",
    ]);
    expect(answerStudy(told).models).toMatch(
      /In word form both and one differ by less than R² \.005 \(corrected p = \.02\)\. No evidence either way in syntax,/,
    );
    expect(modelTable(told)).toContain('<td class="n wideonly">≈ .002</td>');
  });
  it("has nothing to say where no two models were compared", () => {
    expect(judgeModels(samples.compared())).toEqual([]);
    expect(modelTable(samples.compared())).toBe("");
  });
});

describe("the answer of a study of models", () => {
  const answer = answerStudy(result);
  it("says in its first sentence where a win is none because a control has it too", () => {
    expect(answer.lead).toMatch(
      /^Both predicts better than one, and than every control, in 1 of 8 regions: early visual; in object it is ahead of one, but that is no win: so is the control permuted\. One predicts better than both, and than every control, in 1 of 8 regions: scene\. Unique variance/,
    );
  });
  it("says in one sentence that no control is found ahead", () => {
    const comparisons = result.comparisons.map((own) =>
      own.b === "one" && own.a !== "both" ? { ...own, significant: false } : own,
    );
    expect(answerStudy({ ...result, comparisons }).models).toMatch(
      /No control is found to predict better than one\./,
    );
  });
  it("says what the controls do, and what is true in the laboratory: a win of the wrong sign is not", () => {
    expect(answer.models).toMatch(
      /^Controls that predict better than one: permuted in object and untrained in none\. No evidence that both and one differ in word form,/,
    );
    expect(answer.truth).toContain(
      "On the same responses without noise both is truly ahead of one in early visual (by R² .050); 2 of 2 wins found are true.",
    );
    expect(answer.limits.join(" ")).toContain("matched twins by their own records");
  });
  it("lists pairs with controls in the folded table only", () => {
    expect(
      answer.findings.filter(({ text }) => text.includes("scores higher")).map(({ name }) => name),
    ).toEqual(["early visual", "object", "scene"]);
  });
  it("marks in the table what is found and what of it is true", () => {
    const rows = modelTable(result).match(/<tr[ >].*?<\/tr>/g) ?? [];
    expect(rows[1]).toMatch(/class="found".*●.*early visual.*\+\.050 ✓.*both/);
    expect(rows[2]).toMatch(/○.*object.*−\.020 ✗.*none: permuted too/);
    expect(rows[4]).not.toMatch(/[●○✓✗]/);
  });
});
