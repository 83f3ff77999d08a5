import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { answerCalls } from "./call-worker.ts";
import { openHere, type Tensors, type Threading } from "./session.ts";

/** Worker that holds one ONNX Runtime session; see {@link openSession}. */
const { bytes, ...threading } = workerData as { bytes: Uint8Array } & Threading;
const session = openHere(bytes, threading);
session.catch(() => {}); // told with the first answer

answerCalls(
  parentPort as MessagePort,
  {
    run: async (feeds: Tensors) => (await session).run(feeds),
    describe: async () => (await session).describe(),
  },
  (method, value) =>
    method !== "run"
      ? []
      : [...new Set(Object.values(value as Tensors).map(({ data }) => data.buffer as ArrayBuffer))],
);
