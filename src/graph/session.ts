import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { EncodingError } from "../core/index.ts";

/** A tensor at the border of a graph. */
export interface Tensor {
  readonly type: "float32" | "float64" | "int32" | "int64" | "bool";
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Named tensors. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A graph that is ready to run. */
export interface GraphSession {
  /** Run the graph. The caller's arrays are not changed.
   * @throws EncodingError "backend" with ONNX Runtime's own message. */
  run(feeds: Tensors): Promise<Tensors>;
  close(): Promise<void>;
}

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** "worker": in a thread of its own, so that the event loop stays free (ONNX Runtime's run blocks); "here": in this thread. */
  readonly where?: "worker" | "here";
  /** Threads inside one operation, default 1. */
  readonly threads?: number;
}

/** Load an ONNX model.
 * @param bytes of the model file.
 * @throws EncodingError "backend" if ONNX Runtime refuses it. */
export async function openSession(
  bytes: Uint8Array,
  { where = "worker", threads = 1 }: SessionOptions = {},
): Promise<GraphSession> {
  if (where === "here") return openHere(bytes, threads);
  const worker = startWorker(new URL(`./worker${extension}`, import.meta.url), { bytes, threads });
  return callWorker(worker);
}

/** Extension of the files of this program: `.ts` in development, `.js` when built. */
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

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
export async function openHere(bytes: Uint8Array, threads: number): Promise<GraphSession> {
  const ort = await import("onnxruntime-node"); // a tenth of a second, so only where a session is opened
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new EncodingError(
      "backend",
      `openSession: ONNX Runtime refuses the model: ${(cause as Error).message}`,
      {},
      cause,
    );
  });
  return {
    async run(feeds) {
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, t]) => [
          name,
          new ort.Tensor(t.type, t.data as Float32Array, [...t.shape]),
        ]),
      );
      const outputs = await session.run(inputs).catch((cause: unknown) => {
        throw new EncodingError(
          "backend",
          `GraphSession: ONNX Runtime failed: ${(cause as Error).message}`,
          {},
          cause,
        );
      });
      return Object.fromEntries(
        Object.entries(outputs).map(([name, t]) => [
          name,
          { type: t.type as Tensor["type"], shape: t.dims, data: t.data as Tensor["data"] },
        ]),
      );
    },
    close: () => session.release(),
  };
}

interface Reply {
  readonly id: number;
  readonly value?: Tensors;
  readonly error?: string;
}

/** Speak with a session that lives in a worker: one message a call, answers matched by number. */
function callWorker(worker: Worker): GraphSession {
  const waiting = new Map<number, { resolve: (value: Tensors) => void; reject: (error: Error) => void }>();
  let next = 0;
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.unref();
  worker.on("message", ({ id, value, error }: Reply) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error !== undefined) call?.reject(new EncodingError("backend", error));
    else call?.resolve(value as Tensors);
  });
  worker.on("error", failAll);
  worker.on("exit", () =>
    failAll(new EncodingError("backend", "GraphSession: the session's worker has ended.")),
  );
  return {
    run: (feeds) =>
      new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, feeds });
      }),
    async close() {
      await worker.terminate();
    },
  };
}
