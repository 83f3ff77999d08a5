import * as g from "./index.ts";
import { constant, state } from "./operators/leaf.ts";
import { layerNormStatistics } from "./operators/normalise.ts";
import type { OperatorName } from "./operators.ts";
import type { Value } from "./value.ts";

/** What random numbers an input holds: normal · within [.5, 2] · whole numbers below n · 0 or 1. */
export type Draw = "real" | "positive" | "bool" | number;

/** One use of an operator: inputs and what is built of them. */
export interface Case {
  readonly operator: OperatorName;
  readonly inputs: readonly (readonly [shape: readonly number[], draw: Draw])[];
  build(x: readonly Value[], type: "float32" | "float64"): Value;
}

/** Shapes for operators on each number: ordinary, size 1, a single number, empty. */
const shapes = ["2 3", "1", "", "0 3", "2 1 3"];
/** Pairs that broadcast: same, missing axis, size 1 on either and on both sides, single number, empty. */
const pairs = [
  ["2 3", "2 3"],
  ["2 3", "3"],
  ["1 3", "2 1"],
  ["", "2 2"],
  ["2 1 3", "4 1"],
  ["0 3", "1 3"],
  ["1", ""],
] as const;

/** `"2 3; 4 positive; 5 <3"`: sizes of each input and what it holds, normal numbers by default. */
function parseInputs(text: string): Case["inputs"] {
  return text.split(";").map((part) => {
    const words = part.split(" ").filter((word) => word !== "");
    const kind = words.find((word) => !/^\d+$/.test(word)) ?? "real";
    const draw = kind.startsWith("<") ? Number(kind.slice(1)) : (kind as Draw);
    return [words.filter((word) => word !== kind).map(Number), draw];
  });
}
const many = (operator: OperatorName, inputs: string, build: (...x: Value[]) => Value): Case => ({
  operator,
  inputs: parseInputs(inputs),
  build: (x) => build(...x),
});
const one = (operator: OperatorName, f: (x: Value) => Value, draw = ""): Case[] =>
  shapes.map((shape) => many(operator, `${shape} ${draw}`, f));
const two = (operator: OperatorName, f: (a: Value, b: Value) => Value, draw = ""): Case[] =>
  pairs.map(([a, b]) => many(operator, `${a} ${draw}; ${b} ${draw}`, f));
const reduced = (operator: OperatorName, f: typeof g.sum, empty: boolean): Case[] => [
  many(operator, "2 3", (x) => f(x)),
  many(operator, "2 3 2", (x) => f(x, [-2])),
  many(operator, "2 3 2", (x) => f(x, [0, 2], { keep: true })),
  many(operator, "1 4", (x) => f(x, [0])),
  many(operator, "", (x) => f(x)),
  ...(empty ? [many(operator, "0 3", (x) => f(x, [0]))] : []),
];

