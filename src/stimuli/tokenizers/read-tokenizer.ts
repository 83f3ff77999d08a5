import { access } from "node:fs/promises";
import { join } from "node:path";
import { EncodingError } from "../../core/index.ts";
import { decodeText, readBytes } from "../../io/index.ts";
import { type BytePairStyle, bytePairFile } from "./byte-pair.ts";
import { createTokenizer, type Tokenizer, type TokenizerFile } from "./tokenizer.ts";
import { wordPieceFile } from "./wordpiece.ts";

/** Read the tokenizer of a folder in Hugging Face's layout: `tokenizer.json`, else `vocab.txt` (BERT), else `vocab.json` and `merges.txt`
 * (GPT-2, RoBERTa, CLIP: told apart by their special tokens). `tokenizer_config.json` is heeded where it is there.
 * @throws EncodingError "file" if the folder has none of them, "format" if they are damaged. */
export async function readTokenizer(folder: string): Promise<Tokenizer> {
  return createTokenizer(await readTokenizerFile(folder));
}

/** What {@link readTokenizer} makes a tokenizer of: older files are brought to the form of `tokenizer.json`. @throws as it does. */
export async function readTokenizerFile(folder: string): Promise<TokenizerFile> {
  const config = (await readJson(folder, "tokenizer_config.json")) ?? {};
  const tokenizer = await readJson(folder, "tokenizer.json");
  if (tokenizer) return { tokenizer, config };
  return { ...(await readOlder(folder, config)), config };
}

async function readOlder(folder: string, config: Readonly<Record<string, unknown>>): Promise<TokenizerFile> {
  const list = await readText(folder, "vocab.txt");
  if (list !== undefined) {
    const stripAccents = config.strip_accents;
    return wordPieceFile(lines(list), {
      lowercase: config.do_lower_case !== false,
      ...(typeof stripAccents === "boolean" && { stripAccents }),
    });
  }
  const [vocabulary, merges] = [await readJson(folder, "vocab.json"), await readText(folder, "merges.txt")];
  if (vocabulary === undefined || merges === undefined)
    throw new EncodingError(
      "file",
      `readTokenizer: ${folder} must have tokenizer.json, or vocab.txt, or vocab.json and merges.txt.`,
      { path: folder },
    );
  const pairs = lines(merges).filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
  return bytePairFile(vocabulary as Record<string, number>, pairs, styleOf(vocabulary));
}

function styleOf(vocabulary: Readonly<Record<string, unknown>>): BytePairStyle {
  if (Object.hasOwn(vocabulary, "<|startoftext|>")) return "clip";
  return Object.hasOwn(vocabulary, "<s>") ? "roberta" : "gpt2";
}

/** Lines without the empty one at the end. */
function lines(text: string): string[] {
  const all = text.split(/\r?\n/);
  if (all.at(-1) === "") all.pop();
  return all;
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  return there ? decodeText(name, await readBytes(path)) : undefined;
}

async function readJson(
  folder: string,
  name: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readText(folder, name);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncodingError("format", `${join(folder, name)} is no JSON text.`, {}, cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new EncodingError("format", `${join(folder, name)} must be a JSON object.`);
  return json as Readonly<Record<string, unknown>>;
}
