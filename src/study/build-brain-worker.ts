import { availableParallelism } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { isEncodingError, type Progress } from "../core/index.ts";
import { buildBrain } from "./build-brain.ts";
import type { BrainMessage, BrainOrder } from "./build-brain-apart.ts";

/** Worker of {@link buildBrainApart}. */
const { settings, family } = workerData as BrainOrder;
const port = parentPort as MessagePort;
const say = (message: BrainMessage) => port.postMessage(message);

try {
  const linalg = { where: "here", threads: availableParallelism() } as const;
  const onProgress = (progress: Progress) => say({ progress });
  const { files } = await buildBrain(settings, { family, linalg, onProgress });
  say({ files });
} catch (error) {
  const kind = isEncodingError(error) ? error.kind : null;
  say({ kind, message: (error as Error).message, stack: (error as Error).stack ?? "" });
}
