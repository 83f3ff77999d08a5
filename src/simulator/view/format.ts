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
): string {
  if (part === undefined || part.mean === null) return "–";
  if (part.low === null || part.high === null) return show(part.mean);
  return `${show(part.mean)} [${show(part.low)}, ${show(part.high)}]`;
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
