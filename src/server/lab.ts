import type { Worker } from "node:worker_threads";
import { createNativeState, EncodingError, type NativeState } from "../core/index.ts";

import { callWorker } from "../graph/call-worker.ts";
import { endThread, startWorker } from "../graph/index.ts";
import { ServerError, type ToldError } from "./server-error.ts";

/** What a prediction is asked with. */
export interface LabQuestion {
  /** Body of the request: JSON, or a picture file. */
  readonly bytes: Uint8Array;
  readonly picture: boolean;
  /** Model and person of a picture. */
  readonly query: { readonly model?: string | undefined; readonly person?: string | undefined };
}

/** JSON in UTF-8, or what is to be told instead; `stack` is for the terminal of the server alone. */
export type LabAnswer =
  | { readonly json: Uint8Array }
  | { readonly failed: ToldError; readonly stack: string };

/** The laboratory of a server: one worker thread that predicts, one request after the other. */
export interface Lab {
  /** @param signal of the one who asks: who has gone is not answered.
   * @throws ServerError 504 after `seconds`; the worker is then ended, and the next request starts another. */
  predict(question: LabQuestion, signal: AbortSignal): Promise<LabAnswer>;
  close(): Promise<void>;
}

/** Open a laboratory on a brain's folder; `worker` is the module of its thread. The worker starts with the first request, and again after it ended. */
export function openLab(
  folder: string,
  { seconds, worker: module }: { readonly seconds: number; readonly worker: URL },
): Lab {
  let held: {
    readonly worker: Worker;
    readonly state: NativeState;
    readonly call: ReturnType<typeof callWorker>;
  } | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const open = () => {
    if (held !== null) return held;
    const state = createNativeState();
    const worker = startWorker(module, { folder, state });
    const own = { worker, state, call: callWorker(worker) };
    worker.on("exit", () => {
      if (held === own) held = null;
    });
    held = own;
    return own;
  };
  const end = async () => {
    const own = held;
    held = null;
    if (own !== null) await endThread(own.worker, own.state);
  };
  const ask = async (question: LabQuestion, signal: AbortSignal): Promise<LabAnswer> => {
    if (signal.aborted) throw new EncodingError("cancelled", "predict: the one who asked has gone.");
    const answered = open().call("predict", question) as Promise<LabAnswer>;
    const late = startTimer(seconds);
    try {
      return await Promise.race([answered, late.passed]);
    } catch (error) {
      answered.catch(() => {}); // of the ended worker
      if (error instanceof ServerError) await end();
      throw error;
    } finally {
      late.stop();
    }
  };
  return {
    predict(question, signal) {
      const next = last.then(() => ask(question, signal));
      last = next.catch(() => {});
      return next;
    },
    close: end,
  };
}

function startTimer(seconds: number): { readonly passed: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ServerError(
            504,
            "timeout",
            `The prediction took longer than ${seconds} s and was stopped.`,
            "Send fewer or smaller stimuli at a time.",
          ),
        ),
      1000 * seconds,
    );
  });
  return { passed, stop: () => clearTimeout(timer) };
}
