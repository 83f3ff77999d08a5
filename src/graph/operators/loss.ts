import { sameShape } from "../shape.ts";
import { refuse, type Value } from "../value.ts";
import { div, mul, sub } from "./binary.ts";
import { pick } from "./choose.ts";
import { logSumExp, mean, sum } from "./reduce.ts";

/** Mean cross-entropy of class logits against the right class: −log softmax(logits)[label].
 * @param logits (…, classes). @param labels int64 (…), every one a class.
 * @param weights (…): how much each row counts; the loss is their weighted mean (0 leaves a row out, as an ignored label). */
export function crossEntropy(logits: Value, labels: Value, weights?: Value): Value {
  const losses = sub(logSumExp(logits, [-1]), pick(logits, labels));
  if (weights === undefined) return mean(losses);
  if (!sameShape(weights.shape, labels.shape))
    refuse("crossEntropy", "labels and weights must have the same shape", [labels, weights]);
  return div(sum(mul(losses, weights)), sum(weights));
}
