import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { formatP, formatR, formatR2 } from "./format.ts";
import type { StudyResult } from "./result.ts";
import { makeSample } from "./sample-result.fixture.ts";
import { samples } from "./samples.fixture.ts";
import { comparisonTable, mainTable } from "./table.ts";

const page = (html: string) => parseHTML(`<main>${html}</main>`).document;
const rows = (html: string, selector = "tbody tr:not(.region)") =>
  [...page(html).querySelectorAll(selector)].map((row) =>
    [...row.children].map((cell) => (cell.textContent ?? "").replaceAll("\u00a0", " ").trim()),
  );

describe("mainTable", () => {
  it("holds score, unique variance with interval, share of the ceiling, corrected p and people of every cell, in order", () => {
    const result = samples.lab();
    const table = rows(mainTable(result));
    expect(table).toHaveLength(48);
    for (const [k, cell] of result.cells.entries()) {
      const [name, alone, unique, share, p, people] = table[k] as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      expect(name).toBe((cell.significant ? "●" : "") + cell.space);
      expect(alone).toBe(`${formatR(cell.aloneR.mean)} ${formatR2(cell.alone.mean)}`);
      expect(unique).toBe(
        `${formatR2(cell.unique.mean)} [${formatR2(cell.unique.low)}, ${formatR2(cell.unique.high)}]`,
      );
      if (cell.region === "silent") expect(share).toBe("—");
      else expect(share).toMatch(/%$/);
      expect(p).toBe(formatP(cell.pCorrected, result.tests));
      expect(people).toBe(`${cell.inFavour}/8`);
    }
  });
  it("heads every region with its joint score, ceiling, CCnorm, p and people", () => {
    const heads = rows(mainTable(samples.lab()), "tr.region").flat();
    expect(heads[0]).toMatch(
      /^early visual together: r \.6\d \[.*\] · R² \.\d{3} · ceiling \.500 · CCnorm \.8\d · p \.0045 · 8\/8 people$/,
    );
    expect(heads[7]).toMatch(/^silent together, no evidence of prediction: /);
  });
  it("marks a finding that a control reaches, and the control itself", () => {
    const table = rows(mainTable(samples.control())).map(([name]) => name);
    expect(table.filter((name) => /●|○/.test(name ?? ""))).toEqual(["○gabor control", "●objects†"]);
  });
  it("writes undefined as a dash, and folds a table in which nothing is defined", () => {
    const holes = rows(mainTable(samples.holes())).slice(6, 12);
    for (const row of holes) expect(row.slice(1)).toEqual(["— —", "—", "—", "—", "—"]);
    const empty = page(mainTable(samples.undefined()));
    expect(empty.querySelector("p")?.textContent).toBe("No score of any region or feature space is defined.");
    expect(empty.querySelector("details table")).not.toBeNull();
  });
  it("has no column of people for one person, and none of the ceiling without one", () => {
    const heads = (result: StudyResult) => rows(mainTable(result), "thead tr")[0];
    expect(heads(samples.onePerson())).toEqual([
      "Feature space",
      "Alone r R²",
      "Unique R² [interval]",
      "Of ceiling",
      "p corrected",
    ]);
    expect(heads(samples.noCeiling())).not.toContain("Of ceiling");
  });
  it("gives no share of the ceiling where the joint R² is below zero, and says why", () => {
    const whole = samples.one();
    const regionScores = whole.regionScores.map((score) => ({
      ...score,
      r2: { mean: -0.01, low: -0.02, high: 0 },
    }));
    expect(mainTable({ ...whole, regionScores })).toMatch(
      /No share of the ceiling .* because no joint R² is above zero/,
    );
    expect(mainTable(whole)).toMatch(/Of ceiling: unique R² ÷ explainable variance; — where/);
  });
  it("folds away the regions without a finding of a large study, and loses none", () => {
    const html = mainTable(samples.large());
    expect(page(html).querySelector("details summary")?.textContent).toBe("25 regions without a finding");
    expect(rows(html)).toHaveLength(80);
  });
  it("marks a finding whose interval holds zero", () => {
    const whole = makeSample({ regions: ["a"], spaces: ["x"], effects: [["a", "x", 0.01]] });
    const cells = whole.cells.map((cell) => ({ ...cell, unique: { ...cell.unique, low: -0.001 } }));
    expect(rows(mainTable({ ...whole, cells }))[0]?.[2]).toMatch(/\]0$/);
  });
});

describe("comparisonTable", () => {
  it("is empty where nothing was compared", () => {
    expect(comparisonTable(samples.lab())).toBe("");
  });
  it("holds difference, interval, corrected p and people in favour of the first", () => {
    const table = rows(comparisonTable(samples.compared()), "tbody tr");
    expect(table[0]).toEqual(["early visual", "● .030 [.020, .040]", ".02", ".039", "8/8"]);
    expect(table[3]).toEqual(["word form", "● −.020 [−.030, −.010]", ".02", ".029", "0/8"]);
    expect(table[7]).toEqual(["silent", ".000 [−.010, .010]", ".90", ".009", "4/8"]);
    expect(comparisonTable(samples.compared())).toMatch(/two-sided/);
    const pairs = samples.compared().comparisons.map((own, k) => (k === 0 ? { ...own, a: "model C" } : own));
    expect(rows(comparisonTable({ ...samples.compared(), comparisons: pairs }), "tbody tr")[0]?.[1]).toBe(
      "model C − model B",
    );
  });
  it("says how large a difference the data exclude, rounded up, and with a margin what is concluded to be below it", () => {
    const html = comparisonTable(samples.alike());
    const column = rows(html, "tbody tr").map((row) => row[3]);
    expect(column).toEqual([
      ...[".040 (p .90)", ".040 (p .90)", ".040 (p .90)", "≈ .010 (p .03)"],
      ...["≈ .007 (p .0079)", "≈ .007 (p .0089)", "≈ .007 (p .0099)", ".040 (p .90)"],
    ]);
    expect(html).toContain("≈: concluded to be less than R²\u00a0.01");
    const few = samples.compared().comparisons.map((own) => ({
      ...own,
      equivalence: { ...own.equivalence, bound: Number.POSITIVE_INFINITY },
    }));
    expect(rows(comparisonTable({ ...samples.compared(), comparisons: few }), "tbody tr")[0]?.[3]).toBe("—");
    const cells = rows(mainTable(samples.alike()));
    expect(cells[42]?.[5]).toBe("≈ .005 (p .012)");
  });
  it("marks a region where a control alone does as well as the better model", () => {
    const whole = makeSample({
      controls: ["scene"],
      effects: [
        ["object", "objects", 0.05],
        ["object", "scene", 0.2],
      ],
    });
    const comparisons = samples.compared().comparisons.map((own) => ({ ...own, a: "objects", b: "gabor" }));
    const table = rows(comparisonTable({ ...whole, comparisons }), "tbody tr");
    expect(table[1]?.[0]).toBe("object †");
  });
});
