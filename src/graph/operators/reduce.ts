import { countOf, fixedSizes, frontAxis, type Shape, sameShape } from "../shape.ts";
import { apply, inputOf, isFloat, type Operator, refuse, type Value } from "../value.ts";
import { reshape } from "./layout.ts";
import { sqrt } from "./unary.ts";

/** Which axes are reduced; they stay as size 1. */
export interface Axes {
  readonly axes: readonly number[];
}

function reduction(name: string, op: string): Operator<Axes> {
  return {
    name,
    infer(inputs, { axes }) {
      const { type, shape } = inputOf(inputs, 0);
      if (!isFloat(type)) refuse(name, "numbers must be float32 or float64", inputs, "Use cast() first.");
      if (op === "ReduceMax" && axes.some((axis) => shape[axis] === 0))
        refuse(name, "an empty axis has no largest number", inputs);
      return { type, shape: shape.map((size, i) => (axes.includes(i) ? 1 : size)) };
    },
    emit: (emitter, inputs, _, { axes }) =>
      emitter.node(op, [...inputs, emitter.ints(axes)], { keepdims: 1n }),
  };
}

/** Operators that make one number of many. */
export const reduceOperators = {
  sum: reduction("sum", "ReduceSum"),
  mean: reduction("mean", "ReduceMean"),
  max: reduction("max", "ReduceMax"),
  sumOfSquares: reduction("sumOfSquares", "ReduceSumSquare"),
  logSumExp: reduction("logSumExp", "ReduceLogSumExp"),
} as const;

/** Axes to reduce, all by default; `keep` leaves them as axes of size 1. */
export interface ReduceOptions {
  readonly keep?: boolean;
}

const reduce =
  (operator: Operator<Axes>) =>
  (
    x: Value,
    axes: readonly number[] = x.shape.map((_, i) => i),
    { keep = false }: ReduceOptions = {},
  ): Value => {
    const front = [...new Set(axes.map((axis) => frontAxis(operator.name, axis, x.shape)))].sort(
      (a, b) => a - b,
    );
    const kept = apply(operator, [x], { axes: front });
    const result = front.length === 0 && operator !== reduceOperators.sumOfSquares ? x : kept;
    return keep
      ? result
      : reshape(
          result,
          x.shape.filter((_, i) => !front.includes(i)),
        );
  };

/** Sum over axes. @param axes all by default; −1 is the last. */
export const sum = reduce(reduceOperators.sum);
/** Mean over axes. @param axes all by default; −1 is the last. */
export const mean = reduce(reduceOperators.mean);
/** Largest number over axes; equal largest ones share the gradient. @param axes all by default; −1 is the last. */
export const max = reduce(reduceOperators.max);
/** Sum of squares over axes, in one pass. @param axes all by default; −1 is the last. */
export const sumOfSquares = reduce(reduceOperators.sumOfSquares);
/** log Σ eˣ over axes, without overflow. @param axes all by default; −1 is the last. */
export const logSumExp = reduce(reduceOperators.logSumExp);

/** Euclidean length over axes. @param axes all by default; −1 is the last. */
export function norm(x: Value, axes?: readonly number[], options?: ReduceOptions): Value {
  return sqrt(sumOfSquares(x, axes, options));
}

/** Sum a value down to the shape that was broadcast to it: the reverse of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, i) => (i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []));
  return reshape(sum(x, axes, { keep: true }), shape);
}

/** How many numbers are reduced into one. */
export function reducedCount(name: string, shape: Shape, axes: readonly number[]): number {
  return countOf(
    fixedSizes(
      name,
      axes.map((axis) => shape[axis] ?? 1),
    ),
  );
}
