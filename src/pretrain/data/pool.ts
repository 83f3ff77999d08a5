import type { Worker } from "node:worker_threads";
import { callWorker } from "../../graph/call-worker.ts";
import { startWorker } from "../../graph/index.ts";
import type { LoadedSample, LoadRequest } from "./load-sample.ts";

/** Workers that load samples. */
export interface LoadPool {
  /** Load one sample. Requests of one `home` go to one worker, which then has its decoded picture.
   * @throws EncodingError "format" if the picture or the caption is damaged. */
  load(request: LoadRequest, home: number): Promise<LoadedSample>;
  /** End the workers. */
  close(): Promise<void>;
}

/** Start workers that decode and augment; several loaders may share them.
 * `workers` is the number of threads, `keep` the bytes of decoded pictures that all of them together keep. */
export function openLoadPool({
  workers = 1,
  keep = 256 * 2 ** 20,
}: {
  workers?: number;
  keep?: number;
} = {}): LoadPool {
  const threads: Worker[] = Array.from({ length: workers }, () =>
    startWorker(new URL(workerFile, import.meta.url), { keep: keep / workers }),
  );
  const calls = threads.map((worker) => callWorker(worker));
  return {
    load: (request, home) =>
      (calls[home % workers] as (typeof calls)[number])("load", request) as Promise<LoadedSample>,
    close: async () => void (await Promise.all(threads.map((worker) => worker.terminate()))),
  };
}

const workerFile = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