/** Uses of every operator. */
export const cases: readonly Case[] = [
  many("outer", "2", (x) => x),
  {
    operator: "constant",
    inputs: [],
    build: (_, type) =>
      type === "float32" ? constant(Float32Array.of(1.5, -2)) : constant(Float64Array.of(1.5, -2)),
  },
  ...one("neg", g.neg),
  ...one("abs", g.abs),
  ...one("sign", g.sign),
  ...one("exp", g.exp),
  ...one("log", g.log, "positive"),
  ...one("sqrt", g.sqrt, "positive"),
  ...one("tanh", g.tanh),
  ...one("sigmoid", g.sigmoid),
  ...one("relu", g.relu),
  ...one("erf", g.erf),
  ...one("normalCdf", g.normalCdf),
  ...one("gelu", g.gelu),
  ...one("stopGradient", g.stopGradient),
  many("not", "3 bool", (x) => g.cast(g.not(x), "float32")),
  many("cast", "2 2", (x) => g.cast(x, "float64")),
  many("cast", "2 2 <9", (x) => g.cast(x, "float64")),
  ...two("add", g.add),
  ...two("sub", g.sub),
  ...two("mul", g.mul),
  ...two("div", g.div, "positive"),
  ...two("pow", g.pow, "positive"),
  ...two("minimum", g.minimum),
  ...two("maximum", g.maximum),
  ...two("equal", (a, b) => g.cast(g.equal(a, b), "float64"), "<2"),
  ...two("less", (a, b) => g.cast(g.less(a, b), "float64")),
  ...two("greater", (a, b) => g.cast(g.greater(a, b), "float64")),
  ...two("and", (a, b) => g.cast(g.and(a, b), "float64"), "bool"),
  ...two("or", (a, b) => g.cast(g.or(a, b), "float64"), "bool"),
  many("addAll", "2 2; 2 2; 2 2", (...x) => g.addAll([...x, x[0] as Value])),
  ...pairs.map(([a, b]) => many("where", `${a} bool; ${b}; ${a}`, g.where)),
  many("gather", "4 3; 2 3 <4", g.gather),
  many("gather", "4; 5 <4", g.gather),
  many("gather", "4 2; <4", g.gather),
  many("gather", "4 2; 0 <4", g.gather),
  many("scatterAdd", "5 2; 5 <3", (v, i) => g.scatterAdd(v, i, 3)),
  many("scatterAdd", "2 4 2; 2 4 <2", (v, i) => g.scatterAdd(v, i, 4)),
  many("scatterAdd", "0 2; 0 <3", (v, i) => g.scatterAdd(v, i, 3)),
  many("pick", "3 4; 3 <4", g.pick),
  many("pick", "2 1 3; 2 1 <3", g.pick),
  many("argMax", "3 4", (x) => g.cast(g.argMax(x), "float64")),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => {
      const [a, b] = [transposeA ? "3 2" : "2 3", transposeB ? "4 3" : "3 4"];
      const product = (x: Value, y: Value) => g.matmul(x, y, { transposeA, transposeB });
      const batches = [`${a}; ${b}`, `2 ${a}; 2 ${b}`, `2 1 ${a}; 3 ${b}`, `2 ${a}; ${b}`, `${a}; 2 ${b}`];
      return batches.map((inputs) => many("matmul", inputs, product));
    }),
  ),
  many("matmul", "1 3; 3 1", (a, b) => g.matmul(a, b)),
  many("linear", "4 3; 2 3; 2", g.linear),
  many("linear", "2 2 3; 1 3", (x, w) => g.linear(x, w)),
  many("linear", "3; 2 3; 2", g.linear),
  many("reshape", "2 3", (x) => g.reshape(x, [3, 1, 2])),
  many("reshape", "0 3", (x) => g.reshape(x, [3, 0])),
  many("reshape", "1", (x) => g.reshape(x, [])),
  many("transpose", "2 3 1", (x) => g.transpose(x, [2, 0, 1])),
  many("transpose", "2 2 6 4", (x) => g.patchify(x, 2)),
  many("concat", "2 3; 2 1; 2 0", (...x) => g.concat(x, -1)),
  many("concat", "2 3", (x) => g.concat([x, x], 0)),
  many("slice", "3 4", (x) => g.slice(x, 1, 1, 3)),
  many("slice", "3 4", (x) => g.slice(x, 0, 2, 2)),
  many("slice", "2 5", (x) =>
    g.mul(...(g.split(x, 1, [2, 1, 2]).filter((_, i) => i !== 1) as [Value, Value])),
  ),
  many("slice", "2 6", (x) => g.addAll(g.split(x, -1, [2, 2, 2]).map((part, i) => g.mul(part, i + 1)))),
  many("pad", "2 3", (x) => g.pad(x, -1, 1, 2)),
  many("pad", "0 3", (x) => g.pad(x, 0, 2, 0)),
  many("expand", "2 1", (x) => g.expand(x, [3, 2, 2])),
  many("expand", "", (x) => g.mul(g.expand(x, [2, 3]), x)),
  ...reduced("sum", g.sum, true),
  ...reduced("mean", g.mean, false),
  ...reduced("max", g.max, false),
  ...reduced("sumOfSquares", g.sumOfSquares, true),
  ...reduced("logSumExp", g.logSumExp, false),
  many("max", "2 3 <2", (x) => g.cast(x, "float64")),
  ...["2 3", "2 1", "1 4 2"].flatMap((shape) => [
    many("softmax", shape, (x) => g.softmax(x)),
    many("softmax", shape, (x) => g.softmax(x, 0)),
    many("logSoftmax", shape, (x) => g.logSoftmax(x)),
    many("logSoftmax", shape, (x) => g.logSoftmax(x, 1)),
  ]),
  many("layerNorm", "3 4; 4; 4", (x, s, b) => g.layerNorm(x, s, b, 1e-3)),
  many("layerNorm", "2 1 5; 5; 5", (x, s, b) => g.layerNorm(x, s, b)),
  many("layerNorm", "4; 4; 4", (x, s, b) => g.layerNorm(x, s, b)),
  many("layerNormMean", "2 3; 3", (x, s) => layerNormStatistics([x, s, s], 1e-3)[0]),
  many("layerNormInverse", "2 3; 3", (x, s) => layerNormStatistics([x, s, s], 1e-3)[1]),
  // compositions
  many("div", "3 4", (x) => g.l2Normalise(x)),
  many("pick", "4 3; 4 <3", (x, labels) => g.crossEntropy(x, labels)),
  many("pick", "4 3; 4 <3; 4 positive", (x, labels, w) => g.crossEntropy(x, labels, w)),
  many("minimum", "3 4", (x) => g.clip(x, -0.5, 0.5)),
  { operator: "equal", inputs: parseInputs("2 2 <3"), build: ([i], type) => g.oneHot(i as Value, 3, type) },
];

/** The inputs of a case as states `NAME.0`, `NAME.1` …, in the type they are drawn as. */
export function statesOf(one: Case, type: "float32" | "float64", name: string): Value[] {
  return one.inputs.map(([shape, draw], i) =>
    state(`${name}.${i}`, typeof draw === "number" ? "int64" : draw === "bool" ? "bool" : type, shape),
  );
}
