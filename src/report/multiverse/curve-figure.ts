import { areaY, axisY, dot, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, labelRoom, lettersIn } from "../figure.ts";
import { axisNumber } from "../figure-rows.ts";
import { toFileNames } from "../file-name.ts";
import { formatR2, shorten } from "../format.ts";
import type { MultiverseResult, RegionSummary, UniverseRegion, VerdictName } from "./record.ts";
import { verdictInks, verdictLegend } from "./verdict-style.ts";

/** A universe as a column of the figure: universes with a defined difference, sorted by it. */
interface Column extends UniverseRegion {
  readonly rank: number;
  readonly picks: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly mean: number;
}

const rowHeight = 14;
const gap = 14;
const curveHeight = 210;
const top = 12;

/** The specification curve of one region: above, every universe's difference with its interval, sorted; below, what each universe chose. Null
 * where no difference is defined. */
export function curveFigure(result: MultiverseResult, g: number): Figure | null {
  const summary = result.summaries[g] as RegionSummary;
  const columns = sortColumns(result, g);
  if (columns.length === 0) return null;
  const { a, b } = result;
  const joint = summary.joint;
  const truths = columns.filter(({ truth }) => Number.isFinite(truth));
  const reference = columns.find(({ picks }) => picks.every((pick) => pick === 0));
  return drawFigure(
    {
      id: `curve-${toFileNames(result.regions)[g]}`,
      title: `Specification curve: ${summary.region}`,
      caption: [
        `Each column is one universe: R² of ${a} less that of ${b}, mean over people, with its 95 % interval; ${columns.length} universes, sorted.`,
        "Below: the alternative that each universe takes, in the colour of its verdict.",
        ...(joint === null
          ? []
          : [
              "Shaded: where 95 % of sorted curves lie if the models do not differ (signs of people flipped, in all universes alike).",
            ]),
        ...(truths.length > 0 ? ["Short dashes: the same universe's difference without noise."] : []),
        ...(reference === undefined
          ? []
          : ["Thin line: the reference, the first alternative of every choice."]),
      ].join(" "),
      alt: `${columns.length} universes from ${formatR2(summary.lowest)} to ${formatR2(summary.highest)}, median ${formatR2(summary.median)}; ${summary.verdicts["a wins"]} in which ${a} wins, ${summary.verdicts["b wins"]} in which ${b} wins.`,
      legend: [
        ...verdictLegend(result, new Set(columns.map(({ verdict }) => verdict))),
        ...(joint === null ? [] : [{ mark: "bar", color: colors.rule, text: "no difference" } as const]),
        ...(truths.length > 0 ? [{ mark: "dash", color: colors.ink, text: "without noise" } as const] : []),
      ],
    },
    (width) => {
      const rows = matrixRows(result);
      const room = labelRoom(
        rows.map(({ name }) => name),
        isNarrow(width) ? width * 0.9 : width * 0.75,
      );
      const frame = frameOf(columns, joint, rows.length);
      const left = room.margin + 26;
      const scale = { left, width, columns: columns.length };
      return {
        marginLeft: left,
        marginRight: 10,
        marginTop: top,
        marginBottom: 4,
        height: top + curveHeight + gap + rows.length * rowHeight + 8,
        x: { type: "linear", domain: [0.5, columns.length + 0.5], axis: null },
        y: { type: "linear", domain: [frame.bottom, frame.high] },
        marks: [
          ...curveMarks(result, columns, joint, frame),
          ...matrixMarks(columns, rows, frame, scale),
          ...rows.map(({ name, head }, k) =>
            text([name], {
              x: 0.5,
              y: frame.rowAt(k),
              text: (label: string) =>
                shorten(label, head ? lettersIn(room.margin, { bold: true }) : room.letters),
              dx: head ? -room.margin - 20 : -room.margin - 10,
              textAnchor: "start",
              fontWeight: head ? 700 : 400,
              fill: colors.ink,
            }),
          ),
          ...(reference === undefined
            ? []
            : [
                ruleX([reference.rank], {
                  y1: frame.bottom,
                  y2: frame.high,
                  stroke: colors.ink,
                  strokeOpacity: 0.5,
                }),
              ]),
        ],
      };
    },
  );
}

function sortColumns({ universes }: MultiverseResult, g: number): Column[] {
  return universes
    .flatMap(({ picks, regions }) => {
      const cell = regions[g] as UniverseRegion;
      return Number.isFinite(cell.difference.mean) ? [{ picks, ...cell, ...cell.difference }] : [];
    })
    .sort((x, y) => x.mean - y.mean)
    .map((own, k) => ({ ...own, rank: k + 1 }));
}

/** Rows of the matrix: a head for each choice, its alternatives under it. */
function matrixRows({ choices, universes }: MultiverseResult) {
  const fitted = (c: number, pick: number) => universes.some(({ picks }) => picks[c] === pick);
  return choices.flatMap(({ name, alternatives }, c) => [
    { name, head: true, c, pick: -1 },
    ...alternatives.map((alternative, pick) => ({
      name: fitted(c, pick) ? alternative : `${alternative} (refused)`,
      head: false,
      c,
      pick,
    })),
  ]);
}

