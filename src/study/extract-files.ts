import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkCancelled, EncodingError, type OnProgress } from "../core/index.ts";
import { codeVersion, hashBytes, hashValue, keepStep, openStore, type Store } from "../engine/index.ts";
import { hashFile, removeDrafts } from "../io/index.ts";
import {
  type MeasuredLayer,
  measureLayers,
  type Network,
  type OnnxFile,
  type Preprocessing,
  readNetwork,
  selectLayers,
} from "../models/index.ts";
import { batchKey, type KeptBatch, openBatches } from "./extract-batches.ts";
import { beginActivations } from "./extract-results.ts";
import { listStimuli, type Stimulus, type StimulusList } from "./list-stimuli.ts";
import type { Tokenise } from "./show-stimuli.ts";
import { tokeniserOf } from "./tokenise.ts";

/** Activations of a network; `simcortex extract --help` says what each is. */
export interface ExtractOptions {
  /** An .onnx file, or a folder as on the Hugging Face hub. */
  readonly model: string;
  /** A folder of pictures, a list (.txt, .csv, .tsv) or an array (.npy). */
  readonly stimuli: string;
  /** Names, patterns, places and ranges; see selectLayers. */
  readonly layers: readonly string[];
  /** See parsePooling. */
  readonly pooling: string;
  /** Columns that wider layers are projected to; null: none are. */
  readonly project: number | null;
  readonly batch: number;
  /** Leave broken pictures out instead of stopping. */
  readonly skipBroken: boolean;
  /** Column of a table of stimuli. */
  readonly column?: string | undefined;
  /** What is done to pictures, where the model's folder does not say it. */
  readonly preprocessing?: Preprocessing | undefined;
  /** For networks that read text; default the tokenizer in the model's folder. */
  readonly tokenise?: Tokenise | undefined;
  readonly out: string;
  readonly store: string;
  readonly seed: number;
  readonly threads: number;
  /** Where the network runs: a worker by default, so that the event loop stays free. */
  readonly where?: "worker" | "here" | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written. */
export interface ExtractResult {
  /** One NPY file a layer, in order of computation, and its columns. */
  readonly layers: readonly { readonly layer: string; readonly file: string; readonly columns: number }[];
  readonly stimuli: number;
  /** Stimuli whose activations came from the store. */
  readonly cached: number;
  readonly broken: readonly { readonly name: string; readonly why: string }[];
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

/** Show stimuli to a network, a batch at a time, and write the activations of layers: one NPY file a layer (stimuli × columns), the table
 * of stimuli in their order (stimuli.csv) and how it was done (manifest.json). Each batch is kept when it is done, so that a killed run goes
 * on and a second one computes nothing.
 * @throws EncodingError of any kind, one readable line. */
export async function extractFiles(options: ExtractOptions): Promise<ExtractResult> {
  const network = await readNetwork(options.model);
  const store = await openStore(options.store, { code: await codeVersion() });
  const model = await hashModel(network.file);
  const measured = await keepStep(store, "layers", { model }, () =>
    measureLayers(network.file, { where: options.where }),
  );
  const layers = selectLayers(measured.value, options.layers);
  const list = await listStimuli(options.stimuli, kindOf(network), options);
  await removeDrafts(options.out, { olderThan: 0 }); // of a killed run
  const results = beginActivations(options.out);
  const tokenise = list.kind === "text" ? (options.tokenise ?? (await tokeniserOf(network))) : undefined;
  const batches = openBatches({ ...options, network, layers, list, tokenise });
  const key = batchKey({
    ...options,
    model,
    layers,
    preprocessing: batches.preprocessing,
    tokenizer:
      list.kind === "text" && network.tokenizer !== null ? await hashTokenizer(network.tokenizer) : null,
  });
  const broken: { name: string; why: string }[] = [];
  const stop = () => void batches.close(); // the network's worker cannot stop by itself
  options.signal?.addEventListener("abort", stop);
  let cached = 0;
  try {
    let next = readBatch(list, 0, options.batch);
    for (let from = 0; from < list.names.length; from += options.batch) {
      checkCancelled(options.signal);
      const batch = await next;
      next = readBatch(list, from + options.batch, options.batch);
      next.catch(() => {}); // told when it is waited for
      const hashes = batch.map(({ hash }) => hash);
      const kept = await keepStep<KeptBatch>(store, "extract", { key, hashes }, () => batches.compute(batch));
      if (kept.cached) cached += batch.length;
      broken.push(...namesOf(kept.value, batch, options.skipBroken));
      await results.take(batch, layers, kept.value);
      const done = from + batch.length;
      options.onProgress?.({ step: "extract", done, total: list.names.length, cached: kept.cached });
    }
    const { files, stimuli } = await results.finish({
      model: { path: options.model, sha256: model },
      preprocessing: batches.preprocessing,
      pooling: options.pooling,
      project: options.project,
      seed: options.seed,
      batch: options.batch,
      stimuli: options.stimuli,
      broken,
      warnings: network.warnings,
      key: hashValue(key),
    });
    return {
      layers: files,
      stimuli,
      cached,
      broken,
      warnings: network.warnings,
      files: [
        ...files.map(({ file }) => file),
        join(options.out, "stimuli.csv"),
        join(options.out, "manifest.json"),
      ],
    };
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await results.drop();
    await batches.close();
    await list.close();
  }
}

/** Pictures unless the network reads tokens and no picture. */
function kindOf({ file }: Network): "picture" | "text" {
  const { inputs } = file.model;
  const pictures = inputs.some(({ shape, type }) => shape?.length === 4 && /float/.test(type ?? ""));
  return !pictures && inputs.some(({ name }) => name === "input_ids") ? "text" : "picture";
}

async function readBatch(list: StimulusList, from: number, count: number): Promise<Stimulus[]> {
  const end = Math.min(list.names.length, from + count);
  return Promise.all(Array.from({ length: Math.max(0, end - from) }, (_, k) => list.read(from + k)));
}

/** Broken stimuli under the names that they have now; their place in the batch is what was kept.
 * @throws EncodingError "format" if they shall not be skipped. */
function namesOf(
  { broken }: KeptBatch,
  batch: readonly Stimulus[],
  skip: boolean,
): { name: string; why: string }[] {
  const named = broken.map(({ place, why }) => ({ name: batch[place]?.name as string, why }));
  if (named.length > 0 && !skip)
    throw new EncodingError("format", `${named[0]?.why} (--skip-broken leaves it out)`);
  return named;
}

/** SHA-256 of the model's file and of those that hold its weights. */
async function hashModel({ model, folder }: OnnxFile): Promise<string> {
  const own = hashBytes(model.bytes);
  if (model.externalFiles.length === 0) return own;
  const weights = await Promise.all(model.externalFiles.map((name) => hashFile(join(folder, name))));
  return hashValue([own, ...weights]);
}

/** SHA-256 of the tokenizer's file and of those that may go with it. */
async function hashTokenizer(file: string): Promise<string> {
  const names = ["tokenizer_config.json", "merges.txt"].map((name) => join(dirname(file), name));
  const there = await Promise.all(
    names.map((name) =>
      stat(name).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return hashValue(await Promise.all([file, ...there.flat()].map(hashFile)));
}

/** The layers of a network, measured once and kept: for `simcortex layers`. */
export async function listMeasured(path: string, store?: Store): Promise<MeasuredLayer[]> {
  const { file } = await readNetwork(path);
  if (store === undefined) return measureLayers(file);
  const model = await hashModel(file);
  return (await keepStep(store, "layers", { model }, () => measureLayers(file))).value;
}
