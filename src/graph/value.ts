import { EncodingError } from "../core/index.ts";
import type { ElementType } from "./element-type.ts";
import type { Emitter } from "./emitter.ts";
import { formatShape, type Shape } from "./shape.ts";

/** A value of a graph: one operator on other values, with the element type and shape of its result. It is immutable and belongs
 * to no builder: a graph is whatever its outputs reach. Values are made by the functions of `operators/`, never by hand. */
export interface Value {
  readonly operator: Operator;
  readonly inputs: readonly Value[];
  /** What the operator needs to know beside its inputs (axes, sizes, names). */
  readonly attributes: Readonly<object>;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A kind of value: which inputs it takes and how it is written as ONNX. Its derivative stands in `gradients/`.
 * @typeParam A its attributes. */
export interface Operator<A extends object = object> {
  readonly name: string;
  /** Element type and shape of the result.
   * @throws EncodingError "shape" naming the operator and what came. */
  infer(inputs: readonly Value[], attributes: A): Pick<Value, "type" | "shape">;
  /** Write the operator as ONNX nodes.
   * @returns name of the result. */
  emit(emitter: Emitter, inputs: readonly string[], value: Value, attributes: A): string;
}

/** A value, or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number;

/** Make a value; sizes and types are checked here, so that an error points at the line that made it. */
export function apply<A extends object>(
  operator: Operator<A>,
  inputs: readonly Value[],
  attributes: A,
): Value {
  const { type, shape } = operator.infer(inputs, attributes);
  return { operator: operator as Operator, inputs, attributes, type, shape };
}

/** Whether `value` was made by `operator`; then its attributes are known. */
export function madeBy<A extends object>(
  value: Value,
  operator: Operator<A>,
): value is Value & { readonly attributes: A } {
  return value.operator === operator;
}

/** Refuse the inputs of an operator.
 * @throws EncodingError "shape": operator, rule, what came, hint. */
export function refuse(name: string, rule: string, inputs: readonly Value[], hint = ""): never {
  const came = inputs.map(({ type, shape }) => `${type} ${formatShape(shape)}`).join(" and ");
  throw new EncodingError("shape", `${name}: ${rule}; got ${came || "nothing"}.${hint && ` ${hint}`}`, {
    operator: name,
    shapes: inputs.map(({ shape }) => shape),
  });
}

/** Whether gradients can flow through numbers of this type. */
export function isFloat(type: ElementType): boolean {
  return type === "float32" || type === "float64";
}

/** The i-th of an operator's inputs; every operator has checked how many there are. */
export function inputOf(inputs: readonly Value[], i: number): Value {
  return inputs[i] as Value;
}

/** All values that the given ones need, each once, inputs before users. Deep graphs are fine (no recursion). */
export function inOrder(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const state = new Map<Value, "open" | "done">();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const value = stack.at(-1) as Value;
    if (state.get(value) === undefined) {
      state.set(value, "open");
      for (const input of [...value.inputs].reverse()) if (!state.has(input)) stack.push(input);
    } else {
      stack.pop();
      if (state.get(value) === "open") order.push(value);
      state.set(value, "done");
    }
  }
  return order;
}
