import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeHtml } from "./html-text.ts";

/** A figure of the report, drawn once for wide pages and once for phones. */
export interface Figure {
  /** Part of file names and anchors. */
  readonly id: string;
  readonly title: string;
  /** What to see, of how many, in which units. Plain text. */
  readonly caption: string;
  /** What the drawing shows, for readers who cannot see it. Plain text. */
  readonly alt: string;
  readonly legend: readonly LegendEntry[];
  /** SVG text for the wide page. */
  readonly wide: string;
  /** SVG text for a phone. */
  readonly narrow: string;
}

/** One entry of a legend: a small drawn mark and its words. */
export interface LegendEntry {
  readonly mark:
    | "dot"
    | "ring"
    | "disc"
    | "small"
    | "tick"
    | "bar"
    | "hollow"
    | "line"
    | "slope"
    | "dash"
    | "square"
    | "cross";
  readonly color: string;
  readonly text: string;
}

/** Widths in CSS pixels that every figure is drawn at: a page, and a phone of 390 px less its margins. */
export const figureWidths = { wide: 880, narrow: 354 } as const;

/** Colours that colour-blind readers can tell apart; meaning is never in the colour alone.
 * @source Okabe and Ito 2008. */
export const colors = {
  // `#fff` is the page's colour and turns dark with it; `#ffffff` stays white
  blue: "#0072B2",
  vermilion: "#D55E00",
  green: "#009E73",
  orange: "#E69F00",
  sky: "#56B4E9",
  purple: "#CC79A7",
  ink: "#1a1a1a",
  gray: "#6b7280",
  light: "#8b93a0",
  rule: "#dfe3e8",
  /** Text over a light or coloured area: dark in the dark scheme too. */
  onLight: "#111111",
  /** Vermilion for words: 5.6 : 1 on white. */
  warning: "#b34700",
  planted: "#d3e6f3",
  empty: "#f6f7f9",
} as const;

/** Draw a figure at both widths.
 * @param draw Plot options for one width in pixels. */
export function drawFigure(
  about: Pick<Figure, "id" | "title" | "caption" | "alt" | "legend">,
  draw: (width: number) => PlotOptions,
): Figure {
  const at = (width: number) => drawSvg(`${about.title}. ${about.alt}`, { width, ...draw(width) });
  return { ...about, wide: at(figureWidths.wide), narrow: at(figureWidths.narrow) };
}

/** Draw a plot to SVG text without a browser. Coordinates are rounded to hundredths of a pixel, so that the bytes do not depend on the
 * last digit of a platform's arithmetic. */
function drawSvg(label: string, options: PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = plot({
    ...options,
    document: document as unknown as Document,
    className: "figure",
    style: { fontSize: "12px", fontFamily: "inherit" },
  });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  svg.setAttribute("role", "img");
  const text = svg.outerHTML.replace(/="[^"]*"/g, (value) =>
    value.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (digits) => String(Number(Number(digits).toFixed(2)))),
  );
  return text.replace("<svg ", `<svg aria-label="${escapeHtml(label)}" `);
}

/** Make a figure's SVG text a file of its own. */
export function toSvgFile(svg: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(
      'style="font-size:12px;font-family:inherit"',
      'style="background:#fff;color:#1a1a1a;font:12px Helvetica,Arial,sans-serif"',
    )}\n`;
}

/** Whether a figure of this width is for a phone. */
export function isNarrow(width: number): boolean {
  return width < 600;
}

/** Pixels that a letter of a figure's text takes, on average. */
export const letterWidth = 6.5;

/** How many letters fit in so many pixels of a figure's text, at least 5; fewer in bold. */
export function lettersIn(pixels: number, { bold = false } = {}): number {
  return Math.max(5, Math.floor(pixels / (bold ? 1.2 * letterWidth : letterWidth)));
}

/** Room for the longest of the row labels: pixels of margin, and letters after which a label is cut in its middle. */
export function labelRoom(labels: readonly string[], width: number): { margin: number; letters: number } {
  const letters = Math.min(lettersIn(width * 0.33), Math.max(5, ...labels.map((label) => [...label].length)));
  return { margin: Math.ceil(letters * letterWidth) + 14, letters };
}

/** The range of all defined values, widened by 4 % on both sides, holding zero. */
export function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const room = 0.04 * (high - low || 1);
  return [low < 0 ? low - room : 0, high > 0 || low === high ? high + room : room];
}
