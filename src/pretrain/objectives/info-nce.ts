import type { Value } from "../../graph/index.ts";
import * as g from "../../graph/index.ts";

/** What a query must tell its own key from: the queue's keys alone, as in MoCo and the paper, or the batch's other keys too, as in ALBEF.
 * With the queue alone, short trainings learn to tell new keys from old ones instead of pictures from each other: the momentum towers
 * still move fast, so that the age of a key shows. With the batch alone there are neither momentum towers nor queues, as in CLIP and SimCLR. */
export type Negatives = "queue" | "batch and queue" | "batch";

/** InfoNCE of queries against momentum keys: cross-entropy of q·k / temperature, the own key being right.
 * @param queries @param keys (batch, d), of length 1, row by row. @param queue (length, d), keys of earlier batches.
 * @returns the loss, and the share of queries whose own key is the nearest.
 * @source van den Oord 2018; with a queue: He 2020, algorithm 1; with the batch beside it: Li 2021 (ALBEF), equation 1. */
export function queueInfoNce(
  queries: Value,
  keys: Value,
  queue: Value,
  { temperature, negatives }: { readonly temperature: number; readonly negatives: Negatives },
): { loss: Value; accuracy: Value } {
  const count = Number(queries.shape[0]);
  const old = g.matmul(queries, queue, { transposeB: true });
  const own =
    negatives === "queue"
      ? g.sum(g.mul(queries, keys), [1], { keep: true })
      : g.matmul(queries, keys, { transposeB: true });
  const labels = negatives === "queue" ? g.constant(new BigInt64Array(count)) : g.range(count);
  const logits = g.mul(g.concat([own, old], 1), 1 / temperature);
  return { loss: g.crossEntropy(logits, labels), accuracy: accuracyOf(logits, labels) };
}

/** InfoNCE within a batch, both ways, averaged: row i of each side belongs to row i of the other.
 * @param a @param b (batch, d), of length 1. @param scale multiplies the similarities: 1 / temperature.
 * @source Radford 2021, figure 3. */
export function batchInfoNce(a: Value, b: Value, scale: g.Operand): { loss: Value; accuracy: Value } {
  const logits = g.mul(g.matmul(a, b, { transposeB: true }), scale);
  const labels = g.range(Number(a.shape[0]));
  const losses = [logits, g.transpose(logits, [1, 0])].map((each) => g.crossEntropy(each, labels));
  return { loss: g.mul(g.addAll(losses), 0.5), accuracy: accuracyOf(logits, labels) };
}

/** Share of rows whose largest logit is the right one. */
function accuracyOf(logits: Value, labels: Value): Value {
  return g.mean(g.cast(g.equal(g.argMax(logits), labels), "float32"));
}
