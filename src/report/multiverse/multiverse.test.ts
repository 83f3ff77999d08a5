import { describe, expect, it } from "vitest";
import { answerMultiverse, multiverseText, orderRegions } from "./answer.ts";
import { choiceTotals } from "./choice-totals.ts";
import { curveFigure } from "./curve-figure.ts";
import { renderMultiverse } from "./page.ts";
import { sampleMultiverse as sample } from "./sample-multiverse.fixture.ts";
import { multiverseFiles, universeColumns } from "./write-multiverse.ts";

describe("answerMultiverse", () => {
  const answer = answerMultiverse(sample);
  it("counts a win only where every control is beaten, and names the rest as no win", () => {
    expect(answer.lead).toBe(
      "In 4 universes of this study: multimodal predicts better than unimodal, and than every control, in scene (2 of 4 universes). Unimodal predicts better than multimodal, and than every control, in no universe of any region. Ahead of the other, but not of every control, which is no win: multimodal in scene (1 of 4).",
    );
  });
  it("says which choice flips verdicts, most first, and that none puts the other model ahead", () => {
    expect(answer.choices).toMatch(
      /changes with pooling in 100 % of 4 \(a win comes or goes in 2\) and folds in 0 % of 4 pairs/,
    );
    expect(answer.choices).toContain("No choice puts the other model ahead where one was.");
  });
  it("gives one p a region for all universes, and says that controls have no part in it", () => {
    expect(answer.joint).toContain(
      "in scene (multimodal by R² .020, corrected p = .02). That is a claim about multimodal and unimodal alone",
    );
  });
  it("sets wins against the truth where it is known, and says nothing of it elsewhere", () => {
    expect(answer.truth).toContain(
      "of 3 wins over regions and universes 2 are true (not: scene in 1 universe).",
    );
    expect(answerMultiverse({ ...sample, virtual: false }).truth).toBe("");
  });
  it("states what counting does not license, and each refusal and override", () => {
    const limits = answer.limits.join("\n");
    expect(limits).toContain(
      "2 universes of 6 were refused by the design guard and not fitted (split-groups); they count in no share.",
    );
    expect(limits).toContain("1 universe breaks a rule of design that its settings override.");
    expect(limits).toContain("A share of universes is no probability that a finding is true");
    expect(limits).not.toContain("drawn at random");
    expect(answerMultiverse({ ...sample, cross: 60 }).limits.join()).toContain(
      "6 of 60 combinations were looked at, drawn at random.",
    );
  });
  it("makes no claim about people where there is no test over people", () => {
    const summaries = sample.summaries.map((own) => ({ ...own, joint: null }));
    const few = answerMultiverse({ ...sample, summaries, tests: { ...sample.tests, joint: "" } });
    expect(few.joint).toBe("");
    expect(few.limits.join()).toContain("no claim about people is made");
  });
});

describe("curveFigure", () => {
  const figure = curveFigure(sample, 0)!;
  it("draws one dot and one interval a universe, sorted, and a mark for every alternative that it takes", () => {
    const circles = figure.wide.match(/<circle|<path d="M[^"]*A/g) ?? [];
    expect(circles.length).toBeGreaterThanOrEqual(4);
    // rows: two heads and five alternatives; each of four universes takes one of each choice
    for (const name of ["pooling", "mean", "first token", "folds", "three", "five", "shuffled (refused)"])
      expect(figure.wide).toContain(`>${name}</text>`);
    expect(figure.alt).toContain("4 universes from −.010 to .050, median .020; 2 in which multimodal wins");
  });
  it("leaves undefined universes out, and is null where there is nothing to draw", () => {
    expect(curveFigure(sample, 1)!.caption).toContain("3 universes, sorted");
    const undefinedOnly = sample.universes
      .slice(3)
      .map((own) => ({ ...own, regions: [own.regions[1]!, own.regions[1]!] }));
    expect(curveFigure({ ...sample, universes: undefinedOnly }, 0)).toBeNull();
  });
});

describe("multiverseFiles", () => {
  it("writes page, answer, tables, record and every figure, the same bytes each time", () => {
    const files = multiverseFiles(sample);
    expect(files.map(({ path }) => path)).toEqual([
      "multiverse.html",
      "answer.txt",
      "universes.csv",
      "refused.csv",
      "multiverse.json",
      "figures/verdicts.svg",
      "figures/choices.svg",
      "figures/curve-scene.svg",
      "figures/curve-silent.svg",
    ]);
    expect(multiverseFiles(sample)).toEqual(files);
  });
  it("has one row a universe and region, with its choices", () => {
    const columns = new Map(universeColumns(sample).map(({ name, values }) => [name, [...values]]));
    expect(columns.get("universe")).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(columns.get("choice_pooling")!.slice(2, 6)).toEqual([
      "mean",
      "mean",
      "first token",
      "first token",
    ]);
    expect(columns.get("verdict")!.slice(4)).toEqual(["a ahead", "neither", "neither", "undefined"]);
    expect(columns.get("controls_not_beaten")![4]).toBe("untrained");
  });
  it("escapes names, needs no script and no network, and counts the refused beside the choice that is to blame", () => {
    const page = renderMultiverse(sample);
    expect(page).toContain("<h1>A &amp; B &lt;in&gt; many universes</h1>");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(page).toContain("<td>folds: shuffled</td>");
  });
});

describe("choiceTotals and orderRegions", () => {
  it("sum pairs over regions, and put the region first in which most is won", () => {
    expect(choiceTotals(sample)[0]).toMatchObject({
      choice: "pooling",
      pairs: 4,
      verdictFlips: 4,
      winFlips: 2,
    });
    expect(orderRegions(sample)).toEqual([0, 1]);
    expect(multiverseText(sample)).toMatch(
      /^A & B <in> many universes\n\nWhich is better\?\n\nIn 4 universes/,
    );
  });
});
