import { axisX, axisY, dot, gridY, line, ruleY, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, lettersIn } from "../report/figure.ts";
import { shorten } from "../report/format.ts";
import type { PowerResult } from "./power.ts";

const inks = [colors.blue, colors.vermilion, colors.green, colors.purple, colors.orange, colors.sky];
const symbols = ["circle", "square", "triangle", "diamond", "star", "cross"] as const;

/** Power against people: one panel a region, one line a way to measure. Marks differ in shape and colour. */
export function powerFigure(result: PowerResult): Figure {
  const regions = [...new Set(result.curves.map(({ region }) => region))];
  const labels = [...new Set(result.curves.map(({ label }) => label))];
  const points = result.curves.flatMap((curve) =>
    curve.points.map((point) => ({ ...point, region: curve.region, label: curve.label })),
  );
  const ink = ({ label }: { label: string }) => inks[labels.indexOf(label) % inks.length] as string;
  return drawFigure(
    {
      id: "power",
      title: "Power against people",
      caption: `Share of ${result.studies} simulated studies in which the two-sided sign-flip test over people finds the difference at p ≤ ${Number(result.level.toPrecision(3))}. Dashed: the goal, ${result.goal}.`,
      alt: result.curves
        .map(({ region, label, points: own }) => `${region}, ${label}: ${own.map(describe).join(", ")}`)
        .join("; "),
      legend: labels.map((label) => ({ mark: "line", color: ink({ label }), text: label })),
    },
    (width) => {
      const columns = Math.min(regions.length, isNarrow(width) ? 1 : 3);
      const place = (region: string) => {
        const k = regions.indexOf(region);
        return { fx: k % columns, fy: Math.floor(k / columns) };
      };
      const drawn = points.map((point) => ({ ...point, ...place(point.region) }));
      const letters = lettersIn((width - 60) / columns - 20, { bold: true });
      const few = Math.min(...points.map(({ people }) => people));
      const entries = labels.map((label, k) => ({ label, people: few, at: 0.96 - 0.09 * k, fx: 0, fy: 0 }));
      const facets = { fx: "fx", fy: "fy" } as const;
      return {
        marginLeft: 44,
        marginRight: 16,
        marginTop: 28,
        marginBottom: 42,
        height: Math.ceil(regions.length / columns) * 230 + 60,
        x: { type: "log", domain: extent(points.map(({ people }) => people)) },
        y: { domain: [0, 1] },
        fx: { axis: null, padding: 0.1 },
        fy: { axis: null, padding: 0.18 },
        symbol: { domain: labels, range: symbols.slice(0, labels.length) },
        marks: [
          gridY({ stroke: colors.rule, strokeOpacity: 1, ticks: 5 }),
          axisX({
            label: "people",
            labelAnchor: "center",
            labelArrow: "none",
            ticks: tickPeople(
              points.map(({ people }) => people),
              width / columns,
            ),
            tickFormat: String,
            tickSize: 0,
          }),
          axisY({ label: "power", labelArrow: "none", ticks: 5, tickSize: 0 }),
          ruleY([result.goal], { stroke: colors.ink, strokeDasharray: "4 3" }),
          text(
            regions.map((region) => ({ name: shorten(region, letters), ...place(region) })),
            { ...facets, text: "name", frameAnchor: "top-left", dy: -17, fontWeight: 700 },
          ),
          line(drawn, { x: "people", y: "power", z: "label", ...facets, stroke: ink, strokeWidth: 2 }),
          dot(drawn, { x: "people", y: "power", ...facets, r: 4, symbol: "label", fill: ink }),
          dot(entries, { x: "people", y: "at", ...facets, r: 4, symbol: "label", fill: ink, dx: 10 }),
          text(entries, {
            x: "people",
            y: "at",
            ...facets,
            text: "label",
            textAnchor: "start",
            dx: 20,
            fill: colors.ink,
            stroke: "#fff",
            strokeWidth: 4,
          }),
        ],
      };
    },
  );
}

function describe({ people, power }: { people: number; power: number }): string {
  return `${people} people ${power.toFixed(2)}`;
}

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low / 1.5, high * 1.5] : [low, high];
}

/** Numbers of people that were tried and have room on the axis. */
function tickPeople(people: readonly number[], pixels: number): number[] {
  const tried = [...new Set(people)].sort((a, b) => a - b);
  const [low, high] = extent(tried);
  const place = (n: number) => (Math.log(n / low) / Math.log(high / low)) * (pixels - 80);
  const kept: number[] = [];
  for (const n of tried) {
    const before = kept.at(-1);
    if (before === undefined || place(n) - place(before) > 22) kept.push(n);
  }
  return kept;
}
