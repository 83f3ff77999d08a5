import { EncodingError } from "./error.ts";
import type { FloatArray, Matrix } from "./matrix.ts";

/** `20 samples × 4 features`, for messages. */
export function shapeOf(m: Matrix): string {
  return `${m.rows} ${m.axes[0]} × ${m.cols} ${m.axes[1]}`;
}

/** Refuse two matrices whose rows differ.
 * @throws EncodingError "shape" naming both shapes. */
export function checkSameRows(
  name: string,
  a: Matrix,
  b: Matrix,
  names: readonly [string, string] = ["X", "Y"],
): void {
  if (a.rows !== b.rows)
    throw new EncodingError(
      "shape",
      `${name}: ${names[0]} and ${names[1]} must have the same ${a.axes[0]}; got ${names[0]} ${shapeOf(a)} and ${names[1]} ${shapeOf(b)}. Was only one of them trimmed?`,
      { a: [a.rows, a.cols], b: [b.rows, b.cols] },
    );
}

/** Refuse NaN and infinities, naming the first place and how many there are.
 * @throws EncodingError "value". */
export function checkFinite(name: string, m: Matrix, what: string): void {
  if (allFinite(m.data)) return;
  let count = 0;
  let first = -1;
  for (let k = 0; k < m.data.length; k++)
    if (!Number.isFinite(m.data[k])) {
      if (count === 0) first = k;
      count++;
    }
  if (count > 0) {
    const row = Math.floor(first / m.cols);
    throw new EncodingError(
      "value",
      `${name}: ${what} must be finite; got ${count} NaN or infinite values in ${shapeOf(m)}, the first at row ${row}, column ${first % m.cols}. Mask these ${m.axes[1]} out or repair the ${m.axes[0]}.`,
      { count, row, column: first % m.cols },
    );
  }
}

/** 0 · x is NaN for NaN and infinities, else 0: four sums side by side, without a branch. */
export function allFinite(data: FloatArray): boolean {
  const whole = data.length - (data.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0; k < whole; k += 4) {
    a += 0 * (data[k] as number);
    b += 0 * (data[k + 1] as number);
    c += 0 * (data[k + 2] as number);
    d += 0 * (data[k + 3] as number);
  }
  for (let k = whole; k < data.length; k++) a += 0 * (data[k] as number);
  return a + b + c + d === 0;
}

/** The largest absolute number of a matrix, NaN and infinities refused as {@link checkFinite} does: one walk through memory for both.
 * @throws EncodingError "value". */
export function largestFinite(name: string, m: Matrix, what: string): number {
  const { data } = m;
  const even = data.length - (data.length % 2);
  let a = Math.abs(data[even] ?? 0);
  let b = 0;
  let sum = 0 * a;
  for (let k = 0; k < even; k += 2) {
    const x = Math.abs(data[k] as number);
    const y = Math.abs(data[k + 1] as number);
    if (x > a) a = x;
    if (y > b) b = y;
    sum += 0 * (x + y);
  }
  if (sum !== 0) checkFinite(name, m, what);
  return Math.max(a, b);
}

/** Refuse an option that is not a finite number within [min, max].
 * @throws EncodingError "option". */
export function checkNumber(
  name: string,
  option: string,
  value: number,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, whole = false } = {},
): void {
  if (!Number.isFinite(value) || value < min || value > max || (whole && !Number.isInteger(value)))
    throw new EncodingError(
      "option",
      `${name}: ${option} must be a ${whole ? "whole " : ""}number in [${min}, ${max}]; got ${value}.`,
      { option, value },
    );
}
