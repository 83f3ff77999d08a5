import * as g from "../../graph/index.ts";
import { imageTower } from "../../models/index.ts";
import { queueInfoNce } from "./info-nce.ts";
import { imageInput, momentumWeights, type Objective, type ObjectiveContext } from "./objective.ts";

/** Pictures alone: one view of a picture must find the momentum key of another view of it among the keys of earlier pictures, with the
 * image tower and the queue of {@link imageText}.
 * @source MoCo (He 2020). */
export const imageOnly: Objective = {
  name: "image-only",
  description: "two views of each picture, contrasted with a momentum tower and a queue; no captions",
  signal: { views: 2, text: "none", permuted: false },
  build: buildImageOnly,
};

function buildImageOnly(context: ObjectiveContext) {
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
