import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type NativeState, shareNativeState, waitInNative } from "../core/index.ts";
import { answerCalls } from "../graph/call-worker.ts";
import type { LabAnswer, LabQuestion } from "./lab.ts";
import { tellServerError } from "./server-error.ts";

/** Worker of {@link openLab}: reads bodies, encodes, predicts and writes JSON, so that the event loop of the server does none of it. */
const { folder, state } = workerData as { folder: string; state: NativeState };
shareNativeState(state);

/** Native libraries are loaded with the modules. */
const made = waitInNative(async () => {
  const { openBrainFolder } = await import("../study/open-brain-folder.ts");
  const { answerPrediction } = await import("./answer-prediction.ts");
  const opened = openBrainFolder(folder, { where: "here" });
  opened.catch(() => {}); // told with the first answer
  return { answer: (question: LabQuestion) => answerPrediction(question, opened) };
});
made.catch(() => {});

answerCalls(
  parentPort as MessagePort,
  {
    predict: async (question: LabQuestion): Promise<LabAnswer> => {
      try {
        return { json: new TextEncoder().encode(JSON.stringify(await (await made).answer(question))) };
      } catch (error) {
        return { failed: tellServerError(error), stack: (error as Error).stack ?? "" };
      }
    },
  },
  (_, value) =>
    "json" in (value as LabAnswer) ? [(value as { json: Uint8Array<ArrayBuffer> }).json.buffer] : [],
);
