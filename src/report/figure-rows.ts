import { axisX, axisY, dot, gridX, link, type PlotOptions, ruleX, text, tickX } from "@observablehq/plot";
import { colors, isNarrow, labelRoom, lettersIn, rangeOf } from "./figure.ts";
import { formatNumber, shorten } from "./format.ts";
import type { Estimate } from "./result.ts";

/** One row of a panel: an estimate with its interval, each person's own value, and where known the ceiling. */
export interface Row {
  readonly panel: string;
  readonly label: string;
  readonly estimate: Estimate;
  readonly people: readonly number[];
  readonly ceiling?: number;
  /** Found by the corrected test: drawn in colour. */
  readonly found: boolean;
  /** A control: drawn hollow. */
  readonly hollow: boolean;
  readonly tooltip: string;
}

interface Place {
  readonly fx: number;
  readonly fy: number;
}

/** Rows of dots with intervals, in as many panels beside and below each other as fit.
 * @param rows in reading order; an undefined estimate leaves its row empty but for a dash.
 * @param xLabel with its unit. @param digits behind the point of the axis' numbers. */
export function rowPanels(rows: readonly Row[], width: number, xLabel: string): PlotOptions {
  const panels = [...new Set(rows.map(({ panel }) => panel))];
  const labels = [...new Set(rows.map(({ label }) => label))];
  const room = labelRoom(labels, width);
  const columns = Math.min(panels.length, isNarrow(width) ? 2 : panels.length === 4 ? 2 : 3);
  const places = new Map(
    panels.map((panel, k): [string, Place] => [panel, { fx: k % columns, fy: Math.floor(k / columns) }]),
  );
  const place = (panel: string): Place => places.get(panel) ?? { fx: 0, fy: 0 };
  const drawn = rows.map((row) => ({ ...row, ...row.estimate, ...place(row.panel) }));
  const people = drawn.flatMap((row) =>
    row.people.map((value) => ({ value, label: row.label, fx: row.fx, fy: row.fy })),
  );
  const titled = panels.length > 1;
  const panelRows = Math.ceil(panels.length / columns);
  const panelWidth = (width - room.margin - 14) / columns;
  const titles = panels.map((panel) => ({
    title: shorten(panel, lettersIn(panelWidth - 16, { bold: true })),
    ...place(panel),
  }));
  const domain = rangeOf(
    drawn.flatMap(({ mean, low, high, people: own, ceiling }) => [mean, low, high, ...own, ceiling ?? 0]),
  );
  const ticks = Math.max(2, Math.round(panelWidth / 90));
  const rowHeight = titled ? 22 : 30;
  const facets = { fx: "fx", fy: "fy" } as const;
  return {
    marginLeft: room.margin,
    marginRight: 14,
    marginTop: titled ? 26 : 8,
    marginBottom: 44,
    height: panelRows * (labels.length * rowHeight + 14 + (titled ? 26 : 0)) + 60,
    x: { domain },
    y: { domain: labels, type: "band", padding: 0 },
    fx: { axis: null, padding: 0.09 },
    fy: {
      axis: null,
      padding: titled && panelRows > 1 ? Math.min(0.3, 30 / (labels.length * rowHeight + 40)) : 0,
    },
    marks: [
      gridX({ stroke: colors.rule, strokeOpacity: 1, ticks }),
      axisX({
        label: xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        ticks,
        tickFormat: axisNumber,
        tickSize: 0,
      }),
      axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, room.letters) }),
      ruleX([0], { stroke: colors.gray }),
      ...(titled
        ? [text(titles, { ...facets, text: "title", frameAnchor: "top-left", dy: -18, fontWeight: 700 })]
        : []),
      tickX(
        drawn.filter(({ ceiling }) => Number.isFinite(ceiling)),
        {
          x: "ceiling",
          y: "label",
          ...facets,
          stroke: colors.ink,
          strokeWidth: 2,
          insetTop: 5,
          insetBottom: 5,
        },
      ),
      dot(people, { x: "value", y: "label", ...facets, r: 1.8, dy: 6, fill: colors.gray, fillOpacity: 0.7 }),
      link(drawn, {
        x1: "low",
        x2: "high",
        y1: "label",
        y2: "label",
        ...facets,
        dy: -2,
        strokeWidth: 2,
        stroke: inkOf,
      }),
      dot(drawn, {
        x: "mean",
        y: "label",
        ...facets,
        dy: -2,
        r: 4,
        fill: (row: Row) => (row.hollow ? "#fff" : inkOf(row)),
        stroke: inkOf,
        strokeWidth: 2,
        title: "tooltip",
      }),
      text(
        drawn.filter(({ mean }) => !Number.isFinite(mean)),
        {
          x: () => 0,
          y: "label",
          ...facets,
          text: () => "— undefined",
          textAnchor: "start",
          dx: 6,
          fill: colors.gray,
        },
      ),
    ],
  };
}

function inkOf({ found }: { readonly found: boolean }): string {
  return found ? colors.blue : colors.light;
}

/** Numbers of an axis: no more digits than they need, true minus sign. */
export function axisNumber(value: number): string {
  const digits = Number.isInteger(value)
    ? 0
    : Math.min(4, String(Number(value.toPrecision(6))).split(".")[1]?.length ?? 0);
  return formatNumber(value, digits);
}
