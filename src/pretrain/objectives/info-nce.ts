import * as g from "../../graph/index.ts";
import type { Value } from "../../graph/index.ts";

/** InfoNCE of queries against their own key and a queue of others': cross-entropy of q·k / temperature, the own key being right.
 * @param query @param key (batch, d), of length 1. @param queue (length, d).
 * @returns the loss, and the share of queries whose own key is the nearest.
 * @source van den Oord 2018; with a queue: He 2020, algorithm 1. */
export function queueInfoNce(
  query: Value,
  key: Value,
  queue: Value,
  temperature: number,
): { loss: Value; accuracy: Value } {
  const right = g.sum(g.mul(query, key), [1], { keep: true });
  const wrong = g.matmul(query, queue, { transposeB: true });
  const logits = g.mul(g.concat([right, wrong], 1), 1 / temperature);
  const labels = g.constant(new BigInt64Array(Number(query.shape[0])));
  return { loss: g.crossEntropy(logits, labels), accuracy: accuracyOf(logits, labels) };
}

/** InfoNCE within a batch, both ways, averaged: row i of each side belongs to row i of the other.
 * @param a @param b (batch, d), of length 1. @param scale multiplies the similarities: 1 / temperature.
 * @source Radford 2021, figure 3. */
export function batchInfoNce(
  a: Value,
  b: Value,
  scale: g.Operand,
): { loss: Value; accuracy: Value } {
  const logits = g.mul(g.matmul(a, b, { transposeB: true }), scale);
  const labels = g.range(Number(a.shape[0]));
  const losses = [logits, g.transpose(logits, [1, 0])].map((each) => g.crossEntropy(each, labels));
  return { loss: g.mul(g.addAll(losses), 0.5), accuracy: accuracyOf(logits, labels) };
}

/** Share of rows whose largest logit is the right one. */
function accuracyOf(logits: Value, labels: Value): Value {
  return g.mean(g.cast(g.equal(g.argMax(logits), labels), "float32"));
}
