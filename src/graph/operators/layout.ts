import { frontAxis, type Shape, type Size, sameShape, symbolicCount } from "../shape.ts";
import { apply, inputOf, madeBy, type Operator, refuse, type Value } from "../value.ts";

const reshapeOperator: Operator<{ readonly shape: Shape }> = {
  name: "reshape",
  infer(inputs, { shape }) {
    const x = inputOf(inputs, 0);
    if (symbolicCount(x.shape) !== symbolicCount(shape))
      refuse("reshape", `as many numbers must fill [${shape.join(", ")}]`, inputs);
    if (shape.filter((size) => typeof size === "string").length > 1)
      refuse("reshape", `one size of [${shape.join(", ")}] can be open, not more`, inputs);
    return { type: x.type, shape };
  },
  emit(emitter, inputs, _, { shape }) {
    const sizes = emitter.ints(shape.map((size) => (typeof size === "number" ? size : -1)));
    return emitter.node("Reshape", [...inputs, sizes], shape.includes(0) ? { allowzero: 1n } : {});
  },
};

const transposeOperator: Operator<{ readonly axes: readonly number[] }> = {
  name: "transpose",
  infer(inputs, { axes }) {
    const x = inputOf(inputs, 0);
    if (axes.length !== x.shape.length || x.shape.some((_, i) => !axes.includes(i)))
      refuse("transpose", `the order [${axes.join(", ")}] must name every axis once`, inputs);
    return { type: x.type, shape: axes.map((axis) => x.shape[axis] as Size) };
  },
  emit: (emitter, inputs, _, { axes }) => emitter.node("Transpose", inputs, { perm: axes.map(BigInt) }),
};

const concatOperator: Operator<{ readonly axis: number }> = {
  name: "concat",
  infer(inputs, { axis }) {
    const first = inputOf(inputs, 0);
    const rest = ({ shape }: Value) => shape.filter((_, i) => i !== axis);
    if (inputs.some((x) => x.type !== first.type || !sameShape(rest(x), rest(first))))
      refuse("concat", `all must agree but for axis ${axis}`, inputs);
    const sizes = inputs.map(({ shape }) => shape[axis] as Size);
    if (sizes.some((size) => typeof size === "string"))
      refuse("concat", `axis ${axis} must have known sizes`, inputs);
    const total = (sizes as number[]).reduce((a, b) => a + b, 0);
    return { type: first.type, shape: first.shape.map((size, i) => (i === axis ? total : size)) };
  },
  emit: (emitter, inputs, _, { axis }) => emitter.node("Concat", inputs, { axis: BigInt(axis) }),
};

/** A stretch of an axis. */
export interface Stretch {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const sliceOperator: Operator<Stretch> = {
  name: "slice",
  infer(inputs, { axis, start, end }) {
    const x = inputOf(inputs, 0);
    const size = x.shape[axis] as Size;
    if (typeof size === "string" || !(start >= 0 && start <= end && end <= size))
      refuse("slice", `[${start}, ${end}) must lie within axis ${axis}`, inputs);
    return { type: x.type, shape: x.shape.map((old, i) => (i === axis ? end - start : old)) };
  },
  emit: (emitter, inputs, _, { axis, start, end }) =>
    emitter.node("Slice", [...inputs, emitter.ints([start]), emitter.ints([end]), emitter.ints([axis])]),
};

/** Zeros around an axis. */
export interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** See {@link pad}. */
export const padOperator: Operator<Padding> = {
  name: "pad",
  infer(inputs, { axis, before, after }) {
    const x = inputOf(inputs, 0);
    const size = x.shape[axis] as Size;
    if (typeof size === "string" || before < 0 || after < 0)
      refuse("pad", `${before} and ${after} zeros cannot be put around axis ${axis}`, inputs);
    return {
      type: x.type,
      shape: x.shape.map((old, i) => (i === axis ? before + Number(old) + after : old)),
    };
  },
  emit: (emitter, inputs, _, { axis, before, after }) =>
    emitter.node("Pad", [...inputs, emitter.ints([before, after]), "", emitter.ints([axis])]),
};

/** Operators that move numbers without changing them. */
export const layoutOperators = {
  reshape: reshapeOperator,
  transpose: transposeOperator,
  concat: concatOperator,
  slice: sliceOperator,
  pad: padOperator,
} as const;

/** The same numbers, in the same order, in another shape. */
export function reshape(x: Value, shape: Shape): Value {
  if (madeBy(x, reshapeOperator)) return reshape(inputOf(x.inputs, 0), shape);
  return sameShape(x.shape, shape) ? x : apply(reshapeOperator, [x], { shape });
}

/** Axes in another order. @param axes which axis of `x` comes first, second … */
export function transpose(x: Value, axes: readonly number[]): Value {
  if (madeBy(x, transposeOperator) && axes.length === x.shape.length)
    return transpose(
      inputOf(x.inputs, 0),
      axes.map((axis) => x.attributes.axes[axis] ?? -1),
    );
  return axes.every((axis, i) => axis === i) && axes.length === x.shape.length
    ? x
    : apply(transposeOperator, [x], { axes });
}

/** Values one after the other along an axis. @param axis −1 is the last. */
export function concat(values: readonly Value[], axis: number): Value {
  const first = values[0];
  if (first === undefined) return refuse("concat", "at least one value is needed", []);
  if (values.length === 1) return first;
  return apply(concatOperator, values, { axis: frontAxis("concat", axis, first.shape) });
}

/** A stretch [start, end) of an axis. @param axis −1 is the last. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const front = frontAxis("slice", axis, x.shape);
  return start === 0 && end === x.shape[front] ? x : apply(sliceOperator, [x], { axis: front, start, end });
}

/** Cut an axis into stretches. @param sizes of the parts; they must sum to the axis' size. */
export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.shape[frontAxis("split", axis, x.shape)])
    refuse("split", `the parts [${sizes.join(", ")}] must fill axis ${axis}`, [x]);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, axis, start - size, start);
  });
}

/** Put zeros before and after along an axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const front = frontAxis("pad", axis, x.shape);
  return before === 0 && after === 0 ? x : apply(padOperator, [x], { axis: front, before, after });
}

/** All axes but the last as one: (…, d) → (rows, d). */
export function mergeRows(x: Value): Value {
  const [count, ...names] = symbolicCount(x.shape.slice(0, -1)).split("*");
  const rows = names.length === 0 ? Number(count) : [...(count === "1" ? [] : [count]), ...names].join("*");
  return reshape(x, [rows, x.shape.at(-1) as Size]);
}

/** Undo {@link mergeRows}: (rows, d) → (…, d) with the axes of `like` but the last. */
export function splitRows(x: Value, like: Shape): Value {
  return reshape(x, [...like.slice(0, -1), x.shape.at(-1) as Size]);
}

/** Cut pictures into square patches, in the order of a Conv weight (channel, row, column).
 * @param x (batch, channels, height, width). @param size edge in pixels.
 * @returns (batch, patches, channels · size²); times the weight as (out, channels · size²) it is ViT's patch convolution. */
export function patchify(x: Value, size: number): Value {
  const [batch, channels, height, width] = x.shape as [Size, number, number, number];
  if (x.shape.length !== 4 || height % size !== 0 || width % size !== 0)
    refuse("patchify", `pictures (batch, channels, height, width) must divide into patches of ${size}`, [x]);
  const [rows, cols] = [height / size, width / size];
  const cells = reshape(x, [batch, channels, rows, size, cols, size]);
  return reshape(transpose(cells, [0, 2, 4, 1, 3, 5]), [batch, rows * cols, channels * size * size]);
}
