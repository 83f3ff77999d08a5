import type { ElementType } from "../element-type.ts";
import type { Emitter } from "../emitter.ts";
import { frontAxis, type Shape, sameShape } from "../shape.ts";
import { apply, inputOf, isFloat, type Operator, refuse, type Value } from "../value.ts";
import { div, maximum } from "./binary.ts";
import { sumOfSquares } from "./reduce.ts";
import { sqrt } from "./unary.ts";

function softmaxLike(name: string, op: string): Operator<{ readonly axis: number }> {
  return {
    name,
    infer(inputs) {
      const { type, shape } = inputOf(inputs, 0);
      if (!isFloat(type)) refuse(name, "numbers must be float32 or float64", inputs);
      return { type, shape };
    },
    emit: (emitter, inputs, _, { axis }) => emitter.node(op, inputs, { axis: BigInt(axis) }),
  };
}

/** What was measured of each row. */
export interface Epsilon {
  readonly epsilon: number;
}

const layerNormOperator: Operator<Epsilon> = {
  name: "layerNorm",
  infer(inputs) {
    const [x, scale, bias] = inputs as [Value, Value, Value];
    const wanted: Shape = x.shape.slice(-1);
    if (inputs.some(({ type }) => type !== x.type) || !isFloat(x.type))
      refuse("layerNorm", "all must be float32 or all float64", inputs);
    if (x.shape.length === 0 || !sameShape(scale.shape, wanted) || !sameShape(bias.shape, wanted))
      refuse("layerNorm", "scale and bias must have the size of the last axis", inputs);
    return { type: x.type, shape: x.shape };
  },
  emit(emitter, [x, scale, bias], { type }, { epsilon }) {
    if (type === "float32") return fused(emitter, [x, scale, bias] as string[], epsilon)[0] as string;
    const { centred, inverse } = composed(emitter, x as string, epsilon);
    const normal = emitter.node("Mul", [centred, inverse]);
    return emitter.node("Add", [emitter.node("Mul", [normal, scale as string]), bias as string]);
  },
};

/** A statistic of layer normalisation, (…, 1): asks the forward node for its second or third output. */
function statistic(name: string, output: 1 | 2): Operator<Epsilon> {
  return {
    name,
    infer(inputs) {
      const { type, shape } = inputOf(inputs, 0);
      return { type, shape: [...shape.slice(0, -1), 1] };
    },
    emit(emitter, inputs, { type }, { epsilon }) {
      if (type === "float32") return fused(emitter, inputs, epsilon)[output] as string;
      const { mean, inverse } = composed(emitter, inputs[0] as string, epsilon);
      return output === 1 ? mean : inverse;
    },
  };
}

function fused(emitter: Emitter, inputs: readonly string[], epsilon: number): readonly string[] {
  return emitter.nodes("LayerNormalization", inputs, { axis: -1n, epsilon }, 3);
}

/** In float64 ONNX keeps the statistics in float32 only, so that there they are made of simple operators. */
function composed(emitter: Emitter, x: string, epsilon: number) {
  const last = emitter.ints([-1]);
  const number = (value: number) => emitter.constant(Float64Array.of(value), []);
  const mean = emitter.node("ReduceMean", [x, last], { keepdims: 1n });
  const centred = emitter.node("Sub", [x, mean]);
  const variance = emitter.node("ReduceMean", [emitter.node("Mul", [centred, centred]), last], {
    keepdims: 1n,
  });
  const deviation = emitter.node("Sqrt", [emitter.node("Add", [variance, number(epsilon)])]);
  return { mean, centred, inverse: emitter.node("Reciprocal", [deviation]) };
}

/** Operators that normalise along an axis. */
export const normaliseOperators = {
  softmax: softmaxLike("softmax", "Softmax"),
  logSoftmax: softmaxLike("logSoftmax", "LogSoftmax"),
  layerNorm: layerNormOperator,
  layerNormMean: statistic("layerNormMean", 1),
  layerNormInverse: statistic("layerNormInverse", 2),
} as const;

/** eˣ / Σ eˣ along an axis, the last by default. */
export function softmax(x: Value, axis = -1): Value {
  return apply(normaliseOperators.softmax, [x], { axis: frontAxis("softmax", axis, x.shape) });
}

/** log softmax(x) along an axis, the last by default, without overflow. */
export function logSoftmax(x: Value, axis = -1): Value {
  return apply(normaliseOperators.logSoftmax, [x], { axis: frontAxis("logSoftmax", axis, x.shape) });
}

/** Layer normalisation of the last axis: (x − mean) / √(variance + epsilon) · scale + bias.
 * @param epsilon BERT and ViT of Hugging Face: 1e-12, timm: 1e-6, PyTorch: 1e-5. @source Ba, Kiros and Hinton 2016. */
export function layerNorm(x: Value, scale: Value, bias: Value, epsilon = 1e-5): Value {
  return apply(layerNormOperator, [x, scale, bias], { epsilon });
}

/** The mean and 1 / √(variance + epsilon) that {@link layerNorm} took, (…, 1); its gradient needs them. */
export function layerNormStatistics(
  inputs: readonly Value[],
  epsilon: number,
): [mean: Value, inverse: Value] {
  const { layerNormMean, layerNormInverse } = normaliseOperators;
  return [apply(layerNormMean, inputs, { epsilon }), apply(layerNormInverse, inputs, { epsilon })];
}

/** Vectors of length 1 along an axis: x / max(‖x‖, epsilon), as torch's `normalize`; a zero vector has the gradient of x / epsilon. */
export function l2Normalise(x: Value, axis = -1, epsilon = 1e-12): Value {
  return div(x, sqrt(maximum(sumOfSquares(x, [axis], { keep: true }), epsilon ** 2)));
}

/** Types of numbers that can be normalised. */
export type FloatType = Extract<ElementType, "float32" | "float64">;
