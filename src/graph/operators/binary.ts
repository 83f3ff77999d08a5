import type { ElementType } from "../element-type.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import { apply, inputOf, madeBy, type Operand, type Operator, refuse, type Value } from "../value.ts";
import { expandOperator } from "./expand.ts";
import { asValue, constantNumber } from "./leaf.ts";

/** An operator on pairs of numbers; the shapes broadcast. */
function pairwise(
  name: string,
  op: string,
  accepts: (type: ElementType) => boolean = (type) => type !== "bool",
  result?: "bool",
): Operator<object> {
  return {
    name,
    infer(inputs) {
      const [a, b] = [inputOf(inputs, 0), inputOf(inputs, 1)];
      if (a.type !== b.type || !accepts(a.type))
        refuse(name, "both sides must have the same, allowed element type", inputs, "Use cast() first.");
      const shape =
        broadcastShapes(a.shape, b.shape) ??
        refuse(name, "shapes must match from the end, or be 1", inputs, "Is an axis missing?");
      return { type: result ?? a.type, shape };
    },
    emit: (emitter, inputs) => emitter.node(op, inputs),
  };
}

const sumOfAll: Operator = {
  name: "addAll",
  infer(inputs) {
    const first = inputOf(inputs, 0);
    if (inputs.some(({ type, shape }) => type !== first.type || !sameShape(shape, first.shape)))
      refuse("addAll", "all must have the same type and shape", inputs);
    return first;
  },
  emit: (emitter, inputs) => emitter.node("Sum", inputs),
};

const isBool = (type: ElementType) => type === "bool";

/** Operators of two values, number by number. */
export const binaryOperators = {
  add: pairwise("add", "Add"),
  sub: pairwise("sub", "Sub"),
  mul: pairwise("mul", "Mul"),
  div: pairwise("div", "Div"),
  pow: pairwise("pow", "Pow"),
  minimum: pairwise("minimum", "Min"),
  maximum: pairwise("maximum", "Max"),
  equal: pairwise("equal", "Equal", () => true, "bool"),
  less: pairwise("less", "Less", undefined, "bool"),
  greater: pairwise("greater", "Greater", undefined, "bool"),
  and: pairwise("and", "And", isBool),
  or: pairwise("or", "Or", isBool),
  addAll: sumOfAll,
} as const;

/** Apply an operator; an operand that was only expanded goes in unexpanded where the result keeps its shape. */
const binary =
  (operator: Operator<object>) =>
  (left: Operand, right: Operand): Value => {
    let [a, b] = [asValue(left, right), asValue(right, left)];
    const { shape } = operator.infer([a, b], {});
    const fits = (x: Value, y: Value) => sameShape(broadcastShapes(x.shape, y.shape) ?? [], shape);
    if (madeBy(a, expandOperator) && fits(inputOf(a.inputs, 0), b)) a = inputOf(a.inputs, 0);
    if (madeBy(b, expandOperator) && fits(a, inputOf(b.inputs, 0))) b = inputOf(b.inputs, 0);
    return apply(operator, [a, b], {});
  };

const product = binary(binaryOperators.mul);
const quotient = binary(binaryOperators.div);

/** a + b */
export const add = binary(binaryOperators.add);
/** a − b */
export const sub = binary(binaryOperators.sub);
/** a^b; the derivative towards b needs a > 0. */
export const pow = binary(binaryOperators.pow);
/** The smaller of each pair; where both are equal the gradient goes to the first. */
export const minimum = binary(binaryOperators.minimum);
/** The larger of each pair; where both are equal the gradient goes to the first. */
export const maximum = binary(binaryOperators.maximum);
/** a = b, as bool. */
export const equal = binary(binaryOperators.equal);
/** a < b, as bool. */
export const less = binary(binaryOperators.less);
/** a > b, as bool. */
export const greater = binary(binaryOperators.greater);
/** Both, of bool. */
export const and = binary(binaryOperators.and);
/** Either, of bool. */
export const or = binary(binaryOperators.or);

/** a · b, number by number. */
export function mul(a: Operand, b: Operand): Value {
  if (typeof a !== "number" && isOne(b)) return a;
  if (typeof b !== "number" && isOne(a)) return b;
  return product(a, b);
}

/** a / b, number by number. */
export function div(a: Operand, b: Operand): Value {
  return typeof a !== "number" && isOne(b) ? a : quotient(a, b);
}

/** Numbers kept within [low, high]; on the border the gradient passes. */
export function clip(x: Value, low: number, high: number): Value {
  return minimum(maximum(x, low), high);
}

/** The sum of values of one shape. */
export function addAll(values: readonly Value[]): Value {
  if (values.length === 1) return inputOf(values, 0);
  if (values.length === 2) return add(inputOf(values, 0), inputOf(values, 1));
  return apply(sumOfAll, values, {});
}

/** Whether a factor changes neither numbers nor shape. */
function isOne(x: Operand): boolean {
  return x === 1 || (typeof x !== "number" && x.shape.length === 0 && constantNumber(x) === 1);
}
