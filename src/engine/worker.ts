import { parentPort, workerData } from "node:worker_threads";
import { isEncodingError } from "../core/index.ts";
import type { Answer } from "./pool.ts";

/** Worker of the pool: runs one exported function of the pool's module at a time. */
type Task = (payload: unknown) => Promise<unknown>;

const tasks = import((workerData as { module: string }).module) as Promise<Record<string, Task | undefined>>;

parentPort?.on("message", async ({ task, payload }: { task: string; payload: unknown }) => {
  parentPort?.postMessage(await answerTo(task, payload));
});

async function answerTo(task: string, payload: unknown): Promise<Answer> {
  try {
    const run = (await tasks)[task];
    if (run === undefined) throw new Error(`worker: the module has no task "${task}".`);
    return { ok: true, value: await run(payload) };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
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
