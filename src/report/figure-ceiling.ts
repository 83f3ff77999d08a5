import { axisX, axisY, bin, dot, link, type PlotOptions, rect, ruleY, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, lettersIn, rangeOf } from "./figure.ts";
import { axisNumber } from "./figure-rows.ts";
import { ceilingName } from "./findings.ts";
import { countOf, formatShare, shorten } from "./format.ts";
import type { StudyResult } from "./result.ts";

interface Point {
  readonly ceiling: number;
  readonly score: number;
  readonly panel: string;
}

const mostPanels = 12;
const mostDots = 1500;
const square = { inset: 0, fill: colors.blue };

/** Per-target score against explainable variance, one panel a region (all in one where there are many); null without a ceiling. */
export function ceilingFigure(result: StudyResult): Figure | null {
  const several = result.regions.length > 1 && result.regions.length <= mostPanels;
  const points = result.targets.flatMap(({ region, r, ceiling }) =>
    Array.from(region, (g, k): Point => {
      const own = r[k] as number;
      const panel = several ? (result.regions[g] ?? "") : "";
      return { ceiling: ceiling[k] as number, score: own * Math.abs(own), panel: g < 0 ? "outside" : panel };
    }).filter(({ ceiling: x, score, panel }) => Number.isFinite(x + score) && panel !== "outside"),
  );
  if (points.length === 0) return null;
  const name = ceilingName(result);
  const shared = name !== "explainable variance";
  const dense = points.length > mostDots;
  const panels = several ? result.regions : [""];
  return drawFigure(
    {
      id: "ceiling",
      title: "Score of every target against its ceiling",
      caption: `${countOf(points.length, "target")} of ${countOf(result.participants.length, "person", "people")}${dense ? ", counted in squares" : ", one dot each"}. Across: ${name} (a share of all variance; an estimate below zero means that none was detected). Up: r², below zero where r is negative. On the line a target is predicted as well as this ceiling allows; dots above it are not clipped${shared ? ": what only one person's responses carry can lie there, and noise" : ": they are noise in either estimate"}.`,
      alt: `Scatter plot${several ? `, ${panels.length} panels` : ""}: ${countOf(points.length, "target")}, ${formatShare(points.filter(({ ceiling, score }) => score > ceiling && ceiling > 0).length / points.length)} above the line of the ceiling.`,
      legend: [
        dense
          ? { mark: "square", color: colors.blue, text: "targets (darker: more)" }
          : { mark: "small", color: colors.blue, text: "one target" },
        { mark: "slope", color: colors.vermilion, text: `r² = ${name}` },
      ],
    },
    (width) => scatter(points, panels, dense, width, name),
  );
}

function scatter(
  points: readonly Point[],
  panels: readonly string[],
  dense: boolean,
  width: number,
  name: string,
): PlotOptions {
  const columns = Math.min(panels.length, isNarrow(width) ? 2 : 4);
  const place = (panel: string) => {
    const k = panels.indexOf(panel);
    return { fx: k % columns, fy: Math.floor(k / columns) };
  };
  const drawn = points.map((point) => ({ ...point, ...place(point.panel) }));
  const rows = Math.ceil(panels.length / columns);
  const total = panels.length === 1 ? Math.min(width, 480) : width;
  const side = (total - 64) / columns;
  const scores = points.map(({ score }) => score);
  const [low, high] = rangeOf([0.05, ...scores, ...points.map(({ ceiling }) => ceiling)]);
  const [bottom] = rangeOf(scores);
  const facets = { fx: "fx", fy: "fy" } as const;
  const titled = panels.length > 1;
  const titles = panels.map((panel) => ({
    title: shorten(panel, lettersIn(side - 16, { bold: true })),
    ...place(panel),
  }));
  return {
    width: total,
    height: rows * (side * ((high - bottom) / (high - low)) + (titled ? 30 : 0)) + 66,
    marginLeft: 50,
    marginRight: 14,
    marginTop: titled ? 26 : 10,
    marginBottom: 44,
    x: { domain: [low, high] },
    y: { domain: [bottom, high] },
    fx: { axis: null, padding: 0.1 },
    fy: { axis: null, padding: titled && rows > 1 ? 0.2 : 0 },
    marks: [
      ...ticks(side, name),
      ruleY([0], { stroke: colors.rule }),
      link(titled ? panels.map(place) : [{ fx: 0, fy: 0 }], {
        ...facets,
        x1: () => Math.max(0, low),
        y1: () => Math.max(0, low),
        x2: () => high,
        y2: () => high,
        stroke: colors.vermilion,
        strokeWidth: 1.5,
      }),
      dense
        ? rect(
            drawn,
            bin({ fillOpacity: "count" }, { ...square, x: "ceiling", y: "score", ...facets, thresholds: 30 }),
          )
        : dot(drawn, { x: "ceiling", y: "score", ...facets, r: 2, fill: colors.blue, fillOpacity: 0.45 }),
      ...(titled
        ? [text(titles, { ...facets, text: "title", frameAnchor: "top-left", dy: -16, fontWeight: 700 })]
        : []),
    ],
  };
}

function ticks(side: number, name: string) {
  const shared = {
    tickSize: 0,
    tickFormat: axisNumber,
    labelArrow: "none",
  } as const;
  const steps = side > 240 ? 5 : 3;
  return [
    axisX({ ...shared, ticks: steps, label: `${name} (share)`, labelAnchor: "center" }),
    axisY({ ...shared, ticks: steps, label: "r²", labelAnchor: "top" }),
  ];
}
