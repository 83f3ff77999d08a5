import { escapeXml } from "../../../src/simulator/view/legend.ts";

const [margin, titleLine] = [16, 20];
const titleFont = "600 15px system-ui, sans-serif";
/** Styles that a drawing takes from the page's style sheet, by the attribute that holds them in SVG. */
const drawn =
  "fill stroke stroke-width stroke-dasharray opacity font-size font-weight font-style text-anchor".split(" ");

/** What is seen of a chart as SVG of its own: its drawings with their styles written out, and every line of its text where it stands. What has
 * `data-export="no"` is left out.
 * @param title drawn on top. */
export function chartSvg(chart: Element, title: string): string {
  const box = chart.getBoundingClientRect();
  const { color, backgroundColor: paper } = getComputedStyle(document.body);
  const parts: string[] = [];
  collect(chart, box, parts);
  const lines = breakWords(title, box.width);
  const top = margin + titleLine * lines.length;
  const [width, height] = [Math.ceil(box.width) + 2 * margin, Math.ceil(box.height) + top + margin];
  const words = lines.map(
    (line, k) => `<tspan x="${margin}" y="${24 + titleLine * k}">${escapeXml(line)}</tspan>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="${paper}"/><text font-size="15" font-weight="600" fill="${color}">${words.join("")}</text><g transform="translate(${margin} ${top})">${parts.join("")}</g></svg>`;
}

/** Lines of a title that are no wider than a chart; a longer word has a line of its own. */
function breakWords(text: string, width: number): string[] {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen === null) return [text];
  pen.font = titleFont;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && pen.measureText(`${last} ${word}`).width <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function collect(element: Element, box: DOMRect, parts: string[]): void {
  if (element.getAttribute("data-export") === "no" || element.classList.contains("hidden-visually")) return;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return;
  if (element instanceof SVGSVGElement) {
    parts.push(drawing(element, box));
    return;
  }
  for (const node of element.childNodes) {
    if (node instanceof Element) collect(node, box, parts);
    else if (node instanceof Text) parts.push(...linesOf(node, box, style));
  }
}

/** A drawing at its place; what it takes from classes, variables and its parents is written into it. */
function drawing(svg: SVGSVGElement, box: DOMRect): string {
  const own = svg.getBoundingClientRect();
  if (own.width === 0 || own.height === 0) return "";
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll("*");
  for (const [k, part] of copy.querySelectorAll("*").entries()) {
    const style = getComputedStyle(originals[k] as Element);
    for (const name of drawn) part.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "style"]) part.removeAttribute(name);
  }
  for (const name of ["class", "style", "role", "aria-label", "aria-hidden"]) copy.removeAttribute(name);
  const at = { x: own.left - box.left, y: own.top - box.top, width: own.width, height: own.height };
  for (const [name, value] of Object.entries(at)) copy.setAttribute(name, value.toFixed(1));
  copy.setAttribute("overflow", "visible");
  return new XMLSerializer().serializeToString(copy).replaceAll(/<!--.*?-->/g, "");
}

/** Words of the page, line by line as they are broken there. */
function linesOf(node: Text, box: DOMRect, style: CSSStyleDeclaration): string[] {
  const range = document.createRange();
  const lines: { text: string; left: number; bottom: number; top: number }[] = [];
  for (let k = 0; k < node.data.length; k++) {
    range.setStart(node, k);
    range.setEnd(node, k + 1);
    const rect = range.getClientRects()[0];
    if (rect === undefined || rect.width === 0) continue;
    const last = lines.at(-1);
    if (last !== undefined && Math.abs(last.top - rect.top) < 3) last.text += node.data[k];
    else lines.push({ text: node.data[k] as string, left: rect.left, top: rect.top, bottom: rect.bottom });
  }
  return lines.map(
    ({ text, left, top, bottom }) =>
      // the baseline lies about a quarter of the line above its bottom
      `<text x="${(left - box.left).toFixed(1)}" y="${(bottom - box.top - 0.25 * (bottom - top)).toFixed(1)}" font-size="${style.fontSize}" font-weight="${style.fontWeight}" font-style="${style.fontStyle}" fill="${style.color}" xml:space="preserve">${escapeXml(text.replace(/\s/g, " "))}</text>`,
  );
}
