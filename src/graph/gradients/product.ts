import { mul, sub } from "../operators/binary.ts";
import { expand } from "../operators/expand.ts";
import { mergeRows, reshape } from "../operators/layout.ts";
import { type Epsilon, layerNormStatistics } from "../operators/normalise.ts";
import { matmul, type Sides } from "../operators/product.ts";
import { sum, sumTo } from "../operators/reduce.ts";
import { exp } from "../operators/unary.ts";
import type { Value } from "../value.ts";
import { attributesOf, type Rule } from "./rule.ts";

/** Rules of the matrix products. */
export const productRules = {
  // Y = A B: dA = G Bᵀ, dB = Aᵀ G; with op(A) = Aᵀ the result is transposed
  matmul(g, y, a, b) {
    const { transposeA, transposeB } = attributesOf<Sides>(y);
    const [left, right] = [a as Value, b as Value];
    const towardsA = transposeA
      ? matmul(right, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, right, { transposeB: !transposeB });
    const towardsB = transposeB
      ? matmul(g, left, { transposeA: true, transposeB: transposeA })
      : matmul(left, g, { transposeA: !transposeA });
    return [sumTo(towardsA, left.shape), sumTo(towardsB, right.shape)];
  },
  linear: (g, _, x, weight, bias) => [
    matmul(g, weight as Value),
    matmul(g, x as Value, { transposeA: true }),
    bias && sum(g, [0]),
  ],
} satisfies Record<string, Rule>;

/** Rules of the normalisations. */
export const normaliseRules = {
  softmax(g, y) {
    const { axis } = attributesOf<{ axis: number }>(y);
    return [mul(y, sub(g, sum(mul(g, y), [axis], { keep: true })))];
  },
  logSoftmax(g, y) {
    const { axis } = attributesOf<{ axis: number }>(y);
    return [sub(g, mul(exp(y), sum(g, [axis], { keep: true })))];
  },
  // n = (x − mean) inverse, d = g scale: dx = inverse (d − mean(d) − n mean(d n)); the two means are matrix products
  layerNorm(g, y, x, scale, bias) {
    const inputs = [x, scale, bias] as Value[];
    const [mean, inverse] = layerNormStatistics(inputs, attributesOf<Epsilon>(y).epsilon);
    const width = widthOf(x);
    const normal = mul(sub(x as Value, mean), inverse);
    const product = mul(g, normal);
    const weights = reshape(mul(scale as Value, 1 / width), [width, 1]);
    const meanOf = (v: Value) => reshape(matmul(mergeRows(v), weights), inverse.shape);
    const centred = sub(sub(mul(g, scale as Value), meanOf(g)), mul(normal, meanOf(product)));
    return [mul(centred, inverse), sum(mergeRows(product), [0]), sum(mergeRows(g), [0])];
  },
  // the statistics of a row depend on x alone
  layerNormMean: (g, _, x) => [expand(mul(g, 1 / widthOf(x)), (x as Value).shape), undefined, undefined],
  layerNormInverse(g, y, x, scale, bias) {
    const [mean] = layerNormStatistics([x, scale, bias] as Value[], attributesOf<Epsilon>(y).epsilon);
    const slope = mul(mul(y, mul(y, y)), mul(g, -1 / widthOf(x)));
    return [mul(sub(x as Value, mean), slope), undefined, undefined];
  },
} satisfies Record<string, Rule>;

function widthOf(x: Value | undefined): number {
  return Number(x?.shape.at(-1));
}
