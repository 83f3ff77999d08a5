import { axisX, axisY, barY, cell, gridY, ruleY, text } from "@observablehq/plot";
import { colors, drawFigure, type Figure, isNarrow, labelRoom } from "./figure.ts";
import { jointSpaces } from "./findings.ts";
import { countOf, formatNumber, formatShare, joinWords, shorten } from "./format.ts";
import type { StudyResult } from "./result.ts";

/** How often each alpha was chosen; null where none was counted. */
export function alphaFigure({ choices }: StudyResult): Figure | null {
  const { alphas, alphaCounts, alphaEdgeRate } = choices;
  const total = alphaCounts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const mostChosen = alphaCounts.indexOf(Math.max(...alphaCounts));
  const bars = alphas.map((alpha, k) => ({
    alpha,
    share: (alphaCounts[k] ?? 0) / total,
    edge: k === 0 || k === alphas.length - 1,
  }));
  return drawFigure(
    {
      id: "alphas",
      title: "Which regularisation was chosen",
      caption: `Share of ${countOf(total, "choice")} of alpha (over targets, people and outer folds). ${formatShare(alphaEdgeRate)} lie on the edge of the grid, where the best value may lie outside; targets without signal belong on the largest alpha.`,
      alt: `Bar chart of ${countOf(alphas.length, "alpha")}; the most chosen is ${powerLabel(alphas[mostChosen] as number, false)} with ${formatShare((alphaCounts[mostChosen] ?? 0) / total)}.`,
      legend: [
        { mark: "bar", color: colors.blue, text: "inside the grid" },
        { mark: "bar", color: colors.vermilion, text: "first or last alpha" },
      ],
    },
    (width) => ({
      height: 230,
      width: Math.min(width, 620),
      marginLeft: 70,
      marginRight: 14,
      marginTop: 22,
      marginBottom: 46,
      x: { type: "band", domain: alphas, padding: 0.15 },
      y: { domain: [0, Math.max(...bars.map(({ share }) => share), 0.01)] },
      marks: [
        gridY({ stroke: colors.rule, strokeOpacity: 1 }),
        axisX({
          label: "alpha (times ‖b‖²)",
          labelAnchor: "center",
          labelArrow: "none",
          tickSize: 0,
          tickFormat: (alpha: number) => powerLabel(alpha, alphas.length > 8),
        }),
        axisY({
          label: "share of choices",
          labelAnchor: "center",
          labelArrow: "none",
          tickSize: 0,
          ticks: 4,
          tickFormat: formatShare,
        }),
        barY(bars, {
          x: "alpha",
          y: "share",
          fill: ({ edge }: { edge: boolean }) => (edge ? colors.vermilion : colors.blue),
        }),
        text(
          bars.filter(({ edge }) => edge),
          { x: "alpha", y: "share", dy: -8, text: () => "edge", fill: colors.warning, fontWeight: 600 },
        ),
        ruleY([0], { stroke: colors.gray }),
      ],
    }),
  );
}

