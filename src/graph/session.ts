import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { createNativeState, EncodingError, type NativeState, waitInNative } from "../core/index.ts";
import { callWorker } from "./call-worker.ts";
import type { ElementType, TensorData } from "./element-type.ts";
import { endThread } from "./end-thread.ts";

/** A tensor at the border of a graph. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Named tensors. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A graph that is ready to run. */
export interface GraphSession {
  /** Run the graph. The caller's arrays are not changed.
   * @param into outputs that are written to memory of the caller's, by a session in this thread; their shapes must fit.
   * @throws EncodingError "backend" with ONNX Runtime's own message. */
  run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
  /** What ONNX Runtime inferred of the outputs: sizes that stay open have a name; [] may also mean that nothing is known.
   * @throws EncodingError "backend" if ONNX Runtime refuses the model. */
  describe(): Promise<readonly OutputInfo[]>;
  /** Free the session and end its worker. */
  close(): Promise<void>;
}

/** An output of a session. */
export interface OutputInfo {
  readonly name: string;
  /** Element type; null: no tensor (a sequence, a map). */
  readonly type: string | null;
  readonly shape: readonly (number | string)[];
}

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** "worker": in a thread of its own, so that the event loop stays free (ONNX Runtime's run blocks); "here": in this thread. */
  readonly where?: "worker" | "here";
  /** Threads inside one operation, default 1. */
  readonly threads?: number;
  /** Whether threads wait busily for the next operation: faster on an idle machine, much slower where others use the cores.
   * Default true; for training false, as workers decode the next batch meanwhile. */
  readonly spin?: boolean;
  /** Folder of the files in which the model keeps its weights, if it keeps them outside; default none. */
  readonly weightsFolder?: string;
}

/** How a session uses threads. */
export type Threading = Required<Pick<SessionOptions, "threads" | "spin">> &
  Pick<SessionOptions, "weightsFolder">;

/** What a session's worker is given. */
export interface SessionOrder {
  readonly bytes: Uint8Array;
  readonly threading: Threading;
  readonly state: NativeState;
}

/** Load an ONNX model.
 * @param bytes of the model file.
 * @throws EncodingError "backend" if ONNX Runtime refuses it. */
export async function openSession(
  bytes: Uint8Array,
  { where = "worker", threads = 1, spin = true, weightsFolder }: SessionOptions = {},
): Promise<GraphSession> {
  const threading = { threads, spin, ...(weightsFolder !== undefined && { weightsFolder }) };
  if (where === "here") return openHere(bytes, threading);
  const state = createNativeState();
  const order: SessionOrder = { bytes, threading, state };
  const worker = startWorker(new URL(`./worker${extension}`, import.meta.url), order);
  const call = callWorker(worker);
  return {
    run: (feeds) => call("run", feeds) as Promise<Tensors>,
    describe: () => call("describe", null) as Promise<readonly OutputInfo[]>,
    close: () => endThread(worker, state),
  };
}

/** Extension of the files of this program: `.ts` in development, `.js` when built. */
export const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** Start a worker thread from a module of this program, built or not (in development it is loaded through tsx).
 * @param url file URL of the module. @param workerData handed to it. */
export function startWorker(url: URL, workerData: unknown): Worker {
  const execArgv: string[] = []; // flags of this process, such as --input-type, are not for a file
  if (!url.pathname.endsWith(".ts")) return new Worker(url, { workerData, execArgv });
  const tsx = createRequire(import.meta.url).resolve("tsx/package.json");
  const api = new URL("dist/esm/api/index.mjs", pathToFileURL(tsx));
  const code = `import(${JSON.stringify(api.href)}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(code, { eval: true, workerData, execArgv });
}

/** Load an ONNX model into this thread. */
export async function openHere(bytes: Uint8Array, threading: Threading): Promise<GraphSession> {
  const session = await loadModel(bytes, threading);
  return {
    async run(feeds, into) {
      const fetches = into && {
        ...Object.fromEntries(session.outputNames.map((name) => [name, null])),
        ...allToOrt(into),
      };
      return fromOrt(await runModel(session, allToOrt(feeds), fetches));
    },
    describe: async () => session.outputMetadata.map(infoOf),
    close: () => session.release(),
  };
}

/** Load a model with ONNX Runtime.
 * @throws EncodingError "backend" if it is refused. */
export async function loadModel(
  bytes: Uint8Array,
  { threads, spin, weightsFolder }: Threading,
): Promise<ort.InferenceSession> {
  const intraOp = { allow_spinning: spin ? "1" : "0" };
  const folder = weightsFolder && { model_external_initializers_file_folder_path: weightsFolder };
  const options: ort.InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    extra: { session: { intra_op: intraOp, ...folder } },
  };
  return waitInNative(() => ort.InferenceSession.create(bytes, options)).catch((cause: unknown) => {
    throw new EncodingError(
      "backend",
      `openSession: ONNX Runtime refuses the model: ${(cause as Error).message}`,
      {},
      cause,
    );
  });
}

function infoOf(info: ort.InferenceSession.ValueMetadata): OutputInfo {
  return info.isTensor
    ? { name: info.name, type: info.type, shape: info.shape }
    : { name: info.name, type: null, shape: [] };
}

/** Run a model. @param fetches outputs to compute; where a tensor is given, the output is written into it.
 * @throws EncodingError "backend" with ONNX Runtime's own message. */
export async function runModel(
  session: ort.InferenceSession,
  feeds: ort.InferenceSession.OnnxValueMapType,
  fetches?: ort.InferenceSession.NullableOnnxValueMapType,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const run = () => (fetches === undefined ? session.run(feeds) : session.run(feeds, fetches));
  return waitInNative(run).catch((cause: unknown) => {
    throw new EncodingError(
      "backend",
      `GraphSession: ONNX Runtime failed: ${(cause as Error).message}`,
      {},
      cause,
    );
  });
}

function allToOrt(tensors: Tensors): Record<string, ort.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, toOrt(t)]));
}

/** The same data as ONNX Runtime's tensor, not copied. */
export function toOrt({ type, data, shape }: Tensor): ort.Tensor {
  return new ort.Tensor(type, data as Float32Array, [...shape]);
}

/** ONNX Runtime's results as plain records, not copied. */
export function fromOrt(tensors: ort.InferenceSession.OnnxValueMapType): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [
      name,
      { type: t.type as ElementType, shape: t.dims, data: t.data as TensorData },
    ]),
  );
}
