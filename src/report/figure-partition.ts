import { axisX, axisY, barX, dot, gridX, ruleX, text, tickX } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, labelRoom, letterWidth, rangeOf } from "./figure.ts";
import { axisNumber } from "./figure-rows.ts";
import { ceilingName, jointSpaces } from "./findings.ts";
import { countOf, formatR2, joinWords, shorten } from "./format.ts";
import type { StudyResult } from "./result.ts";

const fills = [
  colors.blue,
  colors.orange,
  colors.green,
  colors.purple,
  colors.sky,
  colors.vermilion,
  "#7a6a00",
];
const restFill = "#4b5563";
const lightText = new Set<string>([colors.blue, "#7a6a00", restFill]);
const sharedFill = "#c3cad3";

interface Part {
  readonly region: string;
  readonly part: string;
  readonly value: number;
}

/** Joint R² of every region as a stack: unique variance of each space, then what is shared. With more spaces than colours the smallest
 * are drawn as one. Null where no joint R² is defined. */
export function partitionFigure(result: StudyResult): Figure | null {
  const scores = result.regionScores.filter(({ r2 }) => Number.isFinite(r2.mean));
  const joint = jointSpaces(result);
  if (scores.length === 0 || joint.length < 2) return null;
  const shown = largestSpaces(result);
  const rest = joint.length > shown.length ? `${joint.length - shown.length} other spaces` : null;
  const parts = scores.flatMap(({ region, r2 }): Part[] => {
    const cells = result.cells.filter((cell) => cell.region === region && Number.isFinite(cell.unique.mean));
    const total = (names: (name: string) => boolean) =>
      cells.filter(({ space }) => names(space)).reduce((sum, cell) => sum + cell.unique.mean, 0);
    return [
      ...shown.map((name) => ({ region, part: name, value: total((space) => space === name) })),
      ...(rest === null ? [] : [{ region, part: rest, value: total((space) => !shown.includes(space)) }]),
      { region, part: "shared", value: r2.mean - total(() => true) },
    ];
  });
  const order = [...shown, ...(rest === null ? [] : [rest]), "shared"];
  const fillOf = (part: string) =>
    part === "shared" ? sharedFill : part === rest ? restFill : (fills[shown.indexOf(part)] ?? restFill);
  const marks = scores.map(({ region, r2, ceiling }) => ({ region, joint: r2.mean, ceiling }));
  const regions = result.regions.filter((region) => scores.some((score) => score.region === region));
  const withCeiling = marks.some(({ ceiling }) => ceiling > 0);
  return drawFigure(
    {
      id: "partition",
      title: "How the explained variance divides",
      caption: `R² of the joint model, mean over ${countOf(result.participants.length, "person", "people")}: the part only one feature space accounts for, and the shared part that several could. Parts below zero are drawn left of it (a space that costs more than it adds; a negative shared part means that spaces help each other).${withCeiling ? ` The distance from the joint R² to the ceiling is ${ceilingName(result)} that no space here reaches.` : ""}`,
      alt: `Stacked bars, one a region: ${joinWords(
        scores.map(({ region, r2 }) => `${region} joint R² ${formatR2(r2.mean)}`),
        12,
      )}. The table holds the parts.`,
      legend: [
        ...order.map((part) => ({
          mark: "bar" as const,
          color: fillOf(part),
          text: part === "shared" ? "shared by several" : part === rest ? part : `only ${part}`,
        })),
        { mark: "disc", color: colors.onLight, text: "joint R²" },
        ...(withCeiling ? [{ mark: "tick" as const, color: colors.ink, text: "ceiling" }] : []),
      ],
    },
    (width) => {
      const room = labelRoom(regions, width);
      const domain = rangeOf([...stackEnds(parts), ...marks.flatMap((own) => [own.joint, own.ceiling])]);
      const perUnit = (width - room.margin - 14) / (domain[1] - domain[0]);
      const fits = (part: string, value: number) => (value * perUnit - 18) / letterWidth > [...part].length;
      return {
        marginLeft: room.margin,
        marginRight: 14,
        marginTop: 8,
        marginBottom: 44,
        height: regions.length * 28 + 60,
        x: { domain },
        y: { domain: regions, type: "band", padding: 0.3 },
        marks: [
          gridX({ stroke: colors.rule, strokeOpacity: 1, ticks: isNarrow(width) ? 4 : 8 }),
          axisX({
            label: "R² (share of variance)",
            labelAnchor: "center",
            labelArrow: "none",
            ticks: isNarrow(width) ? 4 : 8,
            tickFormat: axisNumber,
            tickSize: 0,
          }),
          axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, room.letters) }),
          barX(parts, {
            x: "value",
            y: "region",
            fill: ({ part }: Part) => fillOf(part),
            order: parts.map(({ part }) => order.indexOf(part)),
            stroke: "#fff",
            strokeWidth: 0.5,
          }),
          text(
            parts.filter(({ part, value }) => part !== "shared" && fits(part, value)),
            {
              ...stackedMiddle(parts, order),
              y: "region",
              text: "part",
              fill: ({ part }: Part) => (lightText.has(fillOf(part)) ? "#ffffff" : colors.onLight),
            },
          ),
          ruleX([0], { stroke: colors.gray }),
          tickX(
            marks.filter(({ ceiling }) => ceiling > 0),
            { x: "ceiling", y: "region", stroke: colors.ink, strokeWidth: 2.5 },
          ),
          dot(marks, {
            x: "joint",
            y: "region",
            r: 4,
            fill: "#ffffff",
            stroke: colors.onLight,
            strokeWidth: 2,
          }),
        ],
      };
    },
  );
}

/** Where the middle of each positive part of a stack lies, in the order of drawing. */
function stackedMiddle(parts: readonly Part[], order: readonly string[]) {
  return {
    x: ({ region, part, value }: Part) =>
      value / 2 +
      parts
        .filter(
          (own) => own.region === region && own.value > 0 && order.indexOf(own.part) < order.indexOf(part),
        )
        .reduce((sum, own) => sum + own.value, 0),
  };
}

/** The spaces with the largest unique variance anywhere, in the order of the study. */
function largestSpaces(result: StudyResult): readonly string[] {
  const { cells } = result;
  const spaces = jointSpaces(result);
  const size = (name: string) =>
    Math.max(...cells.filter(({ space }) => space === name).map(({ unique }) => unique.mean || 0));
  const ranked = [...spaces].sort((a, b) => size(b) - size(a));
  const kept = new Set(ranked.slice(0, fills.length));
  return spaces.filter((name) => kept.has(name));
}

/** Where the stacks end on both sides of zero. */
function stackEnds(parts: readonly Part[]): readonly number[] {
  const ends = new Map<string, number>();
  for (const { region, value } of parts) {
    const key = `${value > 0} ${region}`;
    ends.set(key, (ends.get(key) ?? 0) + value);
  }
  return [...ends.values()];
}
