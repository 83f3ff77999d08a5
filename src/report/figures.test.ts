import { XMLValidator } from "fast-xml-parser";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { type Figure, toSvgFile } from "./figure.ts";
import { ceilingFigure } from "./figure-ceiling.ts";
import { alphaFigure, bandFigure } from "./figure-choices.ts";
import { partitionFigure } from "./figure-partition.ts";
import { partsFigure } from "./figure-parts.ts";
import { recoveryFigure } from "./figure-recovery.ts";
import { comparisonFigure, scoresFigure, uniqueFigure } from "./figure-scores.ts";
import { drawFigures } from "./figures.ts";
import type { StudyResult } from "./result.ts";
import { makeSample } from "./sample-result.fixture.ts";
import { samples } from "./samples.fixture.ts";
import { styleSheet } from "./style.ts";

const lab = samples.lab();
const count = (figure: Figure | null, selector: string) =>
  parseHTML(figure?.wide ?? "").document.querySelectorAll(selector).length;

describe("drawFigures", () => {
  const figures = drawFigures(lab);
  it("draws every figure that the record has data for, in reading order", () => {
    expect(figures.map(({ id }) => id)).toEqual([
      "unique",
      "scores",
      "partition",
      "ceiling",
      "recovery",
      "alphas",
      "bands",
    ]);
  });
  it.each(figures.map((figure) => [figure.id, figure] as const))(
    "makes %s valid SVG with a text alternative, at both widths",
    (_, figure) => {
      for (const svg of [figure.wide, figure.narrow]) {
        expect(XMLValidator.validate(toSvgFile(svg))).toBe(true);
        const root = parseHTML(svg).document.querySelector("svg");
        expect(root?.getAttribute("role")).toBe("img");
        expect(root?.getAttribute("aria-label")).toBe(`${figure.title}. ${figure.alt}`);
        expect(figure.alt.length).toBeGreaterThan(20);
        expect(/NaN|undefined/.test(svg)).toBe(false);
      }
      expect(Number(/ width="(\d+)"/.exec(figure.narrow)?.[1])).toBeLessThanOrEqual(354);
    },
  );
});

