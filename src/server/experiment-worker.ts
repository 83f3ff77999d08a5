import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type NativeState, shareNativeState, waitInNative } from "../core/index.ts";
import type { ExperimentResult } from "../study/experiment-bench.ts";
import type { ExperimentSettings } from "../study/read-experiment.ts";
import { type ToldError, tellServerError } from "./server-error.ts";

/** What the worker of a job says. */
export type JobMessage =
  | { readonly done: number }
  | { readonly results: readonly ExperimentResult[] }
  | { readonly failed: ToldError; readonly stack: string };

/** Worker of one job of {@link openJobs}: a thread of its own, so that a cancelled job ends at once wherever it is. */
const { folder, settings, state } = workerData as {
  folder: string;
  settings: ExperimentSettings;
  state: NativeState;
};
shareNativeState(state);
const port = parentPort as MessagePort;
const say = (message: JobMessage) => port.postMessage(message);

try {
  const { openBrainFolder, runExperiments } = await waitInNative(async () => ({
    ...(await import("../study/open-brain-folder.ts")),
    ...(await import("../study/run-experiment.ts")),
  })); // native libraries are loaded with them
  const own = await openBrainFolder(folder, { where: "here" });
  const results = await runExperiments(own, settings, {
    folder,
    onProgress: ({ done }) => say({ done }),
  });
  say({ results: results.map(({ pictures: _, ...rest }) => rest) });
  await own.close();
} catch (error) {
  say({ failed: tellServerError(error), stack: (error as Error).stack ?? "" });
}
