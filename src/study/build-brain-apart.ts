import {
  createNativeState,
  EncodingError,
  type ErrorKind,
  type NativeState,
  type OnProgress,
  type Progress,
} from "../core/index.ts";

import { endThread, startWorker } from "../graph/index.ts";
import type { BrainFiles } from "../simulator/index.ts";
import type { StudySettings } from "./settings.ts";

/** What the worker is asked for. */
export interface BrainOrder {
  readonly settings: StudySettings;
  readonly family: string;
  readonly state: NativeState;
}

/** What the worker says. */
export type BrainMessage =
  | { readonly progress: Progress }
  | { readonly files: BrainFiles }
  | { readonly kind: ErrorKind | null; readonly message: string; readonly stack: string };

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** {@link import("./build-brain.ts").buildBrain} in a thread of its own: there the linear algebra runs beside the matrices instead of being
 * sent copies of them, and this thread stays free for Ctrl-C, which ends the other at once.
 * @throws what `buildBrain` throws; the signal's reason. */
export async function buildBrainApart(
  settings: StudySettings,
  {
    family,
    onProgress,
    signal,
  }: { readonly family: string; readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): Promise<BrainFiles> {
  signal?.throwIfAborted();
  const state = createNativeState();
  const order: BrainOrder = { settings, family, state };
  const worker = startWorker(new URL(`./build-brain-worker${extension}`, import.meta.url), order);
  try {
    return await new Promise<BrainFiles>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      worker.on("error", reject);
      worker.on("exit", () =>
        reject(new EncodingError("backend", "publish: the thread that fits the brain has ended.")),
      );
      worker.on("message", (message: BrainMessage) => {
        if ("progress" in message) onProgress?.(message.progress);
        else if ("files" in message) resolve(message.files);
        else reject(errorOf(message));
      });
    });
  } finally {
    await endThread(worker, state);
  }
}

function errorOf({ kind, message, stack }: Extract<BrainMessage, { message: string }>): Error {
  if (kind !== null) return new EncodingError(kind, message);
  return Object.assign(new Error(message), { stack });
}
