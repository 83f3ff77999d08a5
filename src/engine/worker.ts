import { parentPort, workerData } from "node:worker_threads";
import {
  EncodingError,
  isEncodingError,
  type NativeState,
  shareNativeState,
  waitInNative,
} from "../core/index.ts";
import { buffersOf } from "./buffers.ts";
import type { Answer } from "./pool.ts";

/** Worker of the pool: runs one exported function of the pool's module at a time. */
type Task = (payload: unknown) => Promise<unknown>;

const { module, state } = workerData as { readonly module: string; readonly state: NativeState };
shareNativeState(state);

const tasks = waitInNative<Record<string, Task | undefined>>(() => import(module)); // native libraries are loaded with it

parentPort?.on("message", async ({ task, payload }: { task: string; payload: unknown }) => {
  const answer = await answerTo(task, payload);
  parentPort?.postMessage(answer, answer.ok ? buffersOf(answer.value) : []);
});

async function answerTo(task: string, payload: unknown): Promise<Answer> {
  try {
    const run = (await tasks)[task];
    if (run === undefined) throw new Error(`worker: the module has no task "${task}".`);
    return { ok: true, value: await run(payload) };
  } catch (cause) {
    const error = explainMemory(cause instanceof Error ? cause : new Error(String(cause)));
    const ours = isEncodingError(error);
    return {
      ok: false,
      kind: ours ? error.kind : null,
      message: error.message,
      stack: error.stack,
      details: ours ? (JSON.parse(JSON.stringify(error.details)) as Record<string, unknown>) : {},
    };
  }
}

/** An array that could not be made is no bug: the machine is too small, or shared by too many workers. */
function explainMemory(error: Error): Error {
  if (!(error instanceof RangeError && /allocation failed/.test(error.message))) return error;
  return new EncodingError(
    "memory",
    `not enough memory: ${error.message}. Use fewer --workers, or fit fewer targets at once.`,
    {},
    error,
  );
}
