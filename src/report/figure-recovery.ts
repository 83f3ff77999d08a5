import { cell, dot, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure } from "./figure.ts";
import { gridAxes, gridFrame } from "./figure-choices.ts";
import { isFound, jointSpaces } from "./findings.ts";
import { formatNumber, formatR } from "./format.ts";
import type { StudyResult } from "./result.ts";

/** Planted against recovered, region × space, for the virtual laboratory; null for real data. */
export function recoveryFigure(result: StudyResult): Figure | null {
  const { recovery } = result;
  if (recovery === null) return null;
  const marks = result.cells.map((own) => {
    const planted = recovery.planted.some(
      ({ region, spaces }) => region === own.region && spaces.includes(own.space),
    );
    const found = isFound(own);
    return { region: own.region, space: own.space, planted, found, unique: own.unique.mean };
  });
  const names = jointSpaces(result);
  const right = marks.filter(({ planted, found }) => planted && found);
  const missed = marks.filter(({ planted, found }) => planted && !found);
  const wrong = marks.filter(({ planted, found }) => !planted && found);
  return drawFigure(
    {
      id: "recovery",
      title: "What was planted, and what was found",
      caption: `Each cell is one test. Shaded: an effect was planted here. Numbers: estimated unique R². A perfect study has a disc in every shaded cell and nowhere else. Over all cells, planted and estimated shares correlate with r = ${formatR(recovery.shareCorrelation)}.`,
      alt: `Grid of regions × feature spaces: ${right.length} planted and found, ${missed.length} planted and missed, ${wrong.length} found but not planted.`,
      legend: [
        { mark: "square", color: colors.planted, text: "planted" },
        { mark: "dot", color: colors.blue, text: "planted and found" },
        { mark: "ring", color: colors.vermilion, text: "planted, missed" },
        { mark: "cross", color: colors.vermilion, text: "found, not planted" },
      ],
    },
    (width) => ({
      ...gridFrame(result.regions, names, width),
      marks: [
        ...gridAxes(result.regions, names, width),
        cell(marks, {
          x: "space",
          y: "region",
          fill: ({ planted }: { planted: boolean }) => (planted ? colors.planted : colors.empty),
          inset: 1,
        }),
        dot(right, { x: "space", y: "region", r: 5, dx: -14, fill: colors.blue }),
        dot(missed, { x: "space", y: "region", r: 5, dx: -14, stroke: colors.vermilion, strokeWidth: 2 }),
        dot(wrong, {
          x: "space",
          y: "region",
          r: 5,
          dx: -14,
          symbol: "times",
          stroke: colors.vermilion,
          strokeWidth: 2.5,
        }),
        text(
          marks.filter(({ planted, found }) => planted || found),
          {
            x: "space",
            y: "region",
            dx: 8,
            text: ({ unique }: { unique: number }) => formatNumber(unique, 2),
            fill: colors.ink,
          },
        ),
      ],
    }),
  );
}
