import { brivl } from "../../models/index.ts";
import { batchInfoNce } from "./info-nce.ts";
import { contrastScale, imageInput, type Objective, type ObjectiveContext, textInputs } from "./objective.ts";

/** Contrastive learning within the batch, without momentum and queue. With a learned temperature its logarithm is a weight,
 * `temperature.log`, that starts at the setting and is held at or below 100 (as a factor).
 * @source CLIP (Radford 2021), section 2.3. */
export const clip: Objective = {
  name: "clip",
  description: "pictures and their captions, contrasted within the batch",
  signal: { views: 1, text: "captions", permuted: false },
  build: buildClip,
};

function buildClip(context: ObjectiveContext) {
  const { config, weights } = context;
  const { tokens, mask } = textInputs(context);
  const { image, text } = brivl({ images: imageInput(context), tokens, mask }, weights, config);
  const scale = contrastScale(context);
  const { loss, accuracy } = batchInfoNce(image.embedding, text.embedding, scale);
  return { loss, outputs: { imageToText: accuracy, scale }, updates: [], momentum: [] };
}
