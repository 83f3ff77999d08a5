import type { ElementType } from "../element-type.ts";
import type { Emitter } from "../emitter.ts";
import { apply, inputOf, isFloat, type Operator, refuse, type Value } from "../value.ts";
import { emitErf } from "./erf.ts";

/** An operator on each number by itself. */
function elementwise(name: string, emit: Operator<object>["emit"], accepts = isFloat): Operator<object> {
  return {
    name,
    infer(inputs) {
      const { type, shape } = inputOf(inputs, 0);
      if (!accepts(type)) refuse(name, "the element type is not allowed", inputs, "Use cast() first.");
      return { type, shape };
    },
    emit,
  };
}

const onnx =
  (op: string): Operator<object>["emit"] =>
  (emitter, inputs) =>
    emitter.node(op, inputs);

const castOperator: Operator<{ readonly to: ElementType }> = {
  name: "cast",
  infer: (inputs, { to }) => ({ type: to, shape: inputOf(inputs, 0).shape }),
  emit: (emitter, inputs, _, { to }) => emitter.node("Cast", inputs, { to: BigInt(onnxTypes[to]) }),
};
const onnxTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** Operators of one value, number by number. */
export const unaryOperators = {
  neg: elementwise("neg", onnx("Neg"), (type) => type !== "bool"),
  abs: elementwise("abs", onnx("Abs"), (type) => type !== "bool"),
  sign: elementwise("sign", onnx("Sign"), (type) => type !== "bool"),
  exp: elementwise("exp", onnx("Exp")),
  log: elementwise("log", onnx("Log")),
  sqrt: elementwise("sqrt", onnx("Sqrt")),
  tanh: elementwise("tanh", onnx("Tanh")),
  sigmoid: elementwise("sigmoid", onnx("Sigmoid")),
  relu: elementwise("relu", onnx("Relu")),
  erf: elementwise("erf", (e, [x], { type }) => emitErf(e, x as string, type)),
  normalCdf: elementwise("normalCdf", (e, [x], { type }) => emitNormalCdf(e, x as string, type)),
  gelu: elementwise("gelu", (e, [x], { type }) =>
    type === "float32"
      ? e.node("Gelu", [x as string])
      : e.node("Mul", [x as string, emitNormalCdf(e, x as string, type)]),
  ),
  not: elementwise("not", onnx("Not"), (type) => type === "bool"),
  stopGradient: elementwise(
    "stopGradient",
    (_, [x]) => x as string,
    () => true,
  ),
  cast: castOperator,
} as const;

/** Φ(x) = ½ (1 + erf(x / √2)); HardSigmoid does ½ + ½ e in one pass, its clipping to [0, 1] never acts. */
function emitNormalCdf(e: Emitter, x: string, type: ElementType): string {
  const of = type === "float32" ? Float32Array.of.bind(Float32Array) : Float64Array.of.bind(Float64Array);
  const erf = emitErf(e, e.node("Mul", [x, e.constant(of(Math.SQRT1_2), [])]), type);
  if (type === "float32") return e.node("HardSigmoid", [erf], { alpha: 0.5, beta: 0.5 });
  const half = e.constant(of(0.5), []);
  return e.node("Add", [e.node("Mul", [erf, half]), half]);
}

const unary = (operator: Operator<object>) => (x: Value) => apply(operator, [x], {});

/** −x */
export const neg = unary(unaryOperators.neg);
/** |x|; its derivative at 0 is 0. */
export const abs = unary(unaryOperators.abs);
/** −1, 0 or 1. */
export const sign = unary(unaryOperators.sign);
/** eˣ */
export const exp = unary(unaryOperators.exp);
/** Natural logarithm. */
export const log = unary(unaryOperators.log);
/** √x */
export const sqrt = unary(unaryOperators.sqrt);
/** Hyperbolic tangent. */
export const tanh = unary(unaryOperators.tanh);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary(unaryOperators.sigmoid);
/** max(x, 0); its derivative at 0 is 0. */
export const relu = unary(unaryOperators.relu);
/** Error function. */
export const erf = unary(unaryOperators.erf);
/** Φ(x), the standard normal distribution function. */
export const normalCdf = unary(unaryOperators.normalCdf);
/** x Φ(x), the exact GELU of BERT and ViT. @source Hendrycks and Gimpel 2016. */
export const gelu = unary(unaryOperators.gelu);
/** Logical negation. */
export const not = unary(unaryOperators.not);
/** The value itself, through which no gradient flows. */
export const stopGradient = unary(unaryOperators.stopGradient);

/** The same numbers as another element type; whole numbers are cut towards zero. */
export function cast(x: Value, to: ElementType): Value {
  return x.type === to ? x : apply(castOperator, [x], { to });
}
