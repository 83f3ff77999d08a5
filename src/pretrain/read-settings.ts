import { checkYaml } from "../io/index.ts";
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
  return settings;
}
