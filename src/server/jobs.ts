import { randomUUID } from "node:crypto";
import { createNativeState } from "../core/index.ts";

import { endThread, startWorker } from "../graph/index.ts";
import type { JobMessage } from "./experiment-worker.ts";
import type { ExperimentRequest, JobAnswer } from "./schemas.ts";
import { ServerError } from "./server-error.ts";

/** Experiments under way: one runs, some wait, the latest are remembered. */
export interface Jobs {
  /** @throws ServerError 503 if too many wait. */
  start(request: ExperimentRequest): JobAnswer;
  /** @throws ServerError 404 if there is none, or no more. */
  read(id: string): JobAnswer;
  /** Stop a job; one that has ended stays as it is. */
  cancel(id: string): JobAnswer;
  /** Be told of each change, until the job has ended.
   * @returns ends it. */
  follow(id: string, listener: (job: JobAnswer) => void): () => void;
  close(): Promise<void>;
}

/** Bounds of {@link openJobs}. */
export interface JobsOptions {
  readonly waiting: number;
  readonly kept: number;
  /** Longest time of one job. */
  readonly seconds: number;
  /** Module of their threads. */
  readonly worker: URL;
  /** Told of what is no fault of the one who asked. */
  readonly onBug: (stack: string) => void;
}

interface Job {
  answer: JobAnswer;
  readonly request: ExperimentRequest;
  readonly listeners: Set<(job: JobAnswer) => void>;
  /** Ends its thread; null: none runs. */
  end: (() => Promise<void>) | null;
}

/** Whether a job will not change any more. */
export function hasEnded({ state }: JobAnswer): boolean {
  return state !== "waiting" && state !== "running";
}

/** Open a place for experiments on a brain's folder. */
export function openJobs(
  folder: string,
  { waiting, kept, seconds, worker: module, onBug }: JobsOptions,
): Jobs {
  const jobs = new Map<string, Job>(); // in the order they came
  const all = (state: JobAnswer["state"]) =>
    [...jobs.values()].filter(({ answer }) => answer.state === state);
  const change = (job: Job, part: Partial<JobAnswer>) => {
    if (hasEnded(job.answer)) return;
    job.answer = { ...job.answer, ...part };
    for (const listener of job.listeners) listener(job.answer);
    if (!hasEnded(job.answer)) return;
    job.listeners.clear();
    void job.end?.();
    forget();
    next();
  };
  const forget = () => {
    const ended = [...jobs].filter(([, { answer }]) => hasEnded(answer));
    for (const [id] of ended.slice(0, Math.max(0, ended.length - kept))) jobs.delete(id);
  };
  const fail = (job: Job, message: string, hint: string, kind = "timeout") =>
    change(job, { state: "failed", error: { kind, message, hint } });
  const next = () => {
    const [job] = all("waiting");
    if (job === undefined || all("running").length > 0) return;
    const settings = { ...job.request, brain: folder };
    const state = createNativeState();
    const worker = startWorker(module, { folder, settings, state });
    const timer = setTimeout(
      () => fail(job, `The experiments took longer than ${seconds} s and were stopped.`, "Ask for fewer."),
      1000 * seconds,
    );
    timer.unref();
    job.end = () => endThread(worker, state);
    worker.unref();
    worker.on("message", (message: JobMessage) => {
      if ("done" in message) change(job, { done: message.done });
      else if ("results" in message)
        change(job, { state: "done", done: job.answer.total, results: plain(message.results) });
      else {
        if (message.failed.status >= 500) onBug(message.stack);
        change(job, { state: "failed", error: message.failed.error as NonNullable<JobAnswer["error"]> });
      }
    });
    worker.on("error", (error) => {
      onBug(error.stack ?? error.message);
      fail(job, "The experiments ended with a fault of the server.", "Please report it.", "bug");
    });
    worker.on("exit", () => {
      clearTimeout(timer);
      fail(job, "The experiments ended with a fault of the server.", "Please report it.", "bug");
    });
    change(job, { state: "running" });
  };
  const find = (id: string) => {
    const job = jobs.get(id);
    if (job === undefined)
      throw new ServerError(
        404,
        "missing",
        `There are no experiments "${id.slice(0, 60)}".`,
        `The latest ${kept} are remembered; start them again.`,
      );
    return job;
  };
  return {
    start(request) {
      if (all("waiting").length >= waiting)
        throw new ServerError(
          503,
          "busy",
          `${waiting} experiments are waiting, which is all this server takes.`,
          "Try again after the seconds of the Retry-After header.",
        );
      const id = randomUUID();
      const answer: JobAnswer = {
        id,
        state: "waiting",
        done: 0,
        total: request.experiments.length,
        results: null,
        error: null,
      };
      const job: Job = { answer, request, listeners: new Set(), end: null };
      jobs.set(id, job);
      next();
      return job.answer;
    },
    read: (id) => find(id).answer,
    cancel(id) {
      const job = find(id);
      change(job, { state: "cancelled" });
      return job.answer;
    },
    follow(id, listener) {
      const job = find(id);
      listener(job.answer);
      if (hasEnded(job.answer)) return () => {};
      job.listeners.add(listener);
      return () => void job.listeners.delete(listener);
    },
    async close() {
      const ends = [...jobs.values()].flatMap(({ answer, end }) => (end && !hasEnded(answer) ? [end] : []));
      for (const job of all("waiting")) change(job, { state: "cancelled" });
      for (const job of all("running")) change(job, { state: "cancelled" });
      await Promise.all(ends.map((end) => end()));
    },
  };
}

/** Results as plain JSON data: NaN is null. */
function plain(results: Extract<JobMessage, { results: unknown }>["results"]): JobAnswer["results"] {
  return JSON.parse(JSON.stringify(results)) as JobAnswer["results"];
}
