import { axisX, axisY, dot, gridX, link, ruleX, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, labelRoom, lettersIn } from "../../src/report/figure.ts";
import { shorten } from "../../src/report/format.ts";
import { wilsonInterval } from "../../src/stats/index.ts";
import type { Measured } from "./measured.ts";

const cut = 0.16;

/** Rates of false positives with their intervals, one panel a condition; rates above .16 stand at the right edge with their number. */
export function drawRates(rows: readonly Measured[]): Figure {
  const conditions = [...new Set(rows.map(({ condition }) => condition))];
  const tests = [...new Set(rows.map(({ test }) => test))];
  const drawn = rows.map((row) => {
    const { low, high } = wilsonInterval(row.passed, row.of);
    const rate = row.passed / row.of;
    return {
      ...row,
      rate,
      at: Math.min(cut, rate),
      low: Math.min(cut, low),
      high: Math.min(cut, high),
      fails: rate > 0.06,
      panel: conditions.indexOf(row.condition),
    };
  });
  const ink = ({ fails }: { fails: boolean }) => (fails ? colors.vermilion : colors.blue);
  return drawFigure(
    {
      id: "calibration",
      title: "Null studies called significant at .05",
      caption:
        "Dots: share of simulated null studies, with Wilson's 95 % interval. Lines: .05, and .06 dashed.",
      alt: drawn.map(({ test, condition, rate }) => `${test}, ${condition}: ${rate.toFixed(3)}`).join("; "),
      legend: [
        { mark: "dot", color: colors.blue, text: "at most .06" },
        { mark: "dot", color: colors.vermilion, text: "above .06" },
      ],
    },
    (width) => {
      const room = labelRoom(tests, width);
      const letters = lettersIn((width - room.margin - 20) / conditions.length - 10, { bold: true });
      return {
        marginLeft: room.margin,
        marginRight: 40,
        marginTop: 30,
        marginBottom: 42,
        height: tests.length * 26 + 80,
        x: { domain: [0, cut] },
        y: { domain: tests, type: "band" },
        fx: { axis: null, padding: 0.12 },
        marks: [
          gridX({ stroke: colors.rule, strokeOpacity: 1, ticks: 3 }),
          axisX({
            label: "share of null studies",
            labelAnchor: "center",
            labelArrow: "none",
            ticks: 3,
            tickSize: 0,
          }),
          axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, room.letters) }),
          ruleX([0.05], { stroke: colors.ink }),
          ruleX([0.06], { stroke: colors.ink, strokeDasharray: "3 3" }),
          text(
            conditions.map((name, panel) => ({ name: shorten(name, isNarrow(width) ? 12 : letters), panel })),
            { fx: "panel", text: "name", frameAnchor: "top-left", dy: -18, fontWeight: 700 },
          ),
          link(drawn, {
            x1: "low",
            x2: "high",
            y1: "test",
            y2: "test",
            fx: "panel",
            stroke: ink,
            strokeWidth: 2,
          }),
          dot(drawn, { x: "at", y: "test", fx: "panel", r: 4, fill: ink }),
          text(
            drawn.filter(({ rate }) => rate > cut),
            {
              x: "at",
              y: "test",
              fx: "panel",
              text: ({ rate }: { rate: number }) => rate.toFixed(2).replace(/^0/, ""),
              textAnchor: "start",
              dx: 7,
              fill: colors.warning,
            },
          ),
        ],
      };
    },
  );
}
