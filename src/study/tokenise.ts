import { dirname } from "node:path";
import { EncodingError } from "../core/index.ts";
import type { Network } from "../models/index.ts";
import { readTokenizer } from "../stimuli/index.ts";
import type { Tokenise } from "./show-stimuli.ts";

/** Tokens that a text may have where neither the network nor its config.json says so. */
const usual = 512;

/** The tokenizer that lies beside a network: texts are padded to the longest of their batch, or to the network's own length where that is
 * fixed, and cut at the most tokens that it knows positions for.
 * @throws EncodingError "settings" if there is none; "format" if it is damaged. */
export async function tokeniserOf({ tokenizer, config, file }: Network): Promise<Tokenise> {
  if (tokenizer === null)
    throw new EncodingError(
      "settings",
      "extract: the network reads text, and there is no tokenizer.json (or vocab.txt) beside it. Give the folder that holds both.",
    );
  const { encode, encodeBatch } = await readTokenizer(dirname(tokenizer));
  const fixed = file.model.inputs.find(({ name }) => name === "input_ids")?.shape?.[1];
  const most = positionsOf(config);
  return (texts) => {
    const longest = texts.reduce((length, text) => Math.max(length, encode(text).length), 1);
    const length = typeof fixed === "number" ? fixed : Math.min(most, longest);
    const { tokens, mask } = encodeBatch(texts, length);
    return { length, ids: Int32Array.from(tokens.data, Number), mask: mask.data };
  };
}

/** Positions that the network knows, also where its text half has a part of its own in config.json. */
function positionsOf(config: Network["config"]): number {
  const text = (config.text_config ?? {}) as Network["config"];
  const found = text.max_position_embeddings ?? config.max_position_embeddings;
  if (typeof found !== "number") return usual;
  const roberta = /roberta|camembert|mpnet/.test(String(config.model_type)); // positions begin after that of padding
  return roberta ? found - 2 : found;
}
