import * as g from "../../graph/index.ts";
import { batchInfoNce } from "./info-nce.ts";
import { imageInput, type Objective, type ObjectiveContext, textInputs } from "./objective.ts";

/** Contrastive learning within the batch, without momentum and queue. With a learned temperature its logarithm is a weight,
 * `temperature.log`, that starts at the setting and is held at or below 100 (as a factor).
 * @source CLIP (Radford 2021), section 2.3. */
export const clip: Objective = {
  name: "clip",
  description: "pictures and their captions, contrasted within the batch",
  signal: { views: 1, text: "captions", permuted: false },
  build: buildClip,
};

const largestScale = 100;

function buildClip(context: ObjectiveContext) {
  const { towers, weights, temperature, learnTemperature } = context;
  const { tokens, mask } = textInputs(context);
  const image = towers.image(imageInput(context), weights);
  const text = towers.text(tokens, mask, weights);
  const scale = learnTemperature
    ? g.minimum(g.exp(weights("temperature.log", [])), largestScale)
    : g.scalar(1 / temperature, "float32");
  const { loss, accuracy } = batchInfoNce(image, text, scale);
  return { loss, outputs: { imageToText: accuracy, scale }, updates: [], momentum: [] };
}
