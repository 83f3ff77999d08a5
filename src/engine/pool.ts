import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { createNativeState, EncodingError, type ErrorKind, type NativeState } from "../core/index.ts";
import { endThread, startWorker } from "../graph/index.ts";

/** Workers of this machine that run named functions of one module. */
export interface Pool {
  readonly size: number;
  /** Run the exported function `task` of the pool's module on `payload`, in the next free worker. Plain data and typed arrays
   * travel; the caller's arrays are copied, never taken away, and the result's are moved: a task must not keep what it returns.
   * @throws what the function throws; EncodingError "cancelled" once the pool is closed. */
  run(task: string, payload: unknown): Promise<unknown>;
  /** Stop all workers; waiting and running tasks end as cancelled at once, workers as soon as they are not inside native code. */
  close(): Promise<void>;
}

interface Job {
  readonly task: string;
  readonly payload: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a worker answers. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly kind: ErrorKind | null;
      readonly message: string;
      readonly stack: string | undefined;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** Start local workers.
 * @param module file URL of a module whose exported async functions are the tasks.
 * @param size number of workers; default one a core. They start with the first task. */
export function openPool(module: URL, { size = availableParallelism() }: { size?: number } = {}): Pool {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const all = new Map<Worker, Job | undefined>();
  const states = new WeakMap<Worker, NativeState>();
  let closed = false;
  let closing: Promise<void> | undefined;

  function next(): void {
    while (waiting.length > 0 && (idle.length > 0 || all.size < size)) {
      const job = waiting.shift() as Job;
      const worker = idle.pop() ?? start();
      all.set(worker, job);
      worker.postMessage({ task: job.task, payload: job.payload });
    }
  }

  function start(): Worker {
    const state = createNativeState();
    const worker = startWorker(new URL(workerFile, import.meta.url), { module: module.href, state });
    states.set(worker, state);
    all.set(worker, undefined);
    worker.on("message", (answer: Answer) => {
      const job = all.get(worker);
      all.set(worker, undefined);
      idle.push(worker);
      if (answer.ok) job?.resolve(answer.value);
      else job?.reject(revive(answer));
      next();
    });
    const fail = (why: string, cause?: Error) => {
      if (!all.has(worker)) return;
      const job = all.get(worker);
      all.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      job?.reject(died(job.task, why, cause));
      if (!closed) next();
    };
    worker.on("error", (error) => fail(error.message, error));
    worker.on("messageerror", (error) => fail(error.message, error));
    worker.on("exit", (code) => fail(`it ended with code ${code}`));
    return worker;
  }

  async function end(running: readonly (readonly [Worker, Job | undefined])[]): Promise<void> {
    all.clear();
    const busy = running.flatMap(([, job]) => job ?? []);
    for (const job of [...waiting.splice(0), ...busy]) job.reject(cancelled());
    await Promise.all(running.map(([worker]) => endThread(worker, states.get(worker) as NativeState)));
  }

  return {
    size,
    run: (task, payload) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(cancelled());
        waiting.push({ task, payload, resolve, reject });
        next();
      }),
    close() {
      closed = true;
      closing ??= end([...all]);
      return closing;
    },
  };
}

const workerFile = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";

function cancelled(): EncodingError {
  return new EncodingError("cancelled", "Stopped; finished steps are kept and the next start goes on.");
}

/** What killed a worker: mostly too little memory. */
function died(task: string, why: string, cause: Error | undefined): EncodingError {
  const memory = (cause as NodeJS.ErrnoException | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
  return new EncodingError(
    memory ? "memory" : "backend",
    `openPool: a worker died in the task "${task}": ${why}. ${memory ? "Use fewer --workers." : "Finished steps are kept; the next start goes on."}`,
    { task },
    cause,
  );
}

function revive(answer: Extract<Answer, { ok: false }>): Error {
  const there = new Error(answer.message); // the place in the worker
  if (answer.stack !== undefined) there.stack = answer.stack;
  return answer.kind === null ? there : new EncodingError(answer.kind, answer.message, answer.details, there);
}
