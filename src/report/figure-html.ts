import type { Figure, LegendEntry } from "./figure.ts";
import { escapeHtml, escapeProse } from "./html-text.ts";

/** A figure with its title, legend, both drawings (the page's style shows the one that fits) and caption. */
export function figureHtml(figure: Figure, number: number): string {
  const { id, title, caption, legend, wide, narrow } = figure;
  const entries = legend.map((entry) => `<li>${swatch(entry)}${escapeHtml(entry.text)}</li>`).join("");
  return `<figure id="figure-${escapeHtml(id)}"><h3>Figure ${number}. ${escapeHtml(title)}</h3><ul class="legend">${entries}</ul><div class="wide">${wide}</div><div class="narrow">${narrow}</div><figcaption>${escapeProse(caption)}</figcaption></figure>`;
}

const shapes: Readonly<Record<LegendEntry["mark"], (color: string) => string>> = {
  dot: (color) => `<circle cx="8" cy="8" r="4.5" fill="${color}"/>`,
  ring: (color) => `<circle cx="8" cy="8" r="4" fill="#fff" stroke="${color}" stroke-width="2"/>`,
  disc: (color) => `<circle cx="8" cy="8" r="4" fill="#ffffff" stroke="${color}" stroke-width="2"/>`,
  small: (color) => `<circle cx="8" cy="8" r="2" fill="${color}"/>`,
  tick: (color) => `<path d="M8 2V14" stroke="${color}" stroke-width="2.5"/>`,
  line: (color) => `<path d="M8 2V14" stroke="${color}" stroke-width="1.5"/>`,
  slope: (color) => `<path d="M2 14L14 2" stroke="${color}" stroke-width="1.5"/>`,
  dash: (color) => `<path d="M3 8H13" stroke="${color}" stroke-width="1.5"/>`,
  bar: (color) => `<rect x="1" y="4" width="14" height="8" fill="${color}"/>`,
  hollow: (color) =>
    `<rect x="2" y="4" width="12" height="8" fill="#fff" stroke="${color}" stroke-width="1.5"/>`,
  square: (color) => `<rect x="2" y="2" width="12" height="12" fill="${color}" stroke="#8b93a0"/>`,
  cross: (color) => `<path d="M4 4L12 12M12 4L4 12" stroke="${color}" stroke-width="2.5"/>`,
};

function swatch({ mark, color }: LegendEntry): string {
  return `<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${shapes[mark](color)}</svg>`;
}
