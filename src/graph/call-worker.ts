import { EncodingError, type ErrorKind, isEncodingError } from "../core/index.ts";

/** A worker thread as its owner sees it. */
export interface Thread {
  on(event: "message", listener: (answer: Answer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
}

/** The owner as the worker thread sees it. */
export interface Owner {
  on(event: "message", listener: (question: Question) => void): unknown;
  postMessage(message: unknown, moved: readonly ArrayBuffer[]): void;
}

/** A call on its way. */
export interface Question {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

/** What comes back. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly kind?: ErrorKind;
}

/** Speak with a worker thread: one message a call, answers matched by number. The thread keeps the program alive only while a call
 * is under way.
 * @returns function that calls a method of the worker; it rejects with the worker's error, also when the thread ends. */
export function callWorker(worker: Thread): (method: string, argument: unknown) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let next = 0;
  let ended: Error | undefined;
  const failAll = (error: Error) => {
    ended = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.unref();
  worker.on("message", ({ id, value, error, kind }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (error !== undefined) call?.reject(new EncodingError(kind ?? "backend", error));
    else call?.resolve(value);
  });
  worker.on("error", failAll);
  worker.on("exit", () =>
    failAll(new EncodingError("backend", "GraphSession: the session's worker has ended.")),
  );
  return (method, argument) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, method, argument });
    });
}

/** Answer an owner's calls, one after the other, in the order they came.
 * @param methods what can be called. @param moved buffers of an answer that are moved to the owner instead of copied. */
export function answerCalls(
  owner: Owner,
  methods: Readonly<Record<string, (argument: never) => Promise<unknown>>>,
  moved: (method: string, value: unknown) => readonly ArrayBuffer[],
): void {
  let last: Promise<void> = Promise.resolve();
  const answer = async ({ id, method, argument }: Question) => {
    try {
      const value = await methods[method]?.(argument as never);
      owner.postMessage({ id, value }, moved(method, value));
    } catch (error) {
      const kind = isEncodingError(error) ? error.kind : "backend";
      owner.postMessage({ id, error: (error as Error).message, kind }, []);
    }
  };
  owner.on("message", (question: Question) => {
    last = last.then(() => answer(question));
  });
}
