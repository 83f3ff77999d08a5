import { EncodingError } from "../core/index.ts";

/** A size: a number, or open until the graph runs: a name (`"batch"`) or its multiple (`"65*batch"`). */
export type Size = number | string;

/** Sizes of a tensor's axes; `[]` is a single number. */
export type Shape = readonly Size[];

/** `[64, batch]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The sizes as numbers.
 * @throws EncodingError "shape" if one is open. */
export function fixedSizes(name: string, shape: Shape): readonly number[] {
  if (shape.some((size) => typeof size === "string"))
    throw new EncodingError(
      "shape",
      `${name}: sizes must be known here; got ${formatShape(shape)}. Give the open size a number.`,
    );
  return shape as readonly number[];
}

/** How many numbers a tensor of fixed sizes holds. */
export function countOf(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** How many numbers a tensor holds, as a number and the open sizes that multiply it, in one comparable form: `"8320*batch"`. */
export function symbolicCount(shape: Shape): string {
  const factors = shape.flatMap((size) => String(size).split("*"));
  const names = factors.filter((factor) => Number.isNaN(Number(factor)));
  const count = factors.reduce((a, b) => (Number.isNaN(Number(b)) ? a : a * Number(b)), 1);
  return [count, ...names.sort()].join("*");
}

/** The shape that two shapes give together by NumPy's rule (aligned at the end; 1 stretches), or undefined if there is none. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const sizes: Size[] = [];
  for (let i = 0; i < rank; i++) {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    sizes.push(x === 1 ? y : x);
  }
  return sizes;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** An axis counted from the front; −1 is the last.
 * @throws EncodingError "range" if there is no such axis. */
export function frontAxis(name: string, axis: number, shape: Shape): number {
  const front = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || front < 0 || front >= shape.length)
    throw new EncodingError(
      "range",
      `${name}: axis must be a whole number in [${-shape.length}, ${shape.length - 1}] for shape ${formatShape(shape)}; got ${axis}.`,
    );
  return front;
}
