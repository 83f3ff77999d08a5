import { axisX, axisY, barX, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, labelRoom } from "../figure.ts";
import { shorten } from "../format.ts";
import { type MultiverseResult, type VerdictName, verdictNames } from "./record.ts";
import { verdictInks, verdictLegend } from "./verdict-style.ts";

/** How often who wins, region by region: one bar a region, one part a verdict. */
export function verdictFigure(result: MultiverseResult): Figure {
  const universes = result.universes.length;
  const parts = result.summaries.flatMap(({ region, verdicts }) => {
    let from = 0;
    return verdictNames.flatMap((verdict) => {
      const count = verdicts[verdict];
      const part = { region, verdict, count, from, to: from + count };
      from += count;
      return count > 0 ? [part] : [];
    });
  });
  const ink = ({ verdict }: { verdict: VerdictName }) => verdictInks[verdict];
  return drawFigure(
    {
      id: "verdicts",
      title: "How often who wins",
      caption: `Universes with each verdict, of ${universes}. A model wins where it is ahead of the other ${result.controls.length > 0 ? "and of every control " : ""}at the corrected level of that universe. Universes are no sample: a share is no probability.`,
      alt: result.summaries
        .map(
          ({ region, verdicts }) =>
            `${region}: ${result.a} wins in ${verdicts["a wins"]}, ${result.b} in ${verdicts["b wins"]}`,
        )
        .join("; "),
      legend: verdictLegend(result, new Set(parts.map(({ verdict }) => verdict))),
    },
    (width) => {
      const room = labelRoom(result.regions, width);
      return {
        marginLeft: room.margin,
        marginRight: 14,
        marginTop: 4,
        marginBottom: 40,
        height: result.regions.length * 26 + 44,
        x: { domain: [0, universes] },
        y: { type: "band", domain: result.regions, padding: 0.22 },
        marks: [
          barX(
            parts.filter((part) => !ink(part).hollow),
            {
              y: "region",
              x1: "from",
              x2: "to",
              fill: (part) => ink(part).color,
              insetLeft: 0.5,
              insetRight: 0.5,
            },
          ),
          barX(
            parts.filter((part) => ink(part).hollow),
            {
              y: "region",
              x1: "from",
              x2: "to",
              fill: "#fff",
              stroke: (part) => ink(part).color,
              strokeWidth: 1.5,
              inset: 1,
            },
          ),
          text(
            parts.filter(({ count }) => count * (width - room.margin) > 20 * universes),
            {
              y: "region",
              x: ({ from, to }: { from: number; to: number }) => (from + to) / 2,
              text: ({ count }: { count: number }) => String(count),
              fill: (part) => (ink(part).hollow ? colors.ink : "#ffffff"),
            },
          ),
          axisX({ label: "universes", labelAnchor: "center", labelArrow: "none", tickSize: 0, ticks: 5 }),
          axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, room.letters) }),
        ],
      };
    },
  );
}
