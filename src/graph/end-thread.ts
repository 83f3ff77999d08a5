import { askToStop, isInNative, type NativeState } from "../core/index.ts";

/** Between looks at whether a thread is outside native code, milliseconds. */
const pause = 5;

/** A worker thread, as far as it is ended. */
export interface EndableThread {
  once(event: "exit", listener: () => void): unknown;
  terminate(): Promise<unknown>;
}

/** End a thread when it is outside native code: ended inside it may end the process. */
export async function endThread(worker: EndableThread, state: NativeState): Promise<void> {
  let ended = false;
  worker.once("exit", () => {
    ended = true;
  });
  askToStop(state);
  while (isInNative(state) && !ended) await new Promise((resolve) => setTimeout(resolve, pause));
  await worker.terminate();
}
