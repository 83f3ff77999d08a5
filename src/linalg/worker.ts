import { parentPort, workerData } from "node:worker_threads";
import { isEncodingError, type Matrix } from "../core/index.ts";
import type { Linalg } from "./linalg.ts";
import { type Backend, openHere } from "./open-linalg.ts";
import type { Method, Reply } from "./remote.ts";

/** Worker that holds one backend; see {@link openRemote}. */
const { backend, threads } = workerData as { backend: Backend; threads: number };
let linalg: Linalg | undefined;

parentPort?.on(
  "message",
  async ({ id, method, matrices }: { id: number; method: Method | "open"; matrices: Matrix[] }) => {
    parentPort?.postMessage(await answer(id, method, matrices));
  },
);

async function answer(id: number, method: Method | "open", matrices: Matrix[]): Promise<Reply> {
  try {
    linalg ??= openHere(backend, threads);
    if (method === "open") return { id, value: { name: linalg.name, version: linalg.version } };
    const run = linalg[method] as (...args: Matrix[]) => Promise<unknown>;
    return { id, value: await run(...matrices) };
  } catch (error) {
    return { id, kind: isEncodingError(error) ? error.kind : null, message: (error as Error).message };
  }
}
