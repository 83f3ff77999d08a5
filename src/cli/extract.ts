import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { EncodingError } from "../core/index.ts";
import { type Preprocessing, parsePooling, readNetwork, readPreprocessing } from "../models/index.ts";
import { readJson } from "../models/read-network.ts";
import type { Filter, PictureSize } from "../stimuli/index.ts";
import { type ExtractResult, extractFiles } from "../study/extract-files.ts";
import { checkCount } from "./count.ts";
import { splitWords } from "./layers.ts";
import { workInFolder } from "./work-in-folder.ts";

/** Options of `simcortex extract`, as typed. */
interface Typed {
  readonly layers: readonly string[];
  readonly pooling: string;
  readonly project?: string;
  readonly batch: string;
  readonly out: string;
  readonly store: string;
  readonly column?: string;
  readonly preprocessing?: string;
  readonly mean?: string;
  readonly std?: string;
  readonly rescale: string;
  readonly filter: string;
  readonly resize?: string;
  readonly crop?: string;
  readonly skipBroken?: boolean;
  readonly threads?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** `simcortex extract`: activations of layers from files to files. */
export async function runExtract(model: string, stimuli: string, typed: Typed): Promise<void> {
  const { json = false } = typed;
  const out = resolve(typed.out);
  parsePooling(typed.pooling); // before anything is read
  const asked = {
    model,
    stimuli,
    layers: splitWords(typed.layers),
    pooling: typed.pooling,
    project: typed.project === undefined ? null : checkCount("--project", typed.project, 1),
    batch: checkCount("--batch", typed.batch, 1),
    skipBroken: typed.skipBroken === true,
    column: typed.column,
    preprocessing: await typedPreprocessing(model, typed),
    out,
    store: resolve(typed.store),
    seed: checkCount("--seed", typed.seed, 0),
    threads:
      typed.threads === undefined ? availableParallelism() : checkCount("--threads", typed.threads, 1, 256),
  };
  tellResult(await workInFolder(out, json, (work) => extractFiles({ ...asked, ...work })), json);
}

function tellResult(result: ExtractResult, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: "done", ...result })}\n`);
    return;
  }
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const { why } of result.broken) process.stderr.write(`left out: ${why}\n`);
  const { layers, stimuli, cached, broken } = result;
  const left = broken.length > 0 ? `, ${broken.length} left out` : "";
  const lines = layers.map(({ layer, file, columns }) => `${layer}: ${stimuli} × ${columns}  ${file}`);
  process.stdout.write(
    `${stimuli} stimuli (${cached} from the store${left}), ${layers.length} layers\n${lines.join("\n")}\n`,
  );
}

/** Preprocessing that was typed; undefined: the model's folder says it.
 * @throws EncodingError "option" if only a part of it was typed, or it cannot be. */
async function typedPreprocessing(model: string, typed: Typed): Promise<Preprocessing | undefined> {
  if (typed.preprocessing !== undefined)
    return readPreprocessing(await readJson(typed.preprocessing), typed.preprocessing).preprocessing;
  if (typed.mean === undefined && typed.std === undefined) return undefined;
  if (typed.mean === undefined || typed.std === undefined)
    throw new EncodingError("option", "--mean and --std belong together; one of them is missing.");
  const resize = typed.resize === undefined ? await inputSize(model) : parseSize("--resize", typed.resize);
  const crop = typed.crop === undefined ? null : parseSize("--crop", typed.crop);
  return {
    resize,
    crop:
      crop !== null && "shortestEdge" in crop
        ? { width: crop.shortestEdge, height: crop.shortestEdge }
        : crop,
    filter: typed.filter as Filter,
    cropRule: "torchvision",
    rescale: parseNumber("--rescale", typed.rescale),
    normalise: { mean: parseChannels("--mean", typed.mean), std: parseChannels("--std", typed.std) },
  };
}

/** Height and width of the network's picture input. */
async function inputSize(model: string): Promise<PictureSize> {
  const { file } = await readNetwork(model);
  const sizes = file.model.inputs.find(({ shape }) => shape?.length === 4)?.shape ?? [];
  const [, , height, width] = sizes;
  if (typeof height === "number" && typeof width === "number") return { width, height };
  throw new EncodingError(
    "option",
    `${model} takes pictures of any size: say which with --resize, e.g. --resize 224x224.`,
  );
}

function parseSize(option: string, text: string): PictureSize | { readonly shortestEdge: number } {
  const [width, height, ...rest] = text.split("x").map(Number);
  const whole = [width, height ?? 1].every((size) => Number.isInteger(size) && (size as number) > 0);
  if (!whole || rest.length > 0)
    throw new EncodingError(
      "option",
      `${option} must be WxH or one length in pixels, e.g. 224x224; got "${text}".`,
    );
  return height === undefined ? { shortestEdge: width as number } : { width: width as number, height };
}

/** One number, or three with commas between them. */
function parseChannels(option: string, text: string): number[] {
  const numbers = text.split(",").map((part) => parseNumber(option, part));
  if (numbers.length === 3) return numbers;
  if (numbers.length === 1) return [0, 0, 0].map(() => numbers[0] as number);
  throw new EncodingError("option", `${option} must be one number or three with commas; got "${text}".`);
}

/** `0.5` or `1/255`. */
function parseNumber(option: string, text: string): number {
  const [above, below = 1, ...rest] = text
    .split("/")
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const value = (above as number) / below;
  if (Number.isFinite(value) && rest.length === 0) return value;
  throw new EncodingError(
    "option",
    `${option} must be a number, or a fraction such as 1/255; got "${text}".`,
  );
}
