import type { Label } from "./labels.ts";
import { type Layer, notesOf } from "./layer.ts";
import { escapeXml, legendSvg } from "./legend.ts";

/** One cortex of a picture. */
export interface FramePanel {
  readonly layer: Layer;
  readonly table: Uint8Array;
  readonly caption: string;
  readonly names: readonly Label[];
  readonly sides: readonly Label[];
}

/** What is written around the cortices. */
export interface FrameOptions {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  readonly threshold: number;
  readonly contour: boolean;
}

/** Where the cortices stand. */
export interface FrameLayout {
  /** Of each panel. */
  readonly width: number;
  readonly height: number;
  readonly top: number;
}

const header = 40;
const legend = 62;
const line = 17;
const margin = 16;

/** Colours of ink and paper. */
export function inkOf(dark: boolean): {
  readonly ink: string;
  readonly soft: string;
  readonly paper: string;
} {
  return dark
    ? { ink: "#e8eaed", soft: "#aab2bd", paper: "#15181b" }
    : { ink: "#1f2937", soft: "#4b5563", paper: "#ffffff" };
}

/** Room for the cortices, side by side, between the title and the longest legend. */
export function layOutFrame(
  panels: readonly Pick<FramePanel, "layer">[],
  options: FrameOptions,
): FrameLayout {
  const width = Math.floor(options.width / panels.length);
  const lines = Math.max(0, ...panels.map(({ layer }) => linesOf(layer, options, width).length));
  return { width, top: header, height: options.height - header - legend - line * lines - 10 };
}

/** Title, names, legends and notes as SVG of the whole picture; the cortices themselves are left open.
 * @param scale pixels of the picture for one of the layout. */
export function frameSvg(panels: readonly FramePanel[], options: FrameOptions, scale: number): string {
  const { width, height, dark, threshold, title } = options;
  const layout = layOutFrame(panels, options);
  const { ink, soft, paper } = inkOf(dark);
  const parts = panels.map((panel, k) => {
    const below = layout.top + layout.height;
    const notes = linesOf(panel.layer, options, layout.width).map(
      ({ text, sign }, n) =>
        `<g transform="translate(${margin} ${below + legend + line * n + 13})">${signs(ink)[sign ?? "none"]}<text x="${sign === null ? 0 : 24}" font-size="12" fill="${soft}">${escapeXml(text)}</text></g>`,
    );
    return `<g transform="translate(${k * layout.width} 0)"><g transform="translate(0 ${layout.top})">${labelsSvg(panel, soft)}</g><g transform="translate(${margin} ${below})">${legendSvg(panel, { id: `c${k}`, ink, paper, threshold })}</g>${notes.join("")}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * scale}" height="${height * scale}" viewBox="0 0 ${width} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif" fill="${ink}"><defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="#c3c7cd"/><rect width="2" height="4" fill="#8a8f98"/></pattern></defs><text x="${margin}" y="27" font-size="17" font-weight="600">${escapeXml(title)}</text>${parts.join("")}</svg>`;
}

function labelsSvg({ names, sides }: FramePanel, soft: string): string {
  return [
    ...names.map(
      ({ name, x, y }) =>
        `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="12" font-weight="600" fill="#111827" stroke="#fff" stroke-width="3.5" stroke-linejoin="round" stroke-opacity=".85" paint-order="stroke">${escapeXml(name)}</text>`,
    ),
    ...sides.map(
      ({ name, x, y }) =>
        `<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="12" fill="${soft}">${name}</text>`,
    ),
  ].join("");
}

const signs = (ink: string): Readonly<Record<"line" | "hatch" | "none", string>> => ({
  line: `<rect x="1" y="-10" width="16" height="9" rx="4.5" fill="none" stroke="${ink}" stroke-width="1.5"/>`,
  hatch: `<rect y="-10" width="18" height="10" fill="url(#hatch)"/>`,
  none: "",
});

/** Notes of a layer, cut into lines that fit; those that go on have no sign. */
function linesOf(
  layer: Layer,
  { threshold, contour }: FrameOptions,
  width: number,
): { readonly text: string; readonly sign: "line" | "hatch" | null | undefined }[] {
  const letters = Math.max(20, Math.floor((width - 2 * margin - 24) / 6.4));
  return notesOf(layer, { threshold, contour }).flatMap(({ text, sign }) =>
    wrap(text, letters).map((part, k) => ({ text: part, sign: k === 0 ? sign : undefined })),
  );
}

function wrap(text: string, letters: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) as string;
    if (last !== "" && last.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
