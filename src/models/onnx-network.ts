import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EncodingError } from "../core/index.ts";
import {
  cutOnnx,
  decodeOnnx,
  type Layer,
  listLayers,
  type OnnxModel,
  type OnnxTensorInfo,
  openSession,
  type SessionOptions,
  type Tensor,
  type Tensors,
} from "../graph/index.ts";
import { readBytes } from "../io/index.ts";
import { dummyFeeds } from "./onnx-feeds.ts";

/** A model file and where its weights are. */
export interface OnnxFile {
  readonly path: string;
  /** Folder of the files that hold weights. */
  readonly folder: string;
  readonly model: OnnxModel;
}

/** A layer with its sizes as far as they can be found. */
export interface MeasuredLayer extends Layer {
  /** Sizes: names for those that stay open; null: could not be found. */
  readonly shape: readonly (number | string)[] | null;
  /** Sizes for one stimulus (open inputs as given); null: could not be found. */
  readonly sizes: readonly number[] | null;
}

/** Read an ONNX file; weights in files of their own stay on disk, but must be there.
 * @throws EncodingError "file" if it, or one of its files with weights, cannot be read; "format" if it is no ONNX model. */
export async function readOnnx(path: string): Promise<OnnxFile> {
  const model = decodeOnnx(await readBytes(path), path);
  const folder = dirname(path);
  for (const name of model.externalFiles)
    await stat(join(folder, name)).catch((cause: unknown) => {
      throw new EncodingError(
        "file",
        `readOnnx: ${path} keeps its weights in ${name}, which is not beside it. Copy it there.`,
        { path, name },
        cause,
      );
    });
  return { path, folder, model };
}

/** The same model with other outputs: the chosen tensors, and only what they need kept.
 * @param names of tensors (see {@link listLayers}). @returns bytes of an .onnx file, to be kept beside the original if that has weights in
 * other files.
 * @throws EncodingError "option" if one is no tensor of the model. */
export function tap({ model }: OnnxFile, names: readonly string[]): Uint8Array<ArrayBuffer> {
  return cutOnnx(model, names).bytes;
}

/** A network that gives the chosen layers. */
export interface Taps {
  /** Inputs that the chosen layers need. */
  readonly inputs: readonly OnnxTensorInfo[];
  /** @param feeds every one of `inputs`. @returns the layers by name. */
  run(feeds: Tensors): Promise<Tensors>;
  /** End the network's worker. */
  close(): Promise<void>;
}

/** Open a network at layers, in a worker. Only what the layers need is computed.
 * @throws EncodingError "option" if one is no tensor of the model; "backend" if ONNX Runtime refuses it. */
export async function openTaps(
  { model, folder }: OnnxFile,
  names: readonly string[],
  options: Pick<SessionOptions, "where" | "threads"> = {},
): Promise<Taps> {
  const { bytes, inputs } = cutOnnx(model, names);
  const session = await openSession(bytes, { ...options, ...weightsOf(model, folder) });
  return {
    inputs: model.inputs.filter(({ name }) => inputs.includes(name)),
    run: (feeds) => session.run(feeds),
    close: () => session.close(),
  };
}

function weightsOf(model: OnnxModel, folder: string): Pick<SessionOptions, "weightsFolder"> {
  return model.externalFiles.length > 0 ? { weightsFolder: folder } : {};
}

/** Layers computed at once when they are measured: bounds the memory. */
const atOnce = 48;

/** The layers of a network with their types and sizes: what the file says, what ONNX Runtime infers and, where both are silent, what a
 * run on made-up input gives (open sizes: one stimulus).
 * @param options `open`: sizes for open axes by name, e.g. `{ sequence: 16 }`; `run` false: infer only, compute nothing; `where` as for
 * {@link openTaps}.
 * @throws EncodingError "backend" if ONNX Runtime refuses the model. */
export async function measureLayers(
  { model, folder }: OnnxFile,
  {
    open = {},
    run = true,
    where = "worker",
  }: {
    open?: Readonly<Record<string, number>>;
    run?: boolean;
    where?: SessionOptions["where"] | undefined;
  } = {},
): Promise<MeasuredLayer[]> {
  const layers = listLayers(model);
  const measured: MeasuredLayer[] = [];
  for (let from = 0; from < layers.length; from += atOnce) {
    const part = layers.slice(from, from + atOnce);
    const { bytes, inputs } = cutOnnx(
      model,
      part.map(({ name }) => name),
    );
    const session = await openSession(bytes, { where: where ?? "worker", ...weightsOf(model, folder) });
    try {
      const said = new Map((await session.describe()).map((info) => [info.name, info]));
      const needed = model.inputs.filter(({ name }) => inputs.includes(name));
      // what cannot be made up (text, sequences) or computed leaves what was inferred
      const compute = async () => (run ? session.run(dummyFeeds(needed, open)) : {});
      const outputs = await compute().catch(() => ({}));
      for (const layer of part) measured.push(measure(layer, said.get(layer.name), outputs, model));
    } finally {
      await session.close();
    }
  }
  return measured;
}

/** Put together what is known of a layer. */
function measure(
  layer: Layer,
  said: { type: string | null; shape: readonly (number | string)[] } | undefined,
  outputs: Readonly<Record<string, Tensor>>,
  { inputs }: OnnxModel,
): MeasuredLayer {
  const sizes = outputs[layer.name]?.shape ?? null;
  const names = new Set(
    inputs.flatMap(({ shape }) => (shape ?? []).filter((size) => typeof size === "string")),
  );
  const rule = layer.shape?.every((size) => size !== null) ? layer.shape : (said?.shape ?? []);
  const fits = sizes === null || rule.length === sizes.length;
  const shape = fits
    ? rule.map((size, k) =>
        typeof size === "number" || names.has(size ?? "") ? size : (sizes?.[k] ?? size ?? "?"),
      )
    : sizes;
  return {
    ...layer,
    type: layer.type ?? outputs[layer.name]?.type ?? said?.type ?? null,
    shape: shape as readonly (number | string)[],
    sizes: sizes ?? (shape.every((size) => typeof size === "number") ? (shape as number[]) : null),
  };
}
