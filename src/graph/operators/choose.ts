import { zerosOf } from "../element-type.ts";
import { broadcastShapes, countOf, fixedSizes, type Size, sameShape } from "../shape.ts";
import { apply, inputOf, type Operand, type Operator, refuse, type Value } from "../value.ts";
import { equal } from "./binary.ts";
import { reshape } from "./layout.ts";
import { asValue, range } from "./leaf.ts";
import { cast } from "./unary.ts";

const whereOperator: Operator = {
  name: "where",
  infer(inputs) {
    const [condition, a, b] = inputs as [Value, Value, Value];
    if (condition.type !== "bool" || a.type !== b.type)
      refuse("where", "the condition must be bool and both sides of one type", inputs);
    const sides = broadcastShapes(a.shape, b.shape);
    const shape = sides && broadcastShapes(condition.shape, sides);
    if (shape === undefined) return refuse("where", "shapes must match from the end, or be 1", inputs);
    return { type: a.type, shape };
  },
  emit: (emitter, inputs) => emitter.node("Where", inputs),
};

const gatherOperator: Operator = {
  name: "gather",
  infer(inputs) {
    const [table, indices] = inputs as [Value, Value];
    if (indices.type !== "int64" || table.shape.length === 0)
      refuse("gather", "a table (rows, …) and int64 row numbers are needed", inputs, "Use cast() first.");
    return { type: table.type, shape: [...indices.shape, ...table.shape.slice(1)] };
  },
  emit: (emitter, inputs) => emitter.node("Gather", inputs, { axis: 0n }),
};

const scatterOperator: Operator<{ readonly rows: number }> = {
  name: "scatterAdd",
  infer(inputs, { rows }) {
    const [values, indices] = inputs as [Value, Value];
    const rank = indices.shape.length;
    if (indices.type !== "int64" || !sameShape(values.shape.slice(0, rank), indices.shape))
      refuse("scatterAdd", "the values (indices, …) need one int64 row number each", inputs);
    return { type: values.type, shape: [rows, ...values.shape.slice(rank)] };
  },
  // ScatterElements and not ScatterND: with several threads the latter loses sums when a row comes twice (ONNX Runtime 1.30)
  emit(emitter, [values, indices], { inputs, type, shape }) {
    const sizes = fixedSizes("scatterAdd", shape);
    const row = sizes.slice(1);
    const count = countOf(fixedSizes("scatterAdd", inputOf(inputs, 1).shape));
    const zeros = emitter.node("Expand", [emitter.constant(zerosOf(type, 1), []), emitter.ints(sizes)]);
    const list = emitter.node("Reshape", [values as string, emitter.ints([count, ...row])], allowZero);
    const column = emitter.node(
      "Reshape",
      [indices as string, emitter.ints([count, ...row.map(() => 1)])],
      allowZero,
    );
    const spread = emitter.node("Expand", [column, emitter.ints([count, ...row])]);
    return emitter.node("ScatterElements", [zeros, spread, list], { axis: 0n, reduction: "add" });
  },
};

/** A size of 0 in a Reshape means 0. */
const allowZero = { allowzero: 1n } as const;

const pickOperator: Operator = {
  name: "pick",
  infer(inputs) {
    const [x, indices] = inputs as [Value, Value];
    if (indices.type !== "int64" || !sameShape(indices.shape, x.shape.slice(0, -1)))
      refuse("pick", "x (…, n) needs int64 numbers (…), one for each row", inputs);
    return { type: x.type, shape: indices.shape };
  },
  emit(emitter, [x, indices]) {
    const last = emitter.ints([-1]);
    const column = emitter.node("Unsqueeze", [indices as string, last]);
    return emitter.node("Squeeze", [
      emitter.node("GatherElements", [x as string, column], { axis: -1n }),
      last,
    ]);
  },
};

const argMaxOperator: Operator = {
  name: "argMax",
  infer(inputs) {
    const { shape } = inputOf(inputs, 0);
    if (shape.length === 0 || shape.at(-1) === 0)
      refuse("argMax", "a last axis that is not empty is needed", inputs);
    return { type: "int64", shape: shape.slice(0, -1) };
  },
  emit: (emitter, inputs) => emitter.node("ArgMax", inputs, { axis: -1n, keepdims: 0n }),
};

/** Operators that choose numbers by conditions and indices. */
export const chooseOperators = {
  where: whereOperator,
  gather: gatherOperator,
  scatterAdd: scatterOperator,
  pick: pickOperator,
  argMax: argMaxOperator,
} as const;

/** `a` where the condition holds, else `b`. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return apply(whereOperator, [condition, asValue(a, b), asValue(b, a)], {});
}

/** Rows of a table: an embedding lookup. @param table (rows, …). @param indices int64, of any shape.
 * @returns (…indices, …row). A row number outside the table makes the run fail. */
export function gather(table: Value, indices: Value): Value {
  return apply(gatherOperator, [table, indices], {});
}

/** Sum values into the rows of a table of zeros: the reverse of {@link gather}. @returns (rows, …). */
export function scatterAdd(values: Value, indices: Value, rows: number): Value {
  return apply(scatterOperator, [values, indices], { rows });
}

/** One number of each row: x (…, n), indices (…) → (…). */
export function pick(x: Value, indices: Value): Value {
  return apply(pickOperator, [x, indices], {});
}

/** Where the largest number of the last axis stands, the first of equal ones; int64. */
export function argMax(x: Value): Value {
  return apply(argMaxOperator, [x], {});
}

/** 1 at the index, 0 elsewhere. @param indices int64 (…). @returns (…, depth). */
export function oneHot(indices: Value, depth: number, type: "float32" | "float64" = "float32"): Value {
  const column = reshape(indices, [...indices.shape, 1] as Size[]);
  return cast(equal(column, range(depth)), type);
}

/** How many rows a table of fixed size has. */
export function rowsOf(table: Value): number {
  return countOf(fixedSizes("gather", table.shape.slice(0, 1)));
}
