import { cssColour } from "./colours.ts";
import { show, ticks } from "./format.ts";
import type { Layer } from "./layer.ts";

/** Width of the colour bar, pixels. */
export const barWidth = 260;

/** Caption, colour bar with ticks and the unit as a group of SVG, 58 pixels high.
 * @param id of the gradient, its own on a page. @param hidden values nearer to zero that are not drawn are veiled in `paper`. */
export function legendSvg(
  { layer, table, caption }: { readonly layer: Layer; readonly table: Uint8Array; readonly caption: string },
  {
    id,
    ink,
    paper,
    threshold = 0,
  }: { readonly id: string; readonly ink: string; readonly paper: string; readonly threshold?: number },
): string {
  const [low, top] = layer.range;
  const place = (value: number) => Math.min(barWidth, Math.max(0, ((value - low) / (top - low)) * barWidth));
  const colours = Array.from(
    { length: 65 },
    (_, i) => `<stop offset="${i / 64}" stop-color="${cssColour(table, i / 64)}"/>`,
  );
  const marks = ticks(layer.range).map(
    (value) =>
      `<path d="M${place(value)} 38v5" stroke="${ink}"/><text x="${place(value)}" y="57" text-anchor="middle" font-size="12">${show(value)}</text>`,
  );
  const [from, to] = [place(-threshold), place(threshold)];
  const veil =
    threshold > 0 && to > from
      ? `<rect x="${from}" y="26" width="${to - from}" height="12" fill="${paper}" fill-opacity=".82"/>`
      : "";
  return `<defs><linearGradient id="${id}">${colours.join("")}</linearGradient></defs><text y="18" font-size="13">${escapeXml(caption)}</text><rect y="26" width="${barWidth}" height="12" fill="url(#${id})"/>${veil}${marks.join("")}<text x="${barWidth + 8}" y="37" font-size="12">${escapeXml(layer.unit)}</text>`;
}

/** Text that may stand in XML. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
