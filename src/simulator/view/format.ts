import type { SmallDifference } from "../manifest-scores.ts";

/** A number as the tables show it: 2 decimals as .61, more where it is small; "–" where there is none. */
export function show(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(digits);
  const clean = /^-?0\.?0*$/.test(text) ? text.replace("-", "") : text;
  return clean.replace(/^(-?)0\./, "$1.").replace("-", "−");
}

/** An interval: .61 [.55, .66]. */
export function showInterval(
  part: { mean: number | null; low: number | null; high: number | null } | undefined,
  digits = 2,
): string {
  if (part === undefined || part.mean === null) return "–";
  if (part.low === null || part.high === null) return show(part.mean, digits);
  return `${show(part.mean, digits)} [${show(part.low, digits)}, ${show(part.high, digits)}]`;
}

/** Round numbers that cut a range into a few steps. */
export function ticks([low, high]: readonly [number, number], count = 4): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= rough * 0.999) ?? rough;
  const out: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; k++) out.push(k * step);
  return out;
}

/** Bytes for people. */
export function showBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** How many targets of a region are predicted better than chance. */
export function showKept({
  kept,
  targets,
}: {
  readonly kept: number | null;
  readonly targets: number;
}): string {
  return kept === null ? "not tested" : `${kept} of ${targets}`;
}

/** A p-value: .012, "< .001". */
export function showP(p: number | null | undefined): string {
  return p !== null && p !== undefined && p < 0.001 ? "< .001" : show(p, 3);
}

/** The margin that a difference is concluded to be below, rounded up so that it stays true: .006; "≈ .006 (p .004)" where it is concluded to be
 * less than the declared margin, "–" where no difference is excluded. */
export function showBound(small: SmallDifference | null | undefined): string {
  if (small?.bound === null || small?.bound === undefined) return "–";
  const bound = show(Math.max(1, Math.ceil(small.bound * 1000 - 1e-9)) / 1000, 3);
  const p = small.pCorrected === null ? "" : ` (p\u00a0${showP(small.pCorrected).replaceAll(" ", "\u00a0")})`;
  return `${small.equivalent ? "≈ " : ""}${bound}${p}`;
}

/** A part of the joint R² by its feature spaces: "only sound", "sound and meaning". */
export function namePart(spaces: readonly string[]): string {
  if (spaces.length === 1) return `only ${spaces[0]}`;
  return `${spaces.slice(0, -1).join(", ")} and ${spaces[spaces.length - 1]}`;
}
