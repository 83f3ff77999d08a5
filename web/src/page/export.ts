import type { Layer } from "../../../src/simulator/view/layer.ts";
import { escapeXml, legendSvg } from "../../../src/simulator/view/legend.ts";

/** One cortex of a picture to be saved. */
export interface Panel {
  readonly canvas: HTMLCanvasElement;
  readonly layer: Layer;
  readonly table: Uint8Array;
  readonly caption: string;
}

/** Waits until a canvas shows the whole picture, not a draft of it; a canvas that is no stage's is whole. */
export function whenWhole(canvas: HTMLCanvasElement): Promise<void> {
  const isWhole = () => (canvas.dataset.drawn ?? "whole") === "whole";
  return new Promise((resolve) => {
    if (isWhole()) {
      resolve();
      return;
    }
    const observer = new MutationObserver(() => {
      if (!isWhole()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(canvas, { attributeFilter: ["data-drawn"] });
  });
}

/** The cortices side by side with title and legend, as SVG: text and legend are drawn, the cortex itself is a picture inside. */
export function toSvg(panels: readonly Panel[], title: string, dark: boolean): string {
  const [ink, paper] = dark ? ["#e8eaed", "#15181b"] : ["#1f2937", "#ffffff"];
  const sizes = panels.map(({ canvas }) => ({ w: canvas.clientWidth, h: canvas.clientHeight }));
  const width = Math.max(
    420,
    sizes.reduce((sum, { w }) => sum + w, 0),
  );
  const high = Math.max(...sizes.map(({ h }) => h));
  let left = 0;
  const parts = panels.map((panel, k) => {
    const x = left;
    left += sizes[k]?.w ?? 0;
    const picture = panel.canvas.toDataURL("image/png");
    return `<g transform="translate(${x} 0)"><image x="0" y="40" width="${sizes[k]?.w}" height="${sizes[k]?.h}" href="${picture}"/><g transform="translate(16 ${high + 40})">${legendSvg(panel, { id: `c${k}`, ink, paper })}</g></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${high + 110}" viewBox="0 0 ${width} ${high + 110}" font-family="system-ui, sans-serif" fill="${ink}"><rect width="100%" height="100%" fill="${paper}"/><text x="16" y="28" font-size="17" font-weight="600">${escapeXml(title)}</text>${parts.join("")}</svg>`;
}

/** The same as PNG, twice as many pixels as on the page. */
export async function toPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser gives no canvas to draw the picture with.");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("The picture could not be made: it is too large for this browser.");
  return blob;
}

/** Offer a file for saving. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
