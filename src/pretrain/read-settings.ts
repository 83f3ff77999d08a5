import { isNode, LineCounter, parseDocument } from "yaml";
import { EncodingError } from "../core/index.ts";
import { type PretrainSettings, pretrainSchema } from "./settings.ts";

/** Check the text of a pretraining's settings.
 * @param text YAML. @param path named in messages.
 * @throws EncodingError "settings" naming line, setting and rule. */
export function parsePretrainSettings(text: string, path = "pretrain.yaml"): PretrainSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  const fault = (line: number, what: string) =>
    new EncodingError("settings", `${path}, line ${line}: ${what}.`, { path, line });
  if (broken) throw fault(lines.linePos(broken.pos[0]).line, `not valid YAML: ${broken.message}`);
  const parsed = pretrainSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues as [(typeof parsed.error.issues)[number]];
    throw fault(lineOf(issue.path), `${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  const { training, augmentation } = parsed.data;
  if (training.queue < training.batch)
    throw fault(lineOf(["training", "queue"]), "training.queue: must hold a batch at least");
  if (augmentation.crop[0] > augmentation.crop[1])
    throw fault(lineOf(["augmentation", "crop"]), "augmentation.crop: [smallest, largest] share of the area");
  return parsed.data;

  function lineOf(keys: readonly PropertyKey[]): number {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}
