/** Make any text safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Escape a sentence of the report and keep its numbers together with what they measure: `p = .02`, `r .65`, `18 %` never break. */
export function escapeProse(text: string): string {
  const kept = text
    .replace(/ ([=≤×]) (?=[\d.−<])/g, "\u00a0$1\u00a0")
    .replace(/\b(r|R²) (?=[.−\d])/g, "$1\u00a0")
    .replace(/(\d) %/g, "$1\u00a0%")
    .replace(/\[([^\],]+), ([^\]]+)\]/g, "[$1,\u00a0$2]");
  return escapeHtml(kept);
}

/** A bulleted list of escaped texts; nothing for an empty list. */
export function bulletList(texts: readonly string[]): string {
  return texts.length === 0
    ? ""
    : `<ul>${texts.map((text) => `<li>${escapeProse(text)}</li>`).join("")}</ul>`;
}

/** One cell of a small table: text, or a number already formatted. */
export interface PlainColumn {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly number?: boolean;
  readonly cells: readonly string[];
}

/** A small table of escaped texts in a box of its own that scrolls sideways where it must. The first column heads its rows. */
export function plainTable(caption: string, columns: readonly PlainColumn[]): string {
  const style = (column: PlainColumn) => (column.number ? ' class="n"' : "");
  const head = columns.map((column) => `<th scope="col"${style(column)}>${escapeHtml(column.head)}</th>`);
  const rows = (columns[0]?.cells ?? []).map((_, i) => {
    const cells = columns.map((column, j) => {
      const text = escapeHtml(column.cells[i] ?? "");
      return j === 0 ? `<th scope="row">${text}</th>` : `<td${style(column)}>${text}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="box" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
