import { XMLValidator } from "fast-xml-parser";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderReport } from "./html.ts";
import type { StudyResult } from "./result.ts";
import { makeSample } from "./sample-result.fixture.ts";
import { samples } from "./samples.fixture.ts";

const lab = renderReport(samples.lab()); // drawn once: figures take a tenth of a second each
const labPage = parseHTML(lab).document;
const open = (result: StudyResult) => parseHTML(renderReport(result)).document;
const hostile = `<script>alert(1)</script>"'&<img src=x onerror=y>`;

describe("renderReport", () => {
  it.each(Object.keys(samples) as (keyof typeof samples)[])("writes well-formed HTML: %s", (name) => {
    const html = renderReport(samples[name]() as StudyResult);
    expect(XMLValidator.validate(html.replace("<!doctype html>", ""))).toBe(true);
    expect(/NaN|>undefined<|\[object|Infinity/.exec(html)?.[0]).toBeUndefined();
  });
  it("loads nothing: no script, no address but the SVG namespace, no image or style from elsewhere", () => {
    const html = lab;
    expect(html.match(/https?:\/\/[^"' <)]*/g) ?? []).toEqual([]);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=/i);
    expect([...labPage.querySelectorAll("a")].every((a) => a.getAttribute("href")?.startsWith("#"))).toBe(
      true,
    );
  });
  it("escapes hostile titles, questions, regions, spaces, people, warnings and file names", () => {
    const result = makeSample({
      regions: [hostile, "b"],
      spaces: [hostile, "y"],
      controls: ["y"],
      effects: [[hostile, hostile, 0.2]],
    });
    const evil: StudyResult = {
      ...result,
      title: hostile,
      question: hostile,
      warnings: [hostile],
      designNotes: [hostile],
      ceilingNote: hostile,
      participants: result.participants.map(() => hostile),
      runs: [{ id: hostile, role: "train", samples: 1, repeats: 1 }],
      comparisons: samples.compared().comparisons.map((own) => ({ ...own, a: hostile, region: hostile })),
      provenance: { ...result.provenance, inputs: [{ name: hostile, sha256: hostile }], backend: hostile },
    };
    const html = renderReport(evil);
    expect(/<script|<img/.test(html)).toBe(false);
    expect(XMLValidator.validate(html.replace("<!doctype html>", ""))).toBe(true);
    expect(parseHTML(html).document.querySelector("h1")?.textContent).toBe(hostile);
  });
  it("has question and answer first, then results, design, tests, and where the numbers come from", () => {
    const document = labPage;
    const ids = [...document.querySelectorAll("section")].map((section) => section.id);
    expect(ids).toEqual(["answer", "results", "recovery", "design", "tests", "provenance"]);
    const [question, lead, table] = [".question", ".lead", "table"].map((one) =>
      lab.indexOf(one.startsWith(".") ? `class="${one.slice(1)}"` : `<${one}`),
    );
    expect(question).toBeLessThan(lead as number);
    expect(lead).toBeLessThan(table as number);
    expect([...document.querySelectorAll("nav a")].map((a) => a.getAttribute("href"))).toEqual(
      ids.map((id) => `#${id}`),
    );
  });
  it("has one h1, no level of heading left out, and a language", () => {
    const document = labPage;
    const levels = [...document.querySelectorAll("h1,h2,h3")].map((heading) => Number(heading.tagName[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [k, level] of levels.entries()) expect(level - (levels[k - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(document.documentElement.getAttribute("lang")).toBe("en");
  });
  it("gives every table a caption and every header a scope, and lets the keyboard scroll it", () => {
    const document = open({ ...samples.control(), comparisons: samples.compared().comparisons });
    expect(document.querySelectorAll("table").length).toBeGreaterThan(3);
    for (const table of document.querySelectorAll("table")) {
      expect(table.querySelector("caption")?.textContent).not.toBe("");
      for (const head of table.querySelectorAll("th"))
        expect(head.getAttribute("scope")).toMatch(/^(col|row|rowgroup)$/);
      expect(table.parentElement?.getAttribute("tabindex")).toBe("0");
      expect(table.parentElement?.getAttribute("aria-label")).not.toBe("");
    }
  });
  it("prints test, correction, level, smallest p, intervals, edge rates, ceiling, seed and every hash", () => {
    const result = samples.lab();
    const text = open(result).body.textContent ?? "";
    const { tests, provenance, ceilingNote } = result;
    for (const fact of [
      tests.test,
      tests.correction,
      tests.interval,
      ".0039 before correction",
      ceilingNote,
      provenance.code,
      provenance.settings,
      provenance.backend,
      provenance.dtype,
      provenance.inputs[0]?.sha256,
    ])
      expect(text).toContain(fact as string);
    expect(text).toMatch(/Alphas on the edge of the grid\s*3\s%/);
    expect(text).toMatch(/Band weights on an extreme of the grid\s*31\s%/);
  });
  it("shows warnings, overrides among them, in the answer", () => {
    const warned = {
      ...samples.lab(),
      warnings: ['The rule "short-gap" was overridden by the study\'s settings.'],
    };
    expect(open(warned).querySelector("#answer .warn")?.textContent).toMatch(/short-gap.*overridden/);
  });
  it("puts alike runs on one line", () => {
    const run = (id: string, role: "train" | "test", repeats = 1) => ({ id, role, samples: 300, repeats });
    const runs = [
      run("clip-1", "train"),
      run("clip-2", "train"),
      run("clip-3", "train"),
      run("test", "test", 10),
    ];
    const table = [...open({ ...samples.lab(), runs }).querySelectorAll("#design table")][0];
    const rows = [...(table?.querySelectorAll("tbody tr") ?? [])].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows).toEqual([
      ["clip-1 to clip-3", "training", "3", "300", "1"],
      ["test", "held out", "1", "300", "10"],
    ]);
  });
  it("judges every planted region and prints the false-positive rate beside the nominal one", () => {
    const whole = samples.lab();
    const planted =
      whole.recovery?.planted.map((own) => (own.region === "silent" ? { ...own, spaces: ["gabor"] } : own)) ??
      [];
    const cells = whole.cells.map((cell) =>
      cell.region === "scene" && cell.space === "objects"
        ? { ...cell, significant: true, unique: { mean: 0.01, low: 0.001, high: 0.02 } }
        : cell,
    );
    const recovery = {
      ...(whole.recovery as NonNullable<StudyResult["recovery"]>),
      planted,
      falseCells: [{ region: "scene", space: "objects" }],
      falseRegions: ["scene"],
    };
    const text = open({ ...whole, cells, recovery }).querySelector("#recovery")?.textContent ?? "";
    expect(text).toMatch(/6 regions right, 2 wrong/);
    expect(text).toMatch(/False positives: 1 of 39 cells without a planted effect \(3\s%\)/);
    expect(text).toMatch(/✗ missed/);
    expect(text).toMatch(/✗ false/);
    expect(open(samples.one()).querySelector("#recovery")).toBeNull();
  });
  it("is the same bytes for the same record", () => {
    expect(renderReport(samples.lab())).toBe(lab);
  });
});
