import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";
import { decodeText, readBytes } from "../io/index.ts";
import { type OnnxFile, readOnnx } from "./onnx-network.ts";
import type { Preprocessing } from "./preprocess.ts";
import { readPreprocessing } from "./preprocess-config.ts";

/** A network with what its folder says of it. */
export interface Network {
  readonly file: OnnxFile;
  /** What is done to pictures; null: the folder does not say. */
  readonly preprocessing: Preprocessing | null;
  /** The tokenizer's file (tokenizer.json, vocab.txt or vocab.json); null: there is none. */
  readonly tokenizer: string | null;
  /** Content of config.json; empty if there is none. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** Places of the model in a folder as transformers, Optimum and transformers.js lay it out, best first. */
const places = [
  "onnx/model.onnx",
  "model.onnx",
  "onnx/vision_model.onnx",
  "onnx/encoder_model.onnx",
  "onnx/text_model.onnx",
];

/** Read a network: an .onnx file, or a folder as on the Hugging Face hub (config.json, preprocessor_config.json, tokenizer.json,
 * onnx/model.onnx), whose settings are used without being written again. Beside a file the same settings are looked for.
 * @throws EncodingError "file" if there is no model or it cannot be read; "format" or "settings" if a file is wrong. */
export async function readNetwork(path: string): Promise<Network> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new EncodingError("file", `readNetwork: there is no file or folder ${path}.`, { path }, cause);
  });
  const model = found.isDirectory() ? await findModel(path) : path;
  const near = dirname(model);
  const folders = found.isDirectory()
    ? [path, near]
    : [near, ...(near.endsWith("onnx") ? [dirname(near)] : [])];
  const [processor, config, tokenizer] = await Promise.all(
    [["preprocessor_config.json"], ["config.json"], ["tokenizer.json", "vocab.txt", "vocab.json"]].map(
      (names) => findFile(folders, ...names),
    ),
  );
  const read = processor ? readPreprocessing(await readJson(processor), processor) : null;
  return {
    file: await readOnnx(model),
    preprocessing: read?.preprocessing ?? null,
    tokenizer: tokenizer ?? null,
    config: config ? ((await readJson(config)) as Record<string, unknown>) : {},
    warnings: read?.warnings ?? [],
  };
}

async function findModel(folder: string): Promise<string> {
  const known = await findFile([folder], ...places);
  if (known) return known;
  const all = await readdir(folder, { recursive: true });
  const models = all.filter((name) => name.endsWith(".onnx")).sort();
  if (models.length === 1) return join(folder, models[0] as string);
  throw new EncodingError(
    "file",
    `readNetwork: ${folder} holds ${models.length === 0 ? "no .onnx file" : `${models.length} .onnx files (${models.slice(0, 4).join(", ")})`}. ${models.length === 0 ? "Export the model with Optimum first." : "Name one of them."}`,
    { folder, models },
  );
}

/** The first of these files that is there. */
async function findFile(
  folders: readonly string[],
  ...names: readonly string[]
): Promise<string | undefined> {
  for (const folder of folders)
    for (const name of names) {
      const path = join(folder, name);
      if (
        await stat(path).then(
          (found) => found.isFile(),
          () => false,
        )
      )
        return path;
    }
  return undefined;
}

/** Read a JSON file. @throws EncodingError "format" if it is none. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(decodeText("JSON", await readBytes(path)));
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError(
      "format",
      `readJson: ${path} is no JSON: ${(cause as Error).message}.`,
      { path },
      cause,
    );
  }
}
