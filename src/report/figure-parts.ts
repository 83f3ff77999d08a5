import { axisX, barX, dot, gridX, link, ruleX, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, lettersIn, letterWidth, rangeOf } from "./figure.ts";
import { axisNumber } from "./figure-rows.ts";
import { jointSpaces } from "./findings.ts";
import { countOf, formatR2, joinWords, shorten } from "./format.ts";
import { partName } from "./partition-table.ts";
import type { Estimate, RegionPartition, StudyResult } from "./result.ts";

/** Of spaces that are at most four. */
const fills = [colors.blue, colors.orange, colors.green, colors.purple];
const sharedFill = colors.light;
const [rowHeight, dotRoom, titleRoom] = [17, 15, 30];

interface Row extends Estimate {
  readonly part: string;
  readonly spaces: readonly string[];
  readonly fx: number;
  readonly fy: number;
}

/** The joint R² of every region in all its parts, where the settings asked for them: a bar a part, dots beside it for the spaces that it belongs to.
 * Null where they were not asked for, or none is defined. */
export function partsFigure(result: StudyResult): Figure | null {
  const regions = (result.partition?.regions ?? []).filter(({ parts }) =>
    parts.some(({ share }) => Number.isFinite(share.mean)),
  );
  const names = jointSpaces(result);
  const parts = regions[0]?.parts.map(({ spaces }) => partName(spaces)) ?? [];
  if (parts.length === 0 || names.length > fills.length) return null;
  const below = regions.flatMap((own) => own.parts).filter(({ share }) => share.mean < 0).length;
  const fillOf = (spaces: readonly string[]) =>
    spaces.length === 1 ? (fills[names.indexOf(spaces[0] ?? "")] ?? sharedFill) : sharedFill;
  return drawFigure(
    {
      id: "partition",
      title: "All parts of the explained variance",
      caption: `R² of each part, mean over ${countOf(result.participants.length, "person", "people")}, with its interval. Coloured dots beside a bar (from left to right in the order of the legend) name the feature spaces that the part belongs to: one dot, what only that space explains; several, what exactly these share. The parts of a region sum to its joint R². *: the whole interval lies above zero, not corrected over parts.${below > 0 ? ` ${countOf(below, "part")} of ${regions.length * parts.length} ${below === 1 ? "lies" : "lie"} below zero (hollow, left of the line): spaces that predict better together than each by itself, or a fit with more columns that lost held-out variance; the part of all spaces also takes what every model loses where held-out rows have another mean than those that were learned from.` : ""}`,
      alt: `Bars, one a part and region. ${joinWords(regions.map(largestPart), 12)}. The table holds all parts.`,
      legend: [
        ...names.map((name, k) => ({ mark: "dot" as const, color: fills[k] ?? sharedFill, text: name })),
        { mark: "bar", color: sharedFill, text: "shared by the spaces with a dot" },
        ...(below > 0 ? [{ mark: "hollow" as const, color: colors.gray, text: "below zero" }] : []),
        { mark: "dash", color: colors.ink, text: "interval" },
      ],
    },
    (width) => {
      const columns = Math.min(regions.length, isNarrow(width) ? 1 : regions.length === 4 ? 2 : 3);
      const margin = names.length * dotRoom + 12;
      const panelWidth = (width - margin - 14) / columns - (columns > 1 ? 24 : 0);
      const place = (k: number) => ({ fx: k % columns, fy: Math.floor(k / columns) });
      const rows = regions.flatMap((own, k) =>
        own.parts.map(
          ({ spaces, share }): Row => ({ ...share, part: partName(spaces), spaces, ...place(k) }),
        ),
      );
      const defined = rows.filter(({ mean }) => Number.isFinite(mean));
      const [low, high] = rangeOf(defined.flatMap((row) => [row.mean, row.low, row.high]));
      const labels = 7 * letterWidth;
      const domain = [low, low + ((high - low) * panelWidth) / (panelWidth - labels)];
      const panelRows = Math.ceil(regions.length / columns);
      const ticks = Math.max(2, Math.round(panelWidth / 80));
      const facets = { fx: "fx", fy: "fy" } as const;
      const at = { y: "part", ...facets };
      const first = rows.filter(({ fx }) => fx === 0);
      const inner = parts.length * rowHeight;
      return {
        marginLeft: margin,
        marginRight: 14,
        marginTop: titleRoom,
        marginBottom: 44,
        height: panelRows * inner + (panelRows - 1) * titleRoom + titleRoom + 44,
        x: { domain },
        y: { domain: parts, type: "band", padding: 0.25, axis: null },
        fx: { axis: null, padding: columns > 1 ? 0.09 : 0 },
        fy: {
          axis: null,
          paddingOuter: 0,
          paddingInner: panelRows > 1 ? titleRoom / (inner + titleRoom) : 0,
        },
        marks: [
          gridX({ stroke: colors.rule, strokeOpacity: 1, ticks }),
          axisX({
            label: "R² (share of variance)",
            labelAnchor: "center",
            labelArrow: "none",
            ticks,
            tickFormat: axisNumber,
            tickSize: 0,
          }),
          text(
            regions.map(({ region }, k) => ({ title: titleOf(result, region, panelWidth), ...place(k) })),
            { ...facets, text: "title", frameAnchor: "top-left", dy: -16, fontWeight: 700 },
          ),
          ...names.flatMap((name, k) => [
            dot(
              first.filter(({ spaces }) => !spaces.includes(name)),
              { ...at, ...besideRow(names, k), r: 1.8, fill: colors.light },
            ),
            dot(
              first.filter(({ spaces }) => spaces.includes(name)),
              { ...at, ...besideRow(names, k), r: 5, fill: fills[k] as string },
            ),
          ]),
          barX(defined, {
            x: "mean",
            ...at,
            fill: ({ mean, spaces }: Row) => (mean < 0 ? "#fff" : fillOf(spaces)),
            stroke: ({ spaces }: Row) => fillOf(spaces),
            strokeWidth: 1.5,
          }),
          ruleX([0], { stroke: colors.gray }),
          link(
            defined.filter((row) => Number.isFinite(row.low + row.high)),
            {
              x1: "low",
              x2: "high",
              y1: "part",
              y2: "part",
              ...facets,
              stroke: colors.ink,
              strokeWidth: 1.2,
            },
          ),
          text(defined, {
            x: (row: Row) => Math.max(0, row.mean, Number.isFinite(row.high) ? row.high : 0),
            ...at,
            dx: 5,
            textAnchor: "start",
            text: (row: Row) => `${formatR2(row.mean)}${row.low > 0 ? " *" : ""}`,
            fill: colors.ink,
          }),
        ],
      };
    },
  );
}

/** Where the dots of space k stand, left of the panel. */
function besideRow(names: readonly string[], k: number) {
  return { frameAnchor: "left" as const, dx: -10 - (names.length - 1 - k) * dotRoom };
}

/** `V1: joint R² .214`, cut to the panel's width. */
function titleOf({ regionScores }: StudyResult, region: string, width: number): string {
  const joint = regionScores.find((own) => own.region === region)?.r2.mean ?? Number.NaN;
  const score = `: joint R² ${formatR2(joint)}`;
  return shorten(region, Math.max(5, lettersIn(width, { bold: true }) - score.length)) + score;
}

/** `V1: largest part only motion .21`. */
function largestPart({ region, parts }: RegionPartition): string {
  const known = parts.filter(({ share }) => Number.isFinite(share.mean));
  const [best] = [...known].sort((a, b) => b.share.mean - a.share.mean);
  return `${region}: largest part ${partName(best?.spaces ?? [])} ${formatR2(best?.share.mean ?? Number.NaN)}`;
}
