import { countOf } from "./shape.ts";
import { inOrder, type Value } from "./value.ts";

/** A tensor of the reference: float64 numbers, row-major; bool as 0 and 1. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Compute a value in plain TypeScript, straight from the definitions and slowly: what ONNX Runtime's answers are held against.
 * @param feeds contents of inputs and states by name. */
export function interpret(value: Value, feeds: Readonly<Record<string, Plain>>): Plain {
  const known = new Map<Value, Plain>();
  for (const one of inOrder([value])) {
    const inputs = one.inputs.map((input) => known.get(input) as Plain);
    const { name } = one.attributes as { name: string };
    const result =
      one.operator.name === "outer" ? feeds[name] : definitions[one.operator.name]?.(inputs, one);
    if (result === undefined) throw new Error(`no definition of ${one.operator.name} (${name})`);
    known.set(one, result);
  }
  return known.get(value) as Plain;
}

type Definition = (inputs: readonly Plain[], value: Value) => Plain;
// biome-ignore lint/suspicious/noExplicitAny: attributes of any operator
type Loose = Record<string, any>;

/** Row-major coordinates of the k-th number. */
function coordinates(k: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  for (let i = shape.length - 1, rest = k; i >= 0; i--) {
    at[i] = rest % (shape[i] as number);
    rest = Math.floor(rest / (shape[i] as number));
  }
  return at;
}

/** The number at coordinates, which broadcast: axes in front are dropped, axes of size 1 stay at 0. */
function at(x: Plain, where: readonly number[]): number {
  const skip = where.length - x.shape.length;
  return x.data[
    x.shape.reduce((k, size, i) => k * size + (size === 1 ? 0 : (where[i + skip] as number)), 0)
  ] as number;
}

function fill(value: Value, number: (where: number[]) => number): Plain {
  const shape = value.shape as readonly number[];
  return { shape, data: Array.from({ length: countOf(shape) }, (_, k) => number(coordinates(k, shape))) };
}

const each =
  (f: (...x: number[]) => number): Definition =>
  (inputs, value) =>
    fill(value, (where) => f(...inputs.map((x) => at(x, where))));

/** Numbers of the input that go into one number of a reduced result. */
function group(x: Plain, axes: readonly number[], where: readonly number[]): number[] {
  return x.data.filter((_, k) => coordinates(k, x.shape).every((c, i) => axes.includes(i) || c === where[i]));
}

const reduce =
  (f: (numbers: number[]) => number): Definition =>
  ([x], value) =>
    fill(value, (where) => f(group(x as Plain, (value.attributes as Loose).axes, where)));

const along =
  (f: (row: number[], own: number) => number): Definition =>
  ([x], value) =>
    fill(value, (where) =>
      f(group(x as Plain, [(value.attributes as Loose).axis], where), at(x as Plain, where)),
    );

const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const average = (numbers: readonly number[]) => total(numbers) / numbers.length;
const replaced = (where: readonly number[], axis: number, c: number) =>
  where.map((old, i) => (i === axis ? c : old));

const sizeAt = (x: Plain | undefined, axis: number) => x?.shape[axis] ?? 0;

function statistics(x: Plain, where: readonly number[], epsilon: number) {
  const row = group(x, [x.shape.length - 1], where);
  const mean = average(row);
  return { mean, inverse: 1 / Math.sqrt(average(row.map((v) => (v - mean) ** 2)) + epsilon) };
}