describe("marks of the figures", () => {
  it("unique: one dot a region × space, one small dot a person", () => {
    const figure = uniqueFigure(lab);
    expect(count(figure, 'circle[r="4"]')).toBe(8 * 6);
    expect(count(figure, 'circle[r="1.8"]')).toBe(8 * 6 * 8);
    expect(count(figure, 'circle[r="4"][fill="#0072B2"]')).toBe(8); // found
  });
  it("unique: leaves out what was fitted alone, and draws controls hollow", () => {
    const spaces = lab.spaces.map((space, s) => ({ ...space, joint: s !== 1, control: s === 0 }));
    const figure = uniqueFigure({ ...lab, spaces });
    expect(count(figure, 'circle[r="4"]')).toBe(8 * 5);
    expect(count(figure, 'circle[r="4"][fill="#fff"]')).toBe(8);
  });
  it("scores: one dot a region, one small dot a person, a tick at every ceiling; none for one person or no ceiling", () => {
    expect(count(scoresFigure(lab), 'circle[r="4"]')).toBe(8);
    expect(count(scoresFigure(lab), 'circle[r="1.8"]')).toBe(64);
    expect(count(scoresFigure(lab), 'line[stroke="#1a1a1a"], g[stroke="#1a1a1a"] line')).toBe(8);
    expect(count(scoresFigure(samples.onePerson()), 'circle[r="1.8"]')).toBe(0);
    expect(count(scoresFigure(samples.noCeiling()), 'g[stroke="#1a1a1a"] line')).toBe(0);
  });
  it("scores: an undefined region is named, not drawn at zero", () => {
    const figure = scoresFigure(samples.holes());
    expect(count(figure, 'circle[r="4"]')).toBe(7);
    expect(figure?.wide).toMatch(/— undefined/);
  });
  it("partition: unique parts and the shared part add up to the joint R²", () => {
    const [region] = lab.regionScores;
    const bars = [...parseHTML(partitionFigure(lab)?.wide ?? "").document.querySelectorAll("rect")];
    expect(bars).toHaveLength(8 * 7);
    const top = Math.min(...bars.map((bar) => Number(bar.getAttribute("y"))));
    const first = bars.filter((bar) => Number(bar.getAttribute("y")) === top);
    const edges = first.flatMap((bar) => [
      Number(bar.getAttribute("x")),
      Number(bar.getAttribute("x")) + Number(bar.getAttribute("width")),
    ]);
    const zero = Number(
      parseHTML(partitionFigure(lab)?.wide ?? "")
        .document.querySelector('g[stroke="#6b7280"] line')
        ?.getAttribute("x1"),
    );
    const marker = Number(
      parseHTML(partitionFigure(lab)?.wide ?? "")
        .document.querySelector("circle")
        ?.getAttribute("cx"),
    );
    const signed = Math.max(...edges) - zero - (zero - Math.min(...edges)); // right of zero less left of it
    expect(signed).toBeCloseTo(marker - zero, 0);
    expect(region?.r2.mean).toBeGreaterThan(0);
  });
  it("partition: draws the smallest of many spaces as one", () => {
    const many = makeSample({
      spaces: Array.from({ length: 12 }, (_, k) => `space ${k}`),
      regions: ["a", "b"],
    });
    const figure = partitionFigure(many);
    expect(count(figure, "rect")).toBe(2 * 9);
    expect(figure?.legend.map(({ text }) => text)).toContain("5 other spaces");
  });
  it("parts: a bar for every part of every region on one scale, hollow below zero, with its spaces as dots", () => {
    const parts = samples.parts();
    const figure = partsFigure(parts);
    const { document } = parseHTML(figure?.wide ?? "");
    const bars = [...document.querySelectorAll("rect")];
    expect(bars).toHaveLength(2 * 15); // the third region is undefined
    const zero = Number(document.querySelector('g[stroke="#6b7280"] line')?.getAttribute("x1"));
    const ends = bars
      .slice(0, 15)
      .map((bar) => [
        Number(bar.getAttribute("x")) - zero,
        Number(bar.getAttribute("x")) + Number(bar.getAttribute("width")) - zero,
      ]);
    for (const [k, [from, to]] of ends.entries()) {
      expect(from).toBeCloseTo(0, 1);
      expect(to).toBeCloseTo((k * (ends[14]?.[1] as number)) / 14, 1);
    }
    const hollow = bars.filter((bar) => bar.getAttribute("fill") === "#fff");
    expect(hollow).toHaveLength(7);
    expect(hollow.every((bar) => Number(bar.getAttribute("width")) > 1)).toBe(true);
    // 4 spaces in 15 sets: each in 8
    expect(count(figure, 'circle[r="5"]')).toBe(4 * 8);
    expect(count(figure, 'circle[r="1.8"]')).toBe(4 * 7);
    expect(figure?.caption).toMatch(/7 parts of 30 lie below zero/);
    expect(figure?.wide).toContain("−.065");
    expect(figure?.wide).toContain(">.140 *<");
    expect(drawFigures(parts).filter(({ id }) => id === "partition")).toEqual([figure]);
    expect(partsFigure(lab)).toBeNull();
  });
  it("ceiling: one dot a defined target, a line a region, and no figure without a ceiling", () => {
    expect(count(ceilingFigure(lab), 'circle[r="2"]')).toBe(8 * 8 * 4);
    expect(ceilingFigure(lab)?.legend.at(-1)?.text).toBe("r² = explainable variance");
    const bare = lab.targets.map((own) => ({ ...own, ceiling: own.ceiling.map(() => Number.NaN) }));
    expect(ceilingFigure({ ...lab, targets: bare })).toBeNull();
    const shared = { ...lab, ceilingNote: "Inter-subject ceiling: …" };
    expect(ceilingFigure(shared)?.legend.at(-1)?.text).toBe("r² = variance that people share");
  });
  it("alphas: one bar an alpha, heights in proportion, edges in the other colour with the rate in words", () => {
    const bars = [...parseHTML(alphaFigure(lab)?.wide ?? "").document.querySelectorAll("rect")];
    expect(bars.map((bar) => bar.getAttribute("fill"))).toEqual([
      "#D55E00",
      ...Array(4).fill("#0072B2"),
      "#D55E00",
    ]);
    const heights = bars.map((bar) => Number(bar.getAttribute("height")));
    expect((heights[3] as number) / (heights[2] as number)).toBeCloseTo(200 / 40, 1);
    expect(alphaFigure(lab)?.caption).toMatch(/Share of 316 choices.* 3 % lie on the edge/);
    expect(alphaFigure({ ...lab, choices: { ...lab.choices, alphaCounts: [0, 0] } })).toBeNull();
  });
  it("bands: one cell a region × space of the joint model", () => {
    expect(count(bandFigure(lab), "rect")).toBe(48);
    const spaces = lab.spaces.map((space, s) => ({ ...space, joint: s !== 1 }));
    expect(count(bandFigure({ ...lab, spaces }), "rect")).toBe(40);
    expect(bandFigure(makeSample({ spaces: ["only"], regions: ["a"] }))).toBeNull();
  });
  it("recovery: a shaded cell where something was planted, a disc where it was found", () => {
    expect(count(recoveryFigure(lab), 'rect[fill="#d3e6f3"]')).toBe(8);
    expect(recoveryFigure(lab)?.alt).toMatch(
      /8 planted and found, 0 planted and missed, 0 found but not planted/,
    );
    expect(recoveryFigure(samples.one())).toBeNull();
  });
  it("comparisons: one dot a region, none of it where nothing was compared or all is undefined", () => {
    expect(count(comparisonFigure(samples.compared()), 'circle[r="4"]')).toBe(8);
    expect(comparisonFigure(lab)).toBeNull();
    expect(drawFigures(samples.undefined()).map(({ id }) => id)).not.toContain("scores");
  });
});

