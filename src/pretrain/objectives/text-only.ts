import * as g from "../../graph/index.ts";
import { textTower } from "../../models/index.ts";
import { type Objective, type ObjectiveContext, textInputs } from "./objective.ts";

/** Captions alone: hidden words are to be found out. The scores of words are products with the word embeddings, after one dense layer,
 * GELU and layer norm.
 * @source BERT's masked language model (Devlin 2019), without next-sentence prediction. */
export const textOnly: Objective = {
  name: "text-only",
  description: "hidden words of captions; no pictures",
  signal: { views: 0, text: "masked", permuted: false },
  build: buildTextOnly,
};

function buildTextOnly(context: ObjectiveContext) {
  const { config, weights, batch } = context;
  const { tokens, mask } = textInputs(context);
  const labels = g.input("labels", "int64", [batch, config.tokens]);
  const hidden = g.input("hidden", "float32", [batch, config.tokens]);
  const words = textTower(tokens, mask, weights, config).last;
  const { width, vocabulary, epsilon } = config.text;
  const dense = g.linear(
    words,
    weights("words.dense.weight", [width, width]),
    weights("words.dense.bias", [width]),
  );
  const normed = g.layerNorm(
    g.gelu(dense),
    weights("words.LayerNorm.weight", [width]),
    weights("words.LayerNorm.bias", [width]),
    epsilon,
  );
  const table = weights("text.embeddings.word_embeddings.weight", [vocabulary, width]);
  const logits = g.linear(normed, table, weights("words.bias", [vocabulary]));
  const right = g.cast(g.equal(g.argMax(logits), labels), "float32");
  return {
    loss: g.crossEntropy(logits, labels, hidden),
    outputs: { wordsFound: g.div(g.sum(g.mul(right, hidden)), g.sum(hidden)) },
    updates: [],
    momentum: [],
  };
}
