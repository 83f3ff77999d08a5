import type { Value } from "../../graph/index.ts";
import * as g from "../../graph/index.ts";
import { imageTower } from "../../models/index.ts";
import { batchInfoNce, queueInfoNce } from "./info-nce.ts";
import {
  contrastScale,
  imageInput,
  momentumWeights,
  type Objective,
  type ObjectiveContext,
  type ObjectiveGraph,
} from "./objective.ts";

/** Pictures alone: one view of a picture must find the momentum key of another view of it among the keys of earlier pictures, with the
 * image tower and the queue of {@link imageText}.
 * @source MoCo (He 2020). */
export const imageOnly: Objective = {
  name: "image-only",
  description: "two views of each picture, contrasted; no captions",
  signal: { views: 2, text: "none", permuted: false },
  build: buildImageOnly,
};

function buildImageOnly(context: ObjectiveContext): ObjectiveGraph {
  if (context.negatives === "batch") return buildInBatch(context);
  const { config, weights, queue } = context;
  const { momentum, pairs } = momentumWeights(context);
  const query = imageTower(imageInput(context), weights, config).embedding;
  const key = imageTower(imageInput(context, "views"), momentum, config).embedding;
  const keys = g.state("queue.image", "float32", [queue, config.project]);
  const { loss, accuracy } = queueInfoNce(query, key, keys, context);
  return {
    loss,
    outputs: { viewToView: accuracy },
    updates: [{ state: keys, next: g.pushQueue(keys, key) }],
    momentum: pairs,
  };
}

/** Both views through the same tower, contrasted within the batch: what `negatives: batch` makes of it. */
function buildInBatch(context: ObjectiveContext): ObjectiveGraph {
  const { config, weights } = context;
  const [a, b] = (["images", "views"] as const).map(
    (name) => imageTower(imageInput(context, name), weights, config).embedding,
  ) as [Value, Value];
  const { loss, accuracy } = batchInfoNce(a, b, contrastScale(context));
  return { loss, outputs: { viewToView: accuracy }, updates: [], momentum: [] };
}
