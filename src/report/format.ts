/** Numbers and lists as the report writes them: `.31`, `−.02`, `p = .0039`; undefined numbers are a dash, never 0. */

const dash = "—";
const minus = "−";

/** A number with a fixed count of decimals, without the leading zero and with a true minus sign.
 * Undefined (NaN) and infinite values are a dash; a value that rounds to zero carries no sign.
 * @param decimals digits behind the point; `wholes` is true where values above 1 are usual (the zero is kept). */
export function formatNumber(value: number, decimals = 2, { wholes = false } = {}): string {
  if (!Number.isFinite(value)) return dash;
  const text = Math.abs(value).toFixed(decimals);
  const sign = value < 0 && Number(text) !== 0 ? minus : "";
  return sign + (wholes ? text : text.replace(/^0(?=\.)/, ""));
}

/** A correlation: two decimals. */
export function formatR(value: number): string {
  return formatNumber(value, 2);
}

/** R², a difference of R² or a variance share: three decimals. */
export function formatR2(value: number): string {
  return formatNumber(value, 3);
}

/** A share as a whole percentage, `18 %`; below 1 % with one decimal. */
export function formatShare(value: number): string {
  if (!Number.isFinite(value)) return dash;
  const percent = value * 100;
  const decimals = percent !== 0 && Math.abs(percent) < 0.95 ? 1 : 0;
  return `${formatNumber(percent, decimals, { wholes: true })} %`;
}

/** How p-values of one study are written. */
export interface PScale {
  readonly level: number;
}

/** A p-value with two significant digits (two decimals from .1 on), and more only where rounding would carry it across the level.
 * @param scale level of the study. @returns `.0039`, `.12`, `> .99`, `1`, or a dash for NaN. */
export function formatP(p: number, { level }: PScale): string {
  if (!Number.isFinite(p)) return dash;
  if (p >= 1) return "1";
  if (p > 0.99) return "> .99";
  if (p < 1e-12) return "< 10⁻¹²";
  const digits = p >= 0.1 ? 2 : Math.ceil(-Math.log10(p) - 1e-9) + 1;
  for (let decimals = digits; decimals <= 16; decimals++) {
    const text = p.toFixed(decimals);
    if (Number(text) <= level === p <= level)
      return (p >= 0.1 ? text : text.replace(/0+$/, "")).replace(/^0(?=\.)/, "");
  }
  return String(p);
}

/** A p-value with its sign of comparison: `= .023`, `> .99`. */
export function equalP(p: number, scale: PScale): string {
  const text = formatP(p, scale);
  return /^[<>]/.test(text) ? text : `= ${text}`;
}

/** `[.041, .083]`, or a dash when a bound is undefined. */
export function formatInterval(low: number, high: number, format: (value: number) => string): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `[${format(low)}, ${format(high)}]` : dash;
}

/** Whole numbers with thin spaces between thousands: `84 038`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return dash;
  const [whole = "", rest] = String(Math.abs(value)).split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return (value < 0 ? minus : "") + grouped + (rest === undefined ? "" : `.${rest}`);
}

/** A quantity with its noun: `1 region`, `8 regions`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `most` names the rest is counted: `a, b and 5 more`. */
export function joinWords(words: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const shown = words.length > most + 1 ? words.slice(0, most) : words;
  const all = shown.length < words.length ? [...shown, `${words.length - shown.length} more`] : shown;
  if (all.length < 2) return all[0] ?? "";
  return `${all.slice(0, -1).join(", ")} and ${all[all.length - 1]}`;
}

/** A name cut to `length` characters with an ellipsis in the middle, so that both ends stay readable. */
export function shorten(name: string, length: number): string {
  const letters = [...name];
  if (letters.length <= length) return name;
  const head = Math.ceil((length - 1) * 0.6);
  return `${letters.slice(0, head).join("").trimEnd()}…${letters
    .slice(letters.length - (length - 1 - head))
    .join("")
    .trimStart()}`;
}