/** erf by its Taylor series, which converges everywhere. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-20; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
const phi = (x: number) => 0.5 * (1 + erf(x * Math.SQRT1_2));
const same: Definition = ([x], { shape }) => ({ shape: shape as number[], data: (x as Plain).data });

const definitions: Readonly<Record<string, Definition>> = {
  constant: (_, { attributes, shape }) => ({
    shape: shape as number[],
    data: Array.from((attributes as Loose).data as ArrayLike<number>, Number),
  }),
  neg: each((x) => -x),
  abs: each(Math.abs),
  sign: each(Math.sign),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  tanh: each(Math.tanh),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  relu: each((x) => Math.max(x, 0)),
  erf: each(erf),
  normalCdf: each(phi),
  gelu: each((x) => x * phi(x)),
  not: each((x) => 1 - x),
  stopGradient: same,
  cast: each((x) => x),
  add: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  pow: each((a, b) => a ** b),
  minimum: each(Math.min),
  maximum: each(Math.max),
  equal: each((a, b) => Number(a === b)),
  less: each((a, b) => Number(a < b)),
  greater: each((a, b) => Number(a > b)),
  and: each((a, b) => a * b),
  or: each((a, b) => Math.max(a, b)),
  addAll: each((...all) => total(all)),
  where: each((condition, a, b) => (condition ? a : b)),
  expand: each((x) => x),
  reshape: same,
  transpose: ([x], value) =>
    fill(value, (where) => {
      const source: number[] = [];
      (value.attributes as Loose).axes.forEach((axis: number, i: number) => {
        source[axis] = where[i] as number;
      });
      return at(x as Plain, source);
    }),
  concat: (inputs, value) =>
    fill(value, (where) => {
      const { axis } = value.attributes as Loose;
      let [c, i] = [where[axis] as number, 0];
      for (let size = sizeAt(inputs[0], axis); c >= size; size = sizeAt(inputs[++i], axis)) c -= size;
      return at(inputs[i] as Plain, replaced(where, axis, c));
    }),
  slice: ([x], value) =>
    fill(value, (where) => {
      const { axis, start } = value.attributes as Loose;
      return at(x as Plain, replaced(where, axis, (where[axis] as number) + start));
    }),
  pad: ([x], value) =>
    fill(value, (where) => {
      const { axis, before } = value.attributes as Loose;
      const c = (where[axis] as number) - before;
      return c < 0 || c >= ((x as Plain).shape[axis] as number)
        ? 0
        : at(x as Plain, replaced(where, axis, c));
    }),
  gather: ([table, indices], value) =>
    fill(value, (where) => {
      const rank = (indices as Plain).shape.length;
      return at(table as Plain, [at(indices as Plain, where.slice(0, rank)), ...where.slice(rank)]);
    }),
  scatterAdd: ([values, indices], value) =>
    fill(value, ([row, ...rest]) => {
      const { shape, data } = indices as Plain;
      return total(
        data.map((r, k) => (r === row ? at(values as Plain, [...coordinates(k, shape), ...rest]) : 0)),
      );
    }),
  pick: ([x, indices], value) =>
    fill(value, (where) => at(x as Plain, [...where, at(indices as Plain, where)])),
  argMax: ([x], value) =>
    fill(value, (where) => {
      const row = Array.from({ length: (x as Plain).shape.at(-1) as number }, (_, c) =>
        at(x as Plain, [...where, c]),
      );
      return row.indexOf(Math.max(...row));
    }),
  matmul: ([a, b], value) =>
    fill(value, (where) => {
      const { transposeA, transposeB } = value.attributes as Loose;
      const [i, j] = where.slice(-2) as [number, number];
      const batch = where.slice(0, -2);
      const inner = (a as Plain).shape.at(transposeA ? -2 : -1) as number;
      return total(
        Array.from(
          { length: inner },
          (_, k) =>
            at(a as Plain, [...batch, ...(transposeA ? [k, i] : [i, k])]) *
            at(b as Plain, [...batch, ...(transposeB ? [j, k] : [k, j])]),
        ),
      );
    }),
  linear: ([x, weight, bias], value) =>
    fill(value, ([row, out]) => {
      const products = Array.from(
        { length: (x as Plain).shape[1] as number },
        (_, k) => at(x as Plain, [row as number, k]) * at(weight as Plain, [out as number, k]),
      );
      return total(products) + (bias ? at(bias, [out as number]) : 0);
    }),
  sum: reduce(total),
  mean: reduce(average),
  max: reduce((numbers) => Math.max(...numbers)),
  sumOfSquares: reduce((numbers) => total(numbers.map((x) => x * x))),
  logSumExp: reduce((numbers) => Math.log(total(numbers.map(Math.exp)))),
  softmax: along((row, own) => Math.exp(own) / total(row.map(Math.exp))),
  logSoftmax: along((row, own) => own - Math.log(total(row.map(Math.exp)))),
  layerNorm: ([x, scale, bias], value) =>
    fill(value, (where) => {
      const { mean, inverse } = statistics(x as Plain, where, (value.attributes as Loose).epsilon);
      const last = where.slice(-1);
      return (at(x as Plain, where) - mean) * inverse * at(scale as Plain, last) + at(bias as Plain, last);
    }),
  layerNormMean: ([x], value) => fill(value, (where) => statistics(x as Plain, where, 0).mean),
  layerNormInverse: ([x], value) =>
    fill(value, (where) => statistics(x as Plain, where, (value.attributes as Loose).epsilon).inverse),
};
