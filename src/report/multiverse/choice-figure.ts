import { cell, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow } from "../figure.ts";
import { gridAxes, gridFrame } from "../figure-choices.ts";
import { formatShare, joinWords } from "../format.ts";
import type { MultiverseResult } from "./record.ts";

const rest = "rest";

/** Which choice moves the difference: share of its spread over universes that goes with each choice, region by region. Null where nothing
 * varies. */
export function choiceFigure(result: MultiverseResult): Figure | null {
  const names = [...result.choices.map(({ name }) => name), rest];
  const cells = result.summaries
    .flatMap(({ region, choices, interactions, overlap }) => [
      ...choices.map(({ choice, share }) => ({ region, choice, share })),
      { region, choice: rest, share: interactions + overlap },
    ])
    .filter(({ share }) => Number.isFinite(share));
  if (cells.length === 0) return null;
  const most = [...cells].filter(({ choice }) => choice !== rest).sort((x, y) => y.share - x.share);
  return drawFigure(
    {
      id: "choices",
      title: "Which choice moves the difference",
      caption: `Share of the sum of squares of the difference over universes that goes with each choice alone; “${rest}”: what choices explain only with one another${result.summaries.some(({ overlap }) => overlap > 0.005) ? ", or cannot be told apart because not every combination was looked at" : ""}. Each row sums to 100 %. A description of these universes, without a test: a large share of a small spread moves little (its size stands in the curves).`,
      alt: `Heat map of regions × choices; largest shares: ${joinWords(
        most.slice(0, 6).map(({ region, choice, share }) => `${choice} in ${region} ${formatShare(share)}`),
      )}.`,
      legend: [0, 0.5, 1].map((share) => ({ mark: "square", color: blend(share), text: formatShare(share) })),
    },
    (width) => ({
      ...gridFrame(result.regions, names, width),
      marks: [
        ...gridAxes(result.regions, names, width),
        cell(cells, {
          x: "choice",
          y: "region",
          fill: ({ share }: { share: number }) => blend(share),
          inset: 1,
        }),
        text(cells, {
          x: "choice",
          y: "region",
          text: ({ share }: { share: number }) => formatShare(share),
          fill: ({ share }: { share: number }) => (share > 0.55 ? "#ffffff" : colors.onLight),
          fontSize: isNarrow(width) && names.length > 5 ? 9 : 12,
        }),
      ],
    }),
  );
}

/** From the page's light gray to blue. */
function blend(share: number): string {
  const [from, to] = [
    [0xee, 0xf2, 0xf5],
    [0x00, 0x5a, 0x96],
  ] as const;
  const mixed = from.map((low, k) => Math.round(low + share * ((to[k] as number) - low)));
  return `#${mixed.map((own) => own.toString(16).padStart(2, "0")).join("")}`;
}
