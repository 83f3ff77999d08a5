import { studentCdf } from "../../src/stats/student.ts";

/** p of Student's t-test against zero, two-sided. */
export function studentP(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return 2 * studentCdf(-Math.abs(mean) / Math.sqrt(variance / n), n - 1);
}
