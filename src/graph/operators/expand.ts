import { broadcastShapes, countOf, fixedSizes, type Shape, sameShape } from "../shape.ts";
import { apply, inputOf, type Operator, refuse, type Value } from "../value.ts";

/** Repeats axes of size 1 and adds axes in front. */
export const expandOperator: Operator<{ readonly shape: Shape }> = {
  name: "expand",
  infer(inputs, { shape }) {
    const x = inputOf(inputs, 0);
    if (!sameShape(broadcastShapes(x.shape, shape) ?? [], shape) || countOf(fixedSizes("expand", shape)) < 0)
      refuse("expand", `only axes of size 1 can be repeated, to reach [${shape.join(", ")}]`, inputs);
    return { type: x.type, shape };
  },
  emit: (emitter, inputs, _, { shape }) =>
    emitter.node("Expand", [...inputs, emitter.ints(fixedSizes("expand", shape))]),
};

/** Repeat axes of size 1, and add axes in front, up to a shape. Operators that broadcast never see the copy. */
export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : apply(expandOperator, [x], { shape });
}
