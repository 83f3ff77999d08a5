import { EncodingError } from "../../core/index.ts";
import { arrayOf, type ElementType, type TensorData, typeOfData } from "../element-type.ts";
import { countOf, formatShape, type Shape } from "../shape.ts";
import { apply, type Operand, type Operator, type Value } from "../value.ts";

/** What an outer value needs: a name and what it holds. */
export interface Leaf {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** "input": given at each run. "state": kept from run to run. "zeros": kept, and zero at the start. */
  readonly kind: "input" | "state" | "zeros";
}

/** Content of a constant. */
export interface Constant {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

const outer: Operator<Leaf> = {
  name: "outer",
  infer: (_, { type, shape }) => ({ type, shape }),
  emit: (_emitter, _inputs, _value, { name }) => name,
};

const fixed: Operator<Constant> = {
  name: "constant",
  infer: (_, { data, shape }) => ({ type: typeOfData(data), shape }),
  emit: (emitter, _inputs, _value, { data, shape }) => emitter.constant(data, shape),
};

/** Values that need no other. */
export const leafOperators = { outer, constant: fixed } as const;

/** A tensor that is given at each run: images, tokens, the learning rate. */
export function input(name: string, type: ElementType, shape: Shape): Value {
  return apply(outer, [], { name, type, shape, kind: "input" });
}

/** A tensor that is kept from run to run: a weight, a moment, a queue.
 * @param start "given": its first content is given when training opens; "zeros": it starts at zero. */
export function state(
  name: string,
  type: ElementType,
  shape: readonly number[],
  start: "given" | "zeros" = "given",
): Value {
  return apply(outer, [], { name, type, shape, kind: start === "zeros" ? "zeros" : "state" });
}

/** A constant tensor.
 * @throws EncodingError "shape" if the data do not fill the shape. */
export function constant(data: TensorData, shape: readonly number[] = [data.length]): Value {
  if (countOf(shape) !== data.length)
    throw new EncodingError("shape", `constant: ${data.length} numbers do not fill ${formatShape(shape)}.`);
  return apply(fixed, [], { data, shape });
}

/** A number as a constant. */
export function scalar(x: number, type: ElementType): Value {
  return constant(arrayOf(type, [x]), []);
}

/** The whole numbers 0 … n−1 as int64. */
export function range(n: number): Value {
  return constant(BigInt64Array.from({ length: n }, (_, i) => BigInt(i)));
}

/** Numbers become constants of the type of `beside`. */
export function asValue(operand: Operand, beside: Operand): Value {
  if (typeof operand !== "number") return operand;
  return scalar(operand, typeof beside === "number" ? "float32" : beside.type);
}

/** The number that a constant holds everywhere, if it is one number. */
export function constantNumber(value: Value): number | undefined {
  if (value.operator !== (fixed as Operator)) return undefined;
  const { data } = value.attributes as Constant;
  return data.length === 1 ? Number(data[0]) : undefined;
}
