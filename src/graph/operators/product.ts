import { broadcastShapes, type Shape, type Size } from "../shape.ts";
import { apply, inputOf, isFloat, type Operator, refuse, type Value } from "../value.ts";
import { mergeRows, reshape, splitRows } from "./layout.ts";

/** Which sides of a product are taken transposed (their last two axes). */
export interface Sides {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const matmulOperator: Operator<Sides> = {
  name: "matmul",
  infer(inputs, { transposeA, transposeB }) {
    const [a, b] = [inputOf(inputs, 0), inputOf(inputs, 1)];
    if (a.type !== b.type || !isFloat(a.type))
      refuse("matmul", "both sides must be float32 or both float64", inputs);
    if (a.shape.length < 2 || b.shape.length < 2)
      refuse("matmul", "both sides need two axes at least", inputs);
    const [rows, innerA] = lastTwo(a.shape, transposeA);
    const [innerB, cols] = lastTwo(b.shape, transposeB);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const sides = `${transposeA ? " (first side transposed)" : ""}${transposeB ? " (second side transposed)" : ""}`;
    if (innerA !== innerB) refuse("matmul", `the inner sizes must be equal${sides}`, inputs);
    if (batch === undefined) return refuse("matmul", "the axes before the last two must broadcast", inputs);
    return { type: a.type, shape: [...batch, rows, cols] };
  },
  emit(emitter, [a, b], { inputs }, { transposeA, transposeB }) {
    const ranks = inputs.map(({ shape }) => shape.length);
    if (ranks.every((rank) => rank === 2))
      return emitter.node("Gemm", [a as string, b as string], {
        transA: transposeA ? 1n : 0n,
        transB: transposeB ? 1n : 0n,
      });
    // ONNX Runtime fuses these transpositions into its own FusedMatMul
    const turned = (name: string, rank: number, turn: boolean) =>
      turn ? emitter.node("Transpose", [name], { perm: swapLast(rank).map(BigInt) }) : name;
    return emitter.node("MatMul", [
      turned(a as string, ranks[0] as number, transposeA),
      turned(b as string, ranks[1] as number, transposeB),
    ]);
  },
};

const linearOperator: Operator = {
  name: "linear",
  infer(inputs) {
    const [x, weight, bias] = inputs as [Value, Value, Value?];
    if (inputs.some(({ type }) => type !== x.type) || !isFloat(x.type))
      refuse("linear", "all must be float32 or all float64", inputs);
    if (weight.shape.length !== 2 || x.shape[1] !== weight.shape[1])
      refuse("linear", "x (…, in) and the weight (out, in) must have the same inner size", inputs);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== weight.shape[0]))
      refuse("linear", "the bias must have one number for each output of the weight", inputs);
    return { type: x.type, shape: [x.shape[0] as Size, weight.shape[0] as Size] };
  },
  emit: (emitter, inputs) => emitter.node("Gemm", inputs, { transB: 1n }),
};

/** Operators that are matrix products. */
export const productOperators = { matmul: matmulOperator, linear: linearOperator } as const;

/** Matrix product over the last two axes; the axes before broadcast.
 * @param sides which operands are taken transposed, at no cost. */
export function matmul(
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false }: Partial<Sides> = {},
): Value {
  if (b.shape.length === 2 && a.shape.length > 2 && !transposeA)
    return splitRows(matmul(mergeRows(a), b, { transposeB }), a.shape);
  return apply(matmulOperator, [a, b], { transposeA, transposeB });
}

/** x Wᵀ + b, a linear layer in the layout of PyTorch and Hugging Face.
 * @param x (…, in). @param weight (out, in). @param bias (out). */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  if (x.shape.length === 1)
    return reshape(linear(reshape(x, [1, ...x.shape]), weight, bias), [weight.shape[0] as Size]);
  const rows = x.shape.length === 2 ? x : mergeRows(x);
  const y = apply(linearOperator, bias ? [rows, weight, bias] : [rows, weight], {});
  return x.shape.length === 2 ? y : splitRows(y, x.shape);
}

/** Axes in order, the last two swapped. */
export function swapLast(rank: number): number[] {
  return [...Array(rank - 2).keys(), rank - 1, rank - 2];
}

function lastTwo(shape: Shape, transposed: boolean): [Size, Size] {
  const [rows, cols] = shape.slice(-2) as [Size, Size];
  return transposed ? [cols, rows] : [rows, cols];
}
