import { availableParallelism } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { isEncodingError, type Progress, shareNativeState, waitInNative } from "../core/index.ts";
import type { BrainMessage, BrainOrder } from "./build-brain-apart.ts";

/** Worker of {@link buildBrainApart}. */
const { settings, family, state } = workerData as BrainOrder;
shareNativeState(state);
const port = parentPort as MessagePort;
const say = (message: BrainMessage) => port.postMessage(message);

try {
  const { buildBrain } = await waitInNative(() => import("./build-brain.ts")); // native libraries are loaded with it
  const linalg = { where: "here", threads: availableParallelism() } as const;
  const onProgress = (progress: Progress) => say({ progress });
  const { files } = await buildBrain(settings, { family, linalg, onProgress });
  say({ files });
} catch (error) {
  const kind = isEncodingError(error) ? error.kind : null;
  say({ kind, message: (error as Error).message, stack: (error as Error).stack ?? "" });
}