type Rows = ReturnType<typeof matrixRows>;

/** One linear scale holds curve and matrix: the matrix hangs below the lowest value, `rowAt` is the height of a row in values. */
function frameOf(columns: readonly Column[], joint: RegionSummary["joint"], rows: number) {
  const ends = columns.flatMap(({ low, high, mean, truth }) => [low, high, mean, truth ?? Number.NaN]);
  const values = [0, ...ends, ...(joint === null ? [] : [...joint.low, ...joint.high])].filter(
    Number.isFinite,
  );
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.04 * (high - low || 1);
  [low, high] = [low - room, high + room];
  const perPixel = (high - low) / curveHeight;
  return {
    low,
    high,
    perPixel,
    bottom: low - (gap + rows * rowHeight + 4) * perPixel,
    rowAt: (k: number) => low - (gap + (k + 0.5) * rowHeight) * perPixel,
  };
}

type Frame = ReturnType<typeof frameOf>;

function curveMarks(
  { a, b }: MultiverseResult,
  columns: readonly Column[],
  joint: RegionSummary["joint"],
  { low, high, perPixel }: Frame,
): Markish[] {
  const ticks = niceTicks(low, high);
  const ink = ({ verdict }: { verdict: VerdictName }) => verdictInks[verdict].color;
  const solid = columns.filter(({ verdict }) => !verdictInks[verdict].hollow);
  const hollow = columns.filter(({ verdict }) => verdictInks[verdict].hollow);
  const band = (joint?.low ?? []).map((lower, k) => ({ rank: k + 1, lower, upper: joint?.high[k] ?? lower }));
  const radius = columns.length > 150 ? 1.8 : columns.length > 60 ? 2.6 : 3.5;
  const truths = columns.filter(({ truth }) => Number.isFinite(truth));
  return [
    ruleY(ticks, { stroke: colors.rule }),
    areaY(band, { x: "rank", y1: "lower", y2: "upper", fill: colors.rule, fillOpacity: 0.8 }),
    ruleY([0], { stroke: colors.gray }),
    ruleX(
      columns.filter((own) => Number.isFinite(own.low + own.high)),
      { x: "rank", y1: "low", y2: "high", stroke: ink, strokeOpacity: 0.45 },
    ),
    dot(truths, { x: "rank", y: "truth", symbol: shortDash, r: 3, stroke: colors.ink, strokeWidth: 1.2 }),
    dot(solid, { x: "rank", y: "mean", r: radius, fill: ink }),
    dot(hollow, { x: "rank", y: "mean", r: radius, fill: "#fff", stroke: ink, strokeWidth: 1.5 }),
    axisY(ticks, { tickFormat: axisNumber, tickSize: 0, label: null }),
    text(["difference in R²"], {
      x: 0.5,
      y: (low + high) / 2,
      text: String,
      rotate: -90,
      dx: -44,
      fill: colors.gray,
    }),
    text([`${a} better`], {
      x: 0.5,
      y: high,
      text: String,
      textAnchor: "start",
      dx: 4,
      dy: 8,
      fill: colors.gray,
    }),
    text([`${b} better`], {
      x: columns.length + 0.5,
      y: low + 8 * perPixel,
      text: String,
      textAnchor: "end",
      dx: -2,
      fill: colors.gray,
    }),
  ];
}

const shortDash = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, size: number) {
    const half = Math.sqrt(size) / 1.4;
    context.moveTo(-half, 0);
    context.lineTo(half, 0);
  },
};

function matrixMarks(
  columns: readonly Column[],
  rows: Rows,
  { rowAt, perPixel }: Frame,
  { left, width, columns: count }: { left: number; width: number; columns: number },
): Markish[] {
  const marks = rows.flatMap(({ head, c, pick }, k) =>
    head
      ? []
      : columns
          .filter(({ picks }) => picks[c] === pick)
          .map(({ rank, verdict }) => ({
            rank,
            verdict,
            y1: rowAt(k) - 5 * perPixel,
            y2: rowAt(k) + 5 * perPixel,
          })),
  );
  const step = (width - left - 10) / count;
  return [
    ruleY(
      rows.flatMap(({ head }, k) => (head ? [] : [rowAt(k)])),
      { stroke: colors.empty, strokeWidth: 11 },
    ),
    ruleX(marks, {
      x: "rank",
      y1: "y1",
      y2: "y2",
      stroke: ({ verdict }: { verdict: VerdictName }) => verdictInks[verdict].color,
      strokeOpacity: ({ verdict }: { verdict: VerdictName }) => (verdictInks[verdict].hollow ? 0.5 : 1),
      strokeWidth: Math.max(0.6, Math.min(6, 0.7 * step)),
    }),
  ];
}

/** Round numbers inside the range. */
function niceTicks(low: number, high: number): number[] {
  const raw = (high - low) / 8;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((own) => own * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  );
}
