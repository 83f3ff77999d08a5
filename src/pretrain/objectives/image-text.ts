import type { Value } from "../../graph/index.ts";
import * as g from "../../graph/index.ts";
import { brivl } from "../../models/index.ts";
import { clip } from "./clip.ts";
import { queueInfoNce } from "./info-nce.ts";
import {
  imageInput,
  momentumWeights,
  type Objective,
  type ObjectiveContext,
  type ObjectiveGraph,
  textInputs,
} from "./objective.ts";

/** Cross-modal contrastive learning with momentum towers and queues: a picture must find its caption's key among the keys of earlier
 * captions, and a caption its picture's. Loss: the sum of both directions. With `negatives: batch` it is {@link clip}'s.
 * @source BriVL (Huo 2021, Lu 2022), as read in the released code; momentum and queues as in MoCo (He 2020). */
export const imageText: Objective = {
  name: "image-text",
  description: "pictures and their captions, contrasted",
  signal: { views: 1, text: "captions", permuted: false },
  build: buildImageText,
};

function buildImageText(context: ObjectiveContext): ObjectiveGraph {
  if (context.negatives === "batch") return clip.build(context);
  const { config, weights, queue } = context;
  const images = imageInput(context);
  const { tokens, mask } = textInputs(context);
  const { momentum, pairs } = momentumWeights(context);
  const query = brivl({ images, tokens, mask }, weights, config);
  const key = brivl({ images, tokens, mask }, momentum, config);
  const [image, text] = [query.image.embedding, query.text.embedding];
  const [imageKey, textKey] = [key.image.embedding, key.text.embedding];
  const queueOf = (name: string) => g.state(`queue.${name}`, "float32", [queue, config.project]);
  const queues = { image: queueOf("image"), text: queueOf("text") };
  const toText = queueInfoNce(image, textKey, queues.text, context);
  const toImage = queueInfoNce(text, imageKey, queues.image, context);
  const push = (state: Value, keys: Value) => ({ state, next: g.pushQueue(state, keys) });
  return {
    loss: g.add(toText.loss, toImage.loss),
    outputs: { imageToText: toText.accuracy, textToImage: toImage.accuracy },
    updates: [push(queues.image, imageKey), push(queues.text, textKey)],
    momentum: pairs,
  };
}