describe("colours", () => {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };
  const long = (hex: string) => (hex.length === 4 ? `#${[...hex.slice(1)].map((c) => c + c).join("")}` : hex);
  const schemes = [...styleSheet.matchAll(/:root\{([^}]*)\}/g)].map(([, body]) =>
    Object.fromEntries(
      [...(body as string).matchAll(/--(\w+):(#[0-9a-fA-F]+)/g)].map(([, name, hex]) => [
        name,
        long(hex as string),
      ]),
    ),
  );
  it("of words reach 4.5 : 1 on every ground they stand on, light and dark", () => {
    expect(schemes).toHaveLength(2);
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    for (const scheme of schemes)
      for (const ground of ["page", "found", "warn"])
        for (const words of ["ink", "soft", "softer", ...(ground === "page" ? ["link"] : [])])
          expect(contrast(scheme[words] as string, scheme[ground] as string)).toBeGreaterThanOrEqual(4.5);
  });
  it("of marks reach 3 : 1 on the page, and words inside figures 4.5 : 1", () => {
    expect(contrast("#0072B2", "#ffffff")).toBeGreaterThan(3);
    expect(contrast("#8b93a0", "#ffffff")).toBeGreaterThan(3);
    for (const fill of ["#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#d3e6f3"])
      expect(contrast("#111111", fill)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("#b34700", "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrast("#6b7280", "#ffffff")).toBeGreaterThanOrEqual(4.5);
  });
});

describe("empty records", () => {
  it("draw nothing rather than fail", () => {
    const none: StudyResult = {
      ...lab,
      cells: [],
      regionScores: [],
      comparisons: [],
      targets: [],
      recovery: null,
      choices: { ...lab.choices, alphaCounts: [], bandWeights: [] },
    };
    expect(drawFigures(none)).toEqual([]);
  });
});
