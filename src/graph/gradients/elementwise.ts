import { add, addAll, div, equal, greater, less, mul, or, pow, sub } from "../operators/binary.ts";
import { where } from "../operators/choose.ts";
import { sumTo } from "../operators/reduce.ts";
import { cast, exp, log, neg, normalCdf, sign } from "../operators/unary.ts";
import type { Value } from "../value.ts";
import type { Rule } from "./rule.ts";

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** c exp(−x²/2) with the factor inside the exponent, which saves a pass. */
const gaussian = (x: Value, c: number) => {
  const u = mul(x, Math.SQRT1_2);
  return exp(sub(Math.log(c), mul(u, u)));
};

/** Rules of the operators on each number by itself. */
export const unaryRules = {
  neg: (g) => [neg(g)],
  abs: (g, _, x) => [mul(g, sign(x))],
  sign: "none",
  exp: (g, y) => [mul(g, y)],
  log: (g, _, x) => [div(g, x)],
  sqrt: (g, y) => [div(mul(g, 0.5), y)],
  tanh: (g, y) => [mul(g, sub(1, mul(y, y)))],
  sigmoid: (g, y) => [mul(g, mul(y, sub(1, y)))],
  relu: (g, y) => [where(greater(y, 0), g, 0)],
  erf: (g, _, x) => [mul(g, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), mul(x, x))))],
  normalCdf: (g, _, x) => [mul(g, gaussian(x, 1 / rootTwoPi))],
  gelu: (g, _, x) => [mul(g, add(normalCdf(x), mul(x, gaussian(x, 1 / rootTwoPi))))],
  not: "none",
  stopGradient: "none",
  cast: (g, _, x) => [cast(g, x.type)],
} satisfies Record<string, Rule>;

/** Each side's part, summed over what was broadcast to it. */
const sides =
  (rule: (g: Value, a: Value, b: Value, y: Value) => readonly [Value, Value]): Rule =>
  (g, y, a, b) => {
    const [towardsA, towardsB] = rule(g, a as Value, b as Value, y);
    return [sumTo(towardsA, (a as Value).shape), sumTo(towardsB, (b as Value).shape)];
  };

/** Rules of the operators on pairs of numbers. */
export const binaryRules = {
  add: sides((g) => [g, g]),
  sub: sides((g) => [g, neg(g)]),
  mul: sides((g, a, b) => [mul(g, b), mul(g, a)]),
  div: sides((g, _, b, y) => [div(g, b), neg(div(mul(g, y), b))]),
  pow: sides((g, a, b, y) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(g, mul(y, log(a)))]),
  minimum: sides((g, a, b) => [where(or(less(a, b), equal(a, b)), g, 0), where(greater(a, b), g, 0)]),
  maximum: sides((g, a, b) => [where(or(greater(a, b), equal(a, b)), g, 0), where(less(a, b), g, 0)]),
  equal: "none",
  less: "none",
  greater: "none",
  and: "none",
  or: "none",
  addAll: (g, _y, ...inputs) => inputs.map(() => g),
} satisfies Record<string, Rule>;

/** The sum of the gradients that reach one value. */
export const accumulate = addAll;
