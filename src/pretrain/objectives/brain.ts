import * as g from "../../graph/index.ts";
import { brivl, denseLayer } from "../../models/index.ts";
import { batchInfoNce } from "./info-nce.ts";
import {
  contrastScale,
  imageInput,
  type Objective,
  type ObjectiveContext,
  responsesInput,
  textInputs,
} from "./objective.ts";

/** Captions and a brain together: the loss of {@link clip}, and beside it the squared error of a linear readout that tells responses to a
 * picture from the mean of its last hidden states. The readout is trained with the tower and is no part of the finished model; `clip` with
 * the same start and steps is the training without a brain.
 * @source the idea: Toneva and Wehbe 2019 (NeurIPS), who let brain recordings change a language model. */
export const brain: Objective = {
  name: "brain",
  description: "pictures and their captions within the batch, and a brain's responses to the pictures",
  signal: { views: 1, text: "captions", permuted: false, responses: "own" },
  build: buildBrain,
};

/** The control of {@link brain}: every picture has the responses to another one, always the same. What responses have in common stays, what
 * they say of the picture goes. */
export const permutedBrain: Objective = {
  ...brain,
  name: "permuted-brain",
  description: "as brain, but every picture has the responses to another one",
  signal: { ...brain.signal, responses: "permuted" },
};

function buildBrain(context: ObjectiveContext) {
  const { config, weights } = context;
  const { input, weight } = responsesInput(context);
  const { tokens, mask } = textInputs(context);
  const { image, text } = brivl({ images: imageInput(context), tokens, mask }, weights, config);
  const scale = contrastScale(context);
  const { loss, accuracy } = batchInfoNce(image.embedding, text.embedding, scale);
  const seen = g.mean(image.last, [1]);
  const told = denseLayer(seen, weights, "readout", Number(input.shape[1]));
  const error = g.sub(told, input);
  const brainError = g.mean(g.mul(error, error));
  const brainR2 = g.sub(1, g.div(brainError, g.mean(g.mul(input, input)))); // responses have mean 0
  return {
    loss: g.add(loss, g.mul(brainError, weight)),
    outputs: { imageToText: accuracy, scale, brainError, brainR2 },
    updates: [],
    momentum: [],
  };
}
