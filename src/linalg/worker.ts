import { parentPort, workerData } from "node:worker_threads";
import { isEncodingError } from "../core/index.ts";
import type { Linalg } from "./linalg.ts";
import { type Backend, openHere } from "./open-linalg.ts";
import type { Method, Reply } from "./remote.ts";

/** Worker that holds one backend; see {@link openRemote}. */
const { backend, threads } = workerData as { backend: Backend; threads: number };
let linalg: Linalg | undefined;

parentPort?.on(
  "message",
  async ({ id, method, given }: { id: number; method: Method | "open"; given: unknown[] }) => {
    parentPort?.postMessage(await answer(id, method, given));
  },
);

async function answer(id: number, method: Method | "open", given: unknown[]): Promise<Reply> {
  try {
    linalg ??= openHere(backend, threads);
    if (method === "open") return { id, value: { name: linalg.name, version: linalg.version } };
    const run = linalg[method] as (...args: unknown[]) => Promise<unknown>;
    return { id, value: await run(...given) };
  } catch (error) {
    return { id, kind: isEncodingError(error) ? error.kind : null, message: (error as Error).message };
  }
}
