import { axisX, axisY, barX, dot, gridX, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, lettersIn } from "../../report/figure.ts";
import { shorten } from "../../report/format.ts";
import type { RsaResult } from "./run.ts";

/** Similarity of each model with a region's dissimilarities: bars with intervals and people's dots before the noise ceiling. */
export function rsaFigure(result: RsaResult): Figure {
  const { regions, models, similarities, ceilings, method } = result;
  const rows = similarities.map((one) => ({
    ...one,
    control: models.find(({ name }) => name === one.model)?.control ?? false,
    significant: one.pCorrected <= result.level && one.value > 0,
  }));
  const bands = regions.map((region, g) => ({ region, ...ceilings[g] }));
  const people = similarities.flatMap(({ region, model, perPerson }) =>
    perPerson.flatMap((value) => (Number.isFinite(value) ? [{ region, model, value }] : [])),
  );
  const ends = [
    ...people.map(({ value }) => value),
    ...rows.flatMap(({ low, high }) => [low, high]),
    ...bands.map(({ upper = 0 }) => upper),
    0,
  ];
  return drawFigure(
    {
      id: "rsa",
      title: "Similarity of dissimilarities",
      caption: `${nameOf(method)} of models' and people's dissimilarities between ${result.conditions} conditions, mean over ${result.participants.length} people; whiskers: 95 % over people and conditions. Grey band: noise ceiling. Filled: different from 0, corrected.`,
      alt: rows
        .map(
          ({ region, model, value, low, high }) =>
            `${region}, ${model}: ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`,
        )
        .join("; "),
      legend: [
        { mark: "bar", color: colors.blue, text: "model" },
        { mark: "bar", color: colors.orange, text: "control" },
        { mark: "ring", color: colors.ink, text: "a person" },
        { mark: "square", color: colors.rule, text: "noise ceiling" },
      ],
    },
    (width) => {
      const left = isNarrow(width) ? 96 : 170;
      const letters = lettersIn(left - 16);
      return {
        marginLeft: left,
        marginRight: 12,
        marginTop: 22,
        marginBottom: 40,
        height: regions.length * (models.length * 26 + 34) + 62,
        x: { domain: [Math.min(...ends) - 0.02, Math.max(...ends) + 0.02] },
        y: { domain: models.map(({ name }) => name), padding: 0.25 },
        fy: { domain: regions, axis: null, padding: 0.12 },
        marks: [
          rect(bands, { fy: "region", x1: "lower", x2: "upper", fill: colors.rule, fillOpacity: 0.9 }),
          gridX({ stroke: colors.rule, strokeOpacity: 1, ticks: 5 }),
          axisX({ label: nameOf(method), labelAnchor: "center", labelArrow: "none", ticks: 5, tickSize: 0 }),
          axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, letters) }),
          barX(rows, {
            fy: "region",
            y: "model",
            x: "value",
            fill: ({ control, significant }: (typeof rows)[number]) =>
              significant ? inkOf(control) : "#fff",
            stroke: ({ control }: (typeof rows)[number]) => inkOf(control),
            strokeWidth: 1.5,
          }),
          ruleY(rows, { fy: "region", y: "model", x1: "low", x2: "high", stroke: colors.ink }),
          dot(people, {
            fy: "region",
            y: "model",
            x: "value",
            r: 2.5,
            stroke: colors.ink,
            strokeOpacity: 0.6,
          }),
          ruleX([0], { stroke: colors.ink }),
          text(
            regions.map((region) => ({ region })),
            {
              fy: "region",
              text: "region",
              frameAnchor: "top-left",
              dy: -15,
              dx: 6 - left,
              textAnchor: "start",
              fontWeight: 700,
            },
          ),
        ],
      };
    },
  );
}

function inkOf(control: boolean): string {
  return control ? colors.orange : colors.blue;
}

/** What a way to compare is called in a figure. */
export function nameOf(method: RsaResult["method"]): string {
  return {
    pearson: "Pearson correlation",
    cosine: "cosine similarity",
    spearman: "Spearman correlation",
    "rho-a": "ρₐ",
    "tau-a": "τₐ",
  }[method];
}
