import { describe, expect, it } from "vitest";
import { answerStudy, answerText } from "./answer.ts";
import type { StudyResult } from "./result.ts";
import { makeSample } from "./sample-result.fixture.ts";
import { samples } from "./samples.fixture.ts";

const lead = (result: StudyResult) => answerStudy(result).lead;
const limits = (result: StudyResult) => answerStudy(result).limits.join("\n");

/** The same study with another joint R² in one region. */
function withJointR2(result: StudyResult, region: string, mean: number): StudyResult {
  const r2 = { mean, low: mean - 0.02, high: mean + 0.02 };
  return {
    ...result,
    regionScores: result.regionScores.map((score) => (score.region === region ? { ...score, r2 } : score)),
  };
}

describe("the first words of an answer", () => {
  it("name every region with a finding, and how much of the planted truth came back", () => {
    expect(lead(samples.lab())).toBe(
      "Unique variance is found in 7 of 8 regions: gabor in early visual; objects in object and convergence; scene in scene; word form in word form; syntax in syntax; meaning in meaning and convergence.",
    );
    expect(answerStudy(samples.lab()).truth).toBe(
      "The truth of this virtual laboratory is known: 7 of 7 planted effects were recovered in full, and nothing was found where nothing was planted.",
    );
    expect(answerStudy(samples.one()).truth).toBe("");
  });
  it("say no evidence, never no effect, where nothing is found", () => {
    expect(lead(samples.nothing())).toBe(
      "There is no evidence that these feature spaces predict any region, together or singly.",
    );
    expect(answerText(samples.nothing())).toMatch(/that is not evidence of its absence/);
    expect(answerText(samples.nothing())).not.toMatch(
      /no effect|does not (add|predict|respond)|no difference|unrelated/i,
    );
  });
  it("tell joint prediction from unique variance", () => {
    const whole = samples.lab();
    const result = { ...whole, cells: samples.nothing().cells };
    expect(lead(result)).toBe(
      "The feature spaces together predict 7 of 8 regions, but there is no evidence that any of them adds variance of its own in any region.",
    );
  });
  it("name a control that wins too, in the first sentence", () => {
    expect(lead(samples.control())).toBe(
      "Unique variance is found in 1 of 8 regions: objects in object — but a control space adds unique variance too, in part in the same regions: gabor in object.",
    );
    expect(answerStudy(samples.control()).findings[0]?.text).toMatch(
      /Alone, the control gabor \(R² \.\d{3}\) scores at least as high as objects \(R² \.\d{3}\)\./,
    );
  });
  it("put down nothing to other spaces where only a control wins", () => {
    const only = makeSample({ controls: ["gabor"], effects: [["object", "gabor", 0.2]] });
    expect(lead(only)).toBe(
      "Only control spaces add unique variance: gabor in object; there is no evidence that any other feature space adds to them.",
    );
  });
  it("count no win that a control which runs by itself has too, of a space or of all together", () => {
    const control = {
      control: "OASM",
      region: "object",
      p: 0.004,
      pCorrected: 0.02,
      significant: true,
      reaches: ["objects"],
      reachesJoint: false,
    };
    const taken = { ...samples.one(), controls: [control] };
    expect(lead(taken)).toBe(
      "No win: objects in object is not shown to score higher than the control OASM, which predicts it too.",
    );
    for (const stands of [
      { ...control, significant: false },
      { ...control, reaches: [] },
      { ...control, region: "scene" },
    ])
      expect(lead({ ...samples.one(), controls: [stands] })).toBe(lead(samples.one()));
    const whole = samples.one();
    const none = { ...whole, cells: samples.nothing().cells };
    const joint = { ...control, reaches: [], reachesJoint: true };
    expect(lead(none)).toMatch(/^The feature spaces together predict 1 of 8 regions, but/);
    expect(lead({ ...none, controls: [joint] })).toBe(
      "No win: the feature spaces together predict 1 of 8 regions, but they are not shown to do so better than the control OASM.",
    );
    expect(lead({ ...none, controls: [{ ...joint, significant: false }] })).toBe(lead(none));
  });
  it("say that the question is not answered where every score is undefined", () => {
    expect(lead(samples.undefined())).toBe(
      "The question is not answered: no score is defined in any region.",
    );
    expect(lead({ ...samples.undefined(), warnings: ["w"] })).toMatch(
      /\(the warnings below may say why\)\.$/,
    );
    expect(limits(samples.undefined())).not.toMatch(/people like/);
  });
  it("claim nothing about people from one person", () => {
    expect(lead(samples.onePerson())).toMatch(
      /^In the one person measured \(P01\), unique variance is found/,
    );
    expect(limits(samples.onePerson())).toMatch(/carries no claim about other people/);
    expect(answerText(samples.onePerson())).not.toMatch(/of 1 people|people like/);
  });
  it("compare two models in words of both directions", () => {
    expect(lead(samples.compared())).toMatch(
      /^In 3 of 8 regions model A predicts better than model B \(early visual, object and scene\); in 1 of 8 regions model B predicts better than model A \(word form\); no evidence of a difference in the other 4\. Unique/,
    );
    const open = samples.compared().comparisons.map((own) => ({ ...own, significant: false }));
    expect(lead({ ...samples.compared(), comparisons: open })).toMatch(
      /^There is no evidence that model A and model B differ in any of 8 regions\./,
    );
    const one = { ...samples.compared(), comparisons: samples.compared().comparisons.slice(3, 4) };
    expect(lead(one)).toMatch(/^In word form model B predicts better than model A\./);
  });
  it("say that models differ by less than a margin only where that was tested and concluded", () => {
    expect(lead(samples.alike())).toMatch(
      /; in syntax, meaning and convergence model A and model B differ by less than R² \.01 \(largest corrected p = \.0099\); no evidence either way in the other one\. Unique/,
    );
    const answer = answerStudy(samples.alike());
    const texts = answer.findings.filter(({ name }) => ["word form", "syntax"].includes(name));
    expect(texts.map(({ text }) => text).slice(0, 2)).toEqual([
      "model B scores higher than model A by R² .020 [.010, .030] (corrected p = .02, 8 of 8 people). The difference is there, but either way it is less than R² .01 (corrected p = .03).",
      "model A and model B differ by R² .000 [−.010, .010]; either way it is less than R² .01 (corrected p = .0079).",
    ]);
    expect(limits(samples.alike())).toContain(
      "No evidence either way in 1 of 8 compared pairs (× region): neither that the two differ nor that they differ by less than R² .01.",
    );
    expect(limits(samples.alike())).toMatch(
      /In 1 of them it is concluded to be less than R² \.01 either way \(corrected p = \.012\): gabor in silent\./,
    );
    const all = samples.alike().comparisons.slice(4, 7);
    expect(lead({ ...samples.alike(), comparisons: all })).toMatch(
      /^In syntax, meaning and convergence model A and model B differ by less than R² \.01 \(largest corrected p = \.0099\)\. Unique/,
    );
    // without a margin, or where nothing is concluded, nothing is said to be alike
    for (const silent of [samples.compared(), { ...samples.compared(), tests: samples.alike().tests }])
      for (const text of [lead(silent), ...answerStudy(silent).findings.map((own) => own.text)])
        expect(text).not.toMatch(/less than/);
    expect(limits(samples.compared())).toMatch(
      /No evidence of a difference in 4 of 8 compared pairs \(× region\); that is not evidence that there is none: equivalence was not asked for \(tests\.equivalence in the settings\)/,
    );
  });
  it("do not call a smaller error variance explained where the joint R² is below zero", () => {
    const result = withJointR2(samples.one(), "object", -0.03);
    expect(lead(result)).toBe(
      "Unique variance is found in 1 of 8 regions: objects in object. But the joint R² in object is not above zero: there the gain is a smaller error, no share of variance explained.",
    );
    expect(answerStudy(result).findings[0]?.text).not.toMatch(/% of/);
    expect(answerStudy(samples.one()).findings[0]?.text).toMatch(/% of the explainable variance/);
  });
});

