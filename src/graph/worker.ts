import { parentPort, workerData } from "node:worker_threads";
import { openHere, type Tensors } from "./session.ts";

/** Worker that holds one ONNX Runtime session; see {@link openSession}. */
const { bytes, threads } = workerData as { bytes: Uint8Array; threads: number };
const session = openHere(bytes, threads);
session.catch(() => {}); // told with the first answer

parentPort?.on("message", async ({ id, feeds }: { id: number; feeds: Tensors }) => {
  try {
    const value = await (await session).run(feeds);
    const owned = [...new Set(Object.values(value).map((tensor) => tensor.data.buffer as ArrayBuffer))];
    parentPort?.postMessage({ id, value }, owned);
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).message });
  }
});
