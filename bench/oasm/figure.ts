import { axisX, axisY, dot, gridX, link, ruleX, text } from "@observablehq/plot";
import { colors, drawFigure as draw, labelRoom, toSvgFile } from "../../src/report/figure.ts";
import type { Measured } from "./write-docs.ts";

/** r of each model with its interval, passages torn and whole; where r is undefined, the words stand at zero. */
export function drawFigure({ torn, whole }: Measured): string {
  const panels = [
    { name: "rows at random: passages torn", rows: torn.rows },
    { name: "whole passages held out", rows: whole.rows },
  ];
  const rows = panels.flatMap(({ rows: own }, panel) => own.map((row) => ({ ...row, panel })));
  const defined = rows.filter(({ r }) => Number.isFinite(r));
  const models = torn.rows.map(({ name }) => name);
  const figure = draw(
    {
      id: "oasm",
      title: "Responses without content: r of each model",
      caption: "Dots: mean r over studies, regions and people; lines: the lowest and the highest study.",
      alt: rows.map(({ name, r, panel }) => `${name}, ${panels[panel]?.name}: ${r.toFixed(3)}`).join("; "),
      legend: [
        { mark: "dot", color: colors.blue, text: "has content" },
        { mark: "dot", color: colors.vermilion, text: "control" },
      ],
    },
    (width) => ({
      marginLeft: labelRoom(models, width).margin,
      marginRight: 30,
      marginTop: 30,
      marginBottom: 42,
      height: models.length * 34 + 90,
      x: { domain: [-0.05, 0.5] },
      y: { domain: models, type: "band" },
      fx: { axis: null, padding: 0.12 },
      marks: [
        gridX({ stroke: colors.rule, strokeOpacity: 1, ticks: 4 }),
        axisX({
          label: "r on held-out rows",
          labelAnchor: "center",
          labelArrow: "none",
          ticks: 4,
          tickSize: 0,
        }),
        axisY({ label: null, tickSize: 0 }),
        ruleX([0], { stroke: colors.ink }),
        text(
          panels.map(({ name }, panel) => ({ name, panel })),
          { fx: "panel", text: "name", frameAnchor: "top-left", dy: -18, fontWeight: 700 },
        ),
        link(defined, {
          x1: "low",
          x2: "high",
          y1: "name",
          y2: "name",
          fx: "panel",
          stroke: inkOf,
          strokeWidth: 2,
        }),
        dot(defined, { x: "r", y: "name", fx: "panel", r: 4.5, fill: inkOf }),
        text(
          rows.filter(({ r }) => !Number.isFinite(r)),
          { x: 0, y: "name", fx: "panel", text: () => "predicts the mean", textAnchor: "start", dx: 6 },
        ),
      ],
    }),
  );
  return toSvgFile(figure.wide);
}

function inkOf({ name }: { name: string }): string {
  return name === "content" ? colors.blue : colors.vermilion;
}
