import { checkYaml } from "../io/index.ts";
import { objectives } from "./objectives.ts";
import { type PretrainSettings, pretrainSchema } from "./settings.ts";

/** Check the text of a pretraining's settings.
 * @param text YAML. @param path named in messages.
 * @throws EncodingError "settings" naming line, setting and rule. */
export function parsePretrainSettings(text: string, path = "pretrain.yaml"): PretrainSettings {
  const { settings, fault } = checkYaml(pretrainSchema, text, path);
  const { training, augmentation } = settings;
  if (training.queue < training.batch)
    throw fault(["training", "queue"], "training.queue: must hold a batch at least");
  if (augmentation.crop[0] > augmentation.crop[1])
    throw fault(["augmentation", "crop"], "augmentation.crop: [smallest, largest] share of the area");
  checkStart(settings, fault);
  checkBrain(settings, fault);
  return settings;
}

type Fault = (at: (string | number)[], message: string) => Error;

function checkStart({ model }: PretrainSettings, fault: Fault): void {
  if (model.twin !== undefined && (model.image !== undefined || model.text !== undefined))
    throw fault(["model", "twin"], "model.twin: brings both towers; leave out model.image and model.text");
}

function checkBrain({ brain, data, twins }: PretrainSettings, fault: Fault): void {
  const needing = twins.findIndex((name) => objectives[name].signal.responses !== undefined);
  if (brain === undefined) {
    if (needing >= 0)
      throw fault(
        ["twins", needing],
        `twins.${needing}: ${twins[needing]} needs a brain; say which under brain`,
      );
    return;
  }
  if (brain.responses !== undefined && data.captions === undefined)
    throw fault(
      ["brain", "responses"],
      "brain.responses: rows stand for the pictures of data.captions, which is not there",
    );
  if (brain.responses === undefined && data.world === undefined)
    throw fault(
      ["brain"],
      "brain: a virtual brain sees data.world alone; give brain.responses for pictures of your own",
    );
}
