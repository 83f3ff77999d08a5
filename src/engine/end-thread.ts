import { setTimeout as wait } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { askToStop, isInNative, type NativeState } from "../core/index.ts";

/** Between looks at whether a thread is outside native code, milliseconds. */
const pause = 5;

/** End a thread when it is outside native code: ended inside it may end the process. */
export async function endThread(worker: Worker, state: NativeState): Promise<void> {
  let ended = false;
  worker.once("exit", () => {
    ended = true;
  });
  askToStop(state);
  while (isInNative(state) && !ended) await wait(pause);
  await worker.terminate();
}
