import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { answerCalls } from "../../graph/call-worker.ts";
import { keepPictures, type LoadedSample, type LoadRequest, loadSample } from "./load-sample.ts";

/** Worker that loads samples for training; see `openLoader`. */
sharp.concurrency(1);
const cache = keepPictures((workerData as { keep: number }).keep);

answerCalls(
  parentPort as MessagePort,
  { load: async (request: LoadRequest) => loadSample(request, cache) },
  (_, value) => (value as LoadedSample).views.map(({ buffer }) => buffer),
);
