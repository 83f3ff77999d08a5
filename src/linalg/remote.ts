import type { Worker } from "node:worker_threads";
import { EncodingError, type ErrorKind } from "../core/index.ts";
import { startWorker } from "../graph/index.ts";
import { costsOf } from "./costs.ts";
import type { Linalg } from "./linalg.ts";
import { columnsOf } from "./plain-products.ts";

/** Methods that are carried over to the worker. */
export type Method = Exclude<
  keyof Linalg,
  "name" | "version" | "parallel" | "together" | "decomposition" | "workspace" | "close"
>;

/** What the worker answers. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly kind: ErrorKind | null; readonly message: string };

const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";

/** A backend in a thread of its own. Matrices, or the columns of them that take part, are copied there and results moved back. */
export async function openRemote(options: { backend: string; threads: number }): Promise<Linalg> {
  const worker = startWorker(new URL(file, import.meta.url), options);
  const call = caller(worker);
  const { name, version } = (await call("open", [])) as { name: Linalg["name"]; version: string };
  const run =
    (method: Method) =>
    (...given: unknown[]) =>
      call(method, given) as Promise<never>;
  return {
    name,
    version,
    parallel: 1,
    ...costsOf(name),
    gemm: async (a, b, _into, columns) => call("gemm", [a, columnsOf("gemm", b, columns)]) as Promise<never>,
    gemmTN: run("gemmTN"),
    gemmNT: (a, b) => call("gemmNT", [a, b]) as Promise<never>,
    gemmTT: async (a, b, _into, columns) =>
      call("gemmTT", [columnsOf("gemmTT", a, columns), b]) as Promise<never>,
    syrkTN: run("syrkTN"),
    syrkNT: async (a, columns) => call("syrkNT", [columnsOf("syrkNT", a, columns)]) as Promise<never>,
    solveCholesky: run("solveCholesky"),
    solveRight: run("solveRight"),
    solveRights: run("solveRights"),
    addGrams: run("addGrams"),
    qr: run("qr"),
    eigh: (a) => call("eigh", [a]) as Promise<never>,
    svd: run("svd"),
    close: async () => void (await worker.terminate()),
  };
}

function caller(worker: Worker) {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let next = 0;
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.unref();
  worker.on("error", failAll);
  worker.on("exit", () =>
    failAll(new EncodingError("backend", "openLinalg: the backend's worker has ended.")),
  );
  worker.on("message", (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ("value" in reply) call?.resolve(reply.value);
    else
      call?.reject(
        reply.kind === null ? new Error(reply.message) : new EncodingError(reply.kind, reply.message),
      );
  });
  return (method: Method | "open", given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, method, given: given.map(compact) });
    });
}

/** A message copies the whole buffer behind a view, not what the view shows: parts of larger matrices are copied out first. */
function compact(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(compact);
  if (ArrayBuffer.isView(given))
    return given.byteLength < given.buffer.byteLength ? (given as Float64Array).slice() : given;
  if (typeof given !== "object" || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return given;
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, compact(value)]));
}
