import { EncodingError } from "../core/index.ts";
import { binaryRules, unaryRules } from "./gradients/elementwise.ts";
import { normaliseRules, productRules } from "./gradients/product.ts";
import type { Rule } from "./gradients/rule.ts";
import { chooseRules, joinGradients, layoutRules, reduceRules } from "./gradients/structure.ts";
import { expand } from "./operators/expand.ts";
import { scalar } from "./operators/leaf.ts";
import type { OperatorName } from "./operators.ts";
import { fixedSizes, formatShape } from "./shape.ts";
import { inOrder, isFloat, type Value } from "./value.ts";

/** The derivative of every operator; the type makes sure that none is missing. */
export const rules: Readonly<Record<OperatorName, Rule>> = {
  outer: "none",
  constant: "none",
  ...unaryRules,
  ...binaryRules,
  ...chooseRules,
  ...productRules,
  ...layoutRules,
  ...reduceRules,
  ...normaliseRules,
};

/** Gradients of a loss towards values that it was computed from, as values of the same graph (reverse mode: one pass from the loss
 * back, whatever the number of values). They can be differentiated again.
 * @param loss one number, float32 or float64.
 * @param towards any values: weights, pictures, inner activations. One that the loss does not depend on has gradient zero.
 * @returns one gradient for each of `towards`, in its shape.
 * @throws EncodingError "shape" if the loss is not one number or a value has no real numbers. */
export function gradients(loss: Value, towards: readonly Value[]): Value[] {
  if (loss.shape.length !== 0 || !isFloat(loss.type))
    throw new EncodingError(
      "shape",
      `gradients: the loss must be one float32 or float64 number; got ${loss.type} ${formatShape(loss.shape)} from ${loss.operator.name}. Take its sum() or mean().`,
    );
  const order = inOrder([loss]);
  const moving = dependents(order, towards);
  const arrived = new Map<Value, Value[]>([[loss, [scalar(1, loss.type)]]]);
  const total = new Map<Value, Value>();
  for (const value of order.reverse()) {
    const parts = arrived.get(value);
    if (parts === undefined || !moving.has(value)) continue;
    const g = joinGradients(parts);
    total.set(value, g);
    const rule = rules[value.operator.name as OperatorName];
    if (rule === "none" || !value.inputs.some((input) => moving.has(input))) continue;
    rule(g, value, ...value.inputs).forEach((part, i) => {
      const input = value.inputs[i] as Value;
      if (part !== undefined && moving.has(input)) arrived.set(input, [...(arrived.get(input) ?? []), part]);
    });
  }
  return towards.map((value) => total.get(value) ?? zeroLike(value));
}

/** The values that change when one of `sources` does, and through which a gradient can flow. */
function dependents(order: readonly Value[], sources: readonly Value[]): Set<Value> {
  const found = new Set(sources);
  for (const value of order)
    if (isFloat(value.type) && value.inputs.some((input) => found.has(input))) found.add(value);
  return found;
}

function zeroLike(value: Value): Value {
  if (!isFloat(value.type))
    throw new EncodingError(
      "shape",
      `gradients: only float32 and float64 values have gradients; got ${value.type} ${formatShape(value.shape)} from ${value.operator.name}.`,
    );
  return expand(scalar(0, value.type), fixedSizes("gradients", value.shape));
}