/** Mean band weight of each space in each region as a heat map; null with one space or no weights. */
export function bandFigure(result: StudyResult): Figure | null {
  const { bandWeights, bandEdgeRate } = result.choices;
  const joint = jointSpaces(result);
  const cells = result.regions.flatMap((region, g) =>
    result.spaces.map(({ name }, s) => ({ region, space: name, weight: bandWeights[g]?.[s] ?? Number.NaN })),
  );
  const defined = cells.filter(({ weight, space }) => Number.isFinite(weight) && joint.includes(space));
  if (defined.length === 0 || joint.length < 2) return null;
  return drawFigure(
    {
      id: "bands",
      title: "Which feature spaces the fit leaned on",
      caption: `Mean band weight (0 to 1, the weights of a fit sum to 1) over the targets, people and outer folds of a region. ${formatShare(bandEdgeRate)} of the choices lie on an extreme of the weight grid (a space at its largest weight, or at none): a target that one space predicts belongs there. A weight says how the penalty was shared out; it is no test of what a space adds.`,
      alt: `Heat map of regions × feature spaces; largest weights: ${joinWords(largest(defined), 12)}.`,
      legend: [
        { mark: "square", color: blend(0), text: "weight 0" },
        { mark: "square", color: blend(0.5), text: ".5" },
        { mark: "square", color: blend(1), text: "1" },
      ],
    },
    (width) => ({
      ...gridFrame(result.regions, joint, width),
      marks: [
        ...gridAxes(result.regions, joint, width),
        cell(defined, {
          x: "space",
          y: "region",
          fill: ({ weight }: { weight: number }) => blend(weight),
          inset: 1,
        }),
        text(defined, {
          x: "space",
          y: "region",
          text: ({ weight }: { weight: number }) => formatNumber(weight, 2),
          fill: ({ weight }: { weight: number }) => (weight > 0.55 ? "#ffffff" : colors.onLight),
          fontSize: isNarrow(width) && joint.length > 8 ? 9 : 12,
        }),
      ],
    }),
  );
}

/** Frame of a region × space grid. */
export function gridFrame(regions: readonly string[], names: readonly string[], width: number) {
  const room = labelRoom(regions, width);
  const total = Math.min(
    width,
    room.margin + Math.max(isNarrow(width) ? width : 300, names.length * 110) + 14,
  );
  return {
    width: total,
    marginLeft: room.margin,
    marginRight: 14,
    marginTop: slanted(names, total - room.margin) ? 100 : 28,
    marginBottom: 8,
    height: regions.length * 26 + (slanted(names, total - room.margin) ? 108 : 36),
    x: { type: "band", domain: names, padding: 0 },
    y: { type: "band", domain: regions, padding: 0 },
  } as const;
}

/** Labels of a region × space grid: spaces on top, slanted where they would touch. */
export function gridAxes(regions: readonly string[], names: readonly string[], width: number) {
  const room = labelRoom(regions, width);
  const total = Math.min(
    width,
    room.margin + Math.max(isNarrow(width) ? width : 300, names.length * 110) + 14,
  );
  const slant = slanted(names, total - room.margin);
  return [
    axisX({
      anchor: "top",
      label: null,
      tickSize: 0,
      ...(slant ? { tickRotate: -45 } : {}),
      tickFormat: (name: string) => shorten(name, slant ? 18 : 40),
    }),
    axisY({ label: null, tickSize: 0, tickFormat: (name: string) => shorten(name, room.letters) }),
  ];
}

function largest(cells: readonly { region: string; space: string; weight: number }[]): string[] {
  const best = new Map<string, { space: string; weight: number }>();
  for (const one of cells)
    if (!(one.weight <= (best.get(one.region)?.weight ?? -1))) best.set(one.region, one);
  return [...best].map(([region, { space, weight }]) => `${region} ${space} ${formatNumber(weight, 2)}`);
}

function slanted(names: readonly string[], pixels: number): boolean {
  return Math.max(...names.map((name) => [...name].length)) * 7 > pixels / names.length;
}

/** White to Okabe–Ito blue. */
function blend(weight: number): string {
  const part = Math.min(1, Math.max(0, weight));
  const mix = (from: number, to: number) =>
    Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, "0");
  return `#${mix(0xf1, 0x00)}${mix(0xf5, 0x5b)}${mix(0xf9, 0x94)}`;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10⁻¹, 10⁴; empty between whole powers when `sparse`. */
function powerLabel(value: number, sparse: boolean): string {
  const power = Math.log10(value);
  if (Math.abs(power - Math.round(power)) > 1e-9) return sparse ? "" : String(Number(value.toPrecision(2)));
  const digits = String(Math.abs(Math.round(power)));
  return `10${power < -0.5 ? "⁻" : ""}${[...digits].map((digit) => superscripts[Number(digit)]).join("")}`;
}