describe("how far an answer goes", () => {
  it("prints the smallest possible p, and says when nothing could have been found", () => {
    expect(limits(samples.lab())).toMatch(
      /The smallest p that this test can give with these data is \.0039, before correction\./,
    );
    const weak = samples.lab();
    expect(limits({ ...weak, tests: { ...weak.tests, smallestP: 0.0625 } })).toMatch(
      /\.063: nothing could have been found at this level, whatever the truth\./,
    );
  });
  it("does not speak of people in general after a test over time blocks", () => {
    expect(limits(makeSample({ people: 5 }))).toMatch(
      /The test does not treat the 5 people as a sample: it speaks for these people, with these stimuli, and 5 people are few\./,
    );
    expect(limits(makeSample({ people: 8 }))).toMatch(/about people like the 8 who were measured/);
  });
  it("keeps integration of senses out of reach of films and pictures", () => {
    const twins = { ...samples.compared(), question: "Does multimodal training help?" };
    expect(limits(twins)).toMatch(
      /silent movies or single images cannot show that a region integrates senses/,
    );
    expect(limits(samples.lab())).toMatch(/That alone cannot show that a region integrates them\./);
  });
  it("names what else differs between compared models, or that it is not known", () => {
    expect(limits(samples.compared())).toMatch(/does not say that the compared models are matched twins/);
    const whole = samples.compared();
    const named = whole.comparisons.map((own) => ({ ...own, unmatched: ["training data", "size"] }));
    expect(limits({ ...whole, comparisons: named })).toMatch(/also differ in training data and size/);
    const matched = whole.comparisons.map((own) => ({ ...own, unmatched: [] }));
    expect(limits({ ...whole, comparisons: matched })).not.toMatch(/differ in|matched twins/);
  });
  it("tells a space that was fitted alone from one that is undefined", () => {
    const whole = samples.lab();
    const spaces = whole.spaces.map((space) => (space.name === "gabor" ? { ...space, joint: false } : space));
    const cells = samples
      .undefined()
      .cells.map((empty, k) => (empty.space === "gabor" ? empty : (whole.cells[k] as typeof empty)));
    const text = limits({ ...whole, spaces, cells });
    expect(text).toMatch(/Fitted alone for comparison, .* without unique variance: gabor\./);
    expect(text).not.toMatch(/Undefined in/);
    expect(limits(samples.holes())).toMatch(/Undefined in 6 cells \(—\)/);
  });
  it("calls an inter-subject ceiling what people share", () => {
    const shared = { ...samples.one(), ceilingNote: "Inter-subject ceiling: squared correlation." };
    expect(answerStudy(shared).findings[0]?.text).toMatch(/% of the variance that people share/);
  });
  it("is the same words for the same record", () => {
    expect(answerText(samples.lab())).toBe(answerText(samples.lab()));
  });
});
