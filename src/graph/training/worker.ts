import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { shareNativeState, waitInNative } from "../../core/index.ts";
import { answerCalls } from "../call-worker.ts";
import type { Tensors } from "../session.ts";
import type { TrainingOrder } from "./session.ts";

/** Worker that holds steps and their states; see {@link openTraining}. */
const { plan, state } = workerData as TrainingOrder;
shareNativeState(state);
const training = waitInNative(() => import("./session.ts")) // ONNX Runtime is loaded with it
  .then(({ openTrainingHere }) => openTrainingHere(plan));
training.catch(() => {}); // told with the first answer

answerCalls(
  parentPort as MessagePort,
  {
    open: async () => void (await training),
    run: async ({ step, feeds }: { step: string; feeds: Tensors }) => (await training).run(step, feeds),
    read: async (names?: readonly string[]) => (await training).read(names),
    write: async (states: Tensors) => (await training).write(states),
  },
  (method, value) =>
    method === "run" || method === "read"
      ? [...new Set(Object.values(value as Tensors).map(({ data }) => data.buffer as ArrayBuffer))]
      : [],
);
