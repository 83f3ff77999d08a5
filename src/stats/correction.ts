import { EncodingError } from "../core/index.ts";

/** Correct p-values over their family. NaN stays NaN and is not counted.
 * @param method "bh": Benjamini–Hochberg (false-discovery rate, independent or positively dependent tests);
 * "by": Benjamini–Yekutieli (any dependence).
 * @returns adjusted p, comparable with the level; never below p, never above 1.
 * @throws EncodingError "value" if a p lies outside [0, 1].
 * @source Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001. */
export function adjust(p: ArrayLike<number>, method: "bh" | "by"): Float64Array {
  const wrong = Array.from(p).find((value) => value < 0 || value > 1);
  if (wrong !== undefined)
    throw new EncodingError("value", `adjust: p must lie in [0, 1]; got ${wrong}. Is it a statistic?`);
  const order = Array.from(p)
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => b.value - a.value);
  const m = order.length;
  const factor = method === "bh" ? 1 : order.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
  const out = new Float64Array(p.length).fill(Number.NaN);
  let least = 1;
  for (const [i, { value, index }] of order.entries()) {
    least = Math.min(least, value * ((m * factor) / (m - i)));
    out[index] = least;
  }
  return out;
}
