import { div, equal, mul, sub } from "../operators/binary.ts";
import { gather, rowsOf, scatterAdd, where } from "../operators/choose.ts";
import { expand } from "../operators/expand.ts";
import {
  concat,
  type Padding,
  pad,
  padOperator,
  reshape,
  type Stretch,
  slice,
  transpose,
} from "../operators/layout.ts";
import { range } from "../operators/leaf.ts";
import { type Axes, reducedCount, sum, sumTo } from "../operators/reduce.ts";
import { cast, exp } from "../operators/unary.ts";
import { inputOf, madeBy, type Value } from "../value.ts";
import { accumulate } from "./elementwise.ts";
import { attributesOf, type Rule } from "./rule.ts";

/** Rules of the operators that move numbers. */
export const layoutRules = {
  reshape: (g, _, x) => [reshape(g, shapeOf(x))],
  transpose(g, y) {
    const { axes } = attributesOf<{ axes: readonly number[] }>(y);
    return [
      transpose(
        g,
        axes.map((_, i) => axes.indexOf(i)),
      ),
    ];
  },
  concat(g, y, ...inputs) {
    const { axis } = attributesOf<{ axis: number }>(y);
    let start = 0;
    return inputs.map(({ shape }) => {
      const size = Number(shape[axis]);
      start += size;
      return slice(g, axis, start - size, start);
    });
  },
  slice(g, y, x) {
    const { axis, start, end } = attributesOf<Stretch>(y);
    return [pad(g, axis, start, Number(shapeOf(x)[axis]) - end)];
  },
  pad(g, y, x) {
    const { axis, before } = attributesOf<Padding>(y);
    return [slice(g, axis, before, before + Number(shapeOf(x)[axis]))];
  },
  expand: (g, _, x) => [sumTo(g, shapeOf(x))],
} satisfies Record<string, Rule>;

/** Rules of the operators that choose by conditions and indices. */
export const chooseRules = {
  where: (g, _, condition, a, b) => [
    undefined,
    sumTo(where(condition as Value, g, 0), shapeOf(a)),
    sumTo(where(condition as Value, 0, g), shapeOf(b)),
  ],
  gather: (g, _, table, indices) => [scatterAdd(g, indices as Value, rowsOf(table as Value))],
  scatterAdd: (g, _, _values, indices) => [gather(g, indices as Value)],
  pick(g, _, x, indices) {
    const column = (v: Value) => reshape(v, [...v.shape, 1]);
    return [where(equal(column(indices as Value), range(Number(shapeOf(x).at(-1)))), column(g), 0)];
  },
  argMax: "none",
} satisfies Record<string, Rule>;

/** Rules of the operators that make one number of many; `g` keeps reduced axes as size 1. */
export const reduceRules = {
  sum: (g, _, x) => [expand(g, shapeOf(x))],
  mean(g, y, x) {
    const count = reducedCount("mean", shapeOf(x), attributesOf<Axes>(y).axes);
    return [expand(mul(g, 1 / count), shapeOf(x))];
  },
  max(g, y, x) {
    const largest = cast(equal(x as Value, y), y.type);
    return [mul(largest, div(g, sum(largest, attributesOf<Axes>(y).axes, { keep: true })))];
  },
  sumOfSquares: (g, _, x) => [mul(x as Value, mul(g, 2))],
  logSumExp: (g, y, x) => [mul(exp(sub(x as Value, y)), g)],
} satisfies Record<string, Rule>;

/** Sum the gradients that reach one value; those that fill neighbouring stretches with zeros around (the gradients of the parts of a
 * split) are joined instead. */
export function joinGradients(parts: readonly Value[]): Value {
  const pads = parts.filter((part) => madeBy(part, padOperator));
  const axis = pads[0]?.attributes.axis ?? 0;
  const sorted = [...pads].sort((a, b) => a.attributes.before - b.attributes.before);
  const joins =
    pads.length > 1 &&
    pads.length === parts.length &&
    pads.every(({ attributes }) => attributes.axis === axis) &&
    sorted.every((part, i) => part.attributes.before === endOf(sorted[i - 1], axis)) &&
    sorted.at(-1)?.attributes.after === 0;
  return joins
    ? concat(
        sorted.map(({ inputs }) => inputOf(inputs, 0)),
        axis,
      )
    : accumulate(parts);
}

/** Where a padded stretch ends. */
function endOf(part: (Value & { attributes: Padding }) | undefined, axis: number): number {
  return part === undefined ? 0 : part.attributes.before + Number(inputOf(part.inputs, 0).shape[axis]);
}

function shapeOf(x: Value | undefined) {
  return (x as Value).shape;
}
