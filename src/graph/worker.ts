import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { shareNativeState, waitInNative } from "../core/index.ts";
import { answerCalls } from "./call-worker.ts";
import type { SessionOrder, Tensors } from "./session.ts";

/** Worker that holds one ONNX Runtime session; see {@link openSession}. */
const { bytes, threading, state } = workerData as SessionOrder;
shareNativeState(state);
const session = waitInNative(() => import("./session.ts")) // ONNX Runtime is loaded with it
  .then(({ openHere }) => openHere(bytes, threading));
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
