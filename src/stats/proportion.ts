import { checkNumber } from "../core/index.ts";
import { normalQuantile } from "./student.ts";

/** Wilson's score interval of a proportion: `passed` of `of`. @returns NaN bounds of 0 trials.
 * @throws EncodingError "option". @source Wilson 1927. */
export function wilsonInterval(passed: number, of: number, level = 0.95): { low: number; high: number } {
  checkNumber("wilsonInterval", "of", of, { min: 0, whole: true });
  checkNumber("wilsonInterval", "passed", passed, { min: 0, max: of, whole: true });
  checkNumber("wilsonInterval", "level", level, { min: 0.01, max: 0.9999 });
  const z = normalQuantile((1 + level) / 2);
  const p = passed / of;
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
