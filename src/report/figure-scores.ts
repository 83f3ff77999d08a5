import { pairsOf } from "./answer-lead.ts";
import { colors, drawFigure, type Figure, type LegendEntry } from "./figure.ts";
import { type Row, rowPanels } from "./figure-rows.ts";
import { ceilingName, isFound, isPredicted, jointSpaces } from "./findings.ts";
import { countOf, formatInterval, formatR, formatR2, joinWords } from "./format.ts";
import type { Estimate, StudyResult } from "./result.ts";

/** Joint r of every region: mean, interval, each person, and the ceiling as a tick. */
export function scoresFigure(result: StudyResult): Figure | null {
  if (!result.regionScores.some(({ r }) => Number.isFinite(r.mean))) return null;
  const rows = result.regionScores.map(
    (score): Row => ({
      panel: "",
      label: score.region,
      estimate: score.r,
      people: peopleOf(result, score.perPerson),
      ceiling: score.ceiling >= 0 ? Math.sqrt(score.ceiling) : Number.NaN,
      found: isPredicted(score),
      hollow: false,
      tooltip: `${score.region}: r ${told(score.r, formatR)}`,
    }),
  );
  const withCeiling = rows.some(({ ceiling }) => Number.isFinite(ceiling));
  return drawFigure(
    {
      id: "scores",
      title: "How well all feature spaces together predict each region",
      caption: `Correlation r between predicted and measured responses, held-out data, mean over the targets of a region. ${peopleNote(result)} Lines: ${result.tests.interval}.${withCeiling ? ` Tick: the ceiling of r (√ of the ${ceilingName(result)}); the closer a dot, the less there is left to predict.` : ""}`,
      alt: `Dot plot, one row a region: ${listed(result.regionScores, ({ region, r, ceiling }) => `${region} r ${formatR(r.mean)}${ceiling >= 0 ? ` of ${formatR(Math.sqrt(ceiling))}` : ""}`)}.`,
      legend: [
        { mark: "dot", color: colors.blue, text: "predicted (corrected)" },
        { mark: "dot", color: colors.light, text: "no evidence" },
        ...peopleLegend(result),
        ...(withCeiling ? [{ mark: "tick", color: colors.ink, text: "ceiling of r" } as const] : []),
      ],
    },
    (width) => rowPanels(rows, width, "correlation r"),
  );
}

/** Unique variance of every region × feature space, one panel a space. */
export function uniqueFigure(result: StudyResult): Figure | null {
  const joint = new Set(jointSpaces(result));
  const cells = result.cells.filter(({ space }) => joint.has(space));
  if (!cells.some(({ unique }) => Number.isFinite(unique.mean))) return null;
  const found = cells.filter(isFound);
  const controls = new Set(result.spaces.filter(({ control }) => control).map(({ name }) => name));
  const rows = cells.map(
    (cell): Row => ({
      panel: controls.has(cell.space) ? `${cell.space} (control)` : cell.space,
      label: cell.region,
      estimate: cell.unique,
      people: peopleOf(result, cell.perPerson),
      found: isFound(cell),
      hollow: controls.has(cell.space),
      tooltip: `${cell.region}, ${cell.space}: unique R² ${told(cell.unique, formatR2)}`,
    }),
  );
  return drawFigure(
    {
      id: "unique",
      title: "What each feature space adds that no other has",
      caption: `Unique R²: joint model minus the joint model fitted again without the space; one panel a feature space, all on one scale. Right of zero: the space adds something of its own. ${peopleNote(result)} Lines: ${result.tests.interval}.`,
      alt: `Dot plot, ${countOf(joint.size, "panel")} of ${countOf(result.regions.length, "row")}. ${found.length === 0 ? "Nothing is found" : `Found: ${listed(found, ({ region, space, unique }) => `${space} in ${region} ${formatR2(unique.mean)}`)}`}.`,
      legend: [
        { mark: "dot", color: colors.blue, text: "found (corrected)" },
        { mark: "dot", color: colors.light, text: "no evidence" },
        ...(rows.some(({ hollow }) => hollow)
          ? [{ mark: "ring", color: colors.gray, text: "control space" } as const]
          : []),
        ...peopleLegend(result),
      ],
    },
    (width) => rowPanels(rows, width, "unique R² (share of variance)"),
  );
}

/** Difference of two models in every region, one panel a compared pair; null where nothing was compared. */
export function comparisonFigure(result: StudyResult): Figure | null {
  if (!result.comparisons.some(({ difference }) => Number.isFinite(difference.mean))) return null;
  const several = pairsOf(result.comparisons).length > 1;
  const rows = result.comparisons.map(
    (own): Row => ({
      panel: several ? `${own.a} − ${own.b}` : "",
      label: own.region,
      estimate: own.difference,
      people: peopleOf(result, own.perPerson),
      found: own.significant,
      hollow: false,
      tooltip: `${own.region}: ${own.a} − ${own.b} ${told(own.difference, formatR2)}`,
    }),
  );
  const [first] = result.comparisons;
  const what = several ? "first model minus second" : `${first?.a} − ${first?.b}`;
  return drawFigure(
    {
      id: "comparisons",
      title: "Model against model",
      caption: `Difference in R² (${what}): right of zero the first model predicts better, left of zero the second. ${peopleNote(result)} Lines: ${result.tests.interval}.`,
      alt: `Dot plot, one row a region: ${listed(result.comparisons, ({ a, b, region, difference }) => `${region}${several ? `, ${a} − ${b}` : ""} ${formatR2(difference.mean)}`)}.`,
      legend: [
        { mark: "dot", color: colors.blue, text: "differs (corrected)" },
        { mark: "dot", color: colors.light, text: "no evidence" },
        ...peopleLegend(result),
      ],
    },
    (width) => rowPanels(rows, width, "difference in R² (share of variance)"),
  );
}

/** At most a dozen values in words; the tables have them all. */
function listed<T>(items: readonly T[], tell: (item: T) => string): string {
  return joinWords(items.map(tell), 12);
}

function peopleOf(result: StudyResult, values: readonly number[]): readonly number[] {
  return result.participants.length > 1 ? values : [];
}

function peopleNote({ participants }: StudyResult): string {
  const n = participants.length;
  return n > 1
    ? `Large dots: mean of ${countOf(n, "person", "people")}; small dots: each person.`
    : "n = 1 person.";
}

function peopleLegend({ participants }: StudyResult): readonly LegendEntry[] {
  return participants.length > 1 ? [{ mark: "small", color: colors.gray, text: "one person" }] : [];
}

function told({ mean, low, high }: Estimate, format: (value: number) => string): string {
  return `${format(mean)} ${formatInterval(low, high, format)}`;
}
