import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { hasEnded, type Jobs } from "./jobs.ts";
import type { JobAnswer } from "./schemas.ts";

/** A comment is sent this often, so that nobody between takes the line for dead. Milliseconds. */
const beat = 15_000;

/** The progress of a job as server-sent events: the state at once, then every change; the stream ends with the job.
 * @param enter takes a place among the open streams.
 * @throws ServerError 404 if there is no such job, 503 if too many streams are open. */
export function followJob(c: Context, jobs: Jobs, id: string, enter: () => () => void): Response {
  jobs.read(id);
  const leave = enter();
  return streamSSE(c, async (stream) => {
    const told: JobAnswer[] = [];
    let wake = () => {};
    const unfollow = jobs.follow(id, (job) => {
      told.push(job);
      wake();
    });
    stream.onAbort(() => wake());
    const timer = setInterval(() => wake(), beat);
    try {
      while (!stream.aborted) {
        const job = told.shift();
        if (job !== undefined) {
          const event = hasEnded(job) ? job.state : "progress";
          await stream.writeSSE({ event, data: JSON.stringify(job) });
          if (hasEnded(job)) return;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (told.length === 0 && !stream.aborted) await stream.write(": still here\n\n");
      }
    } finally {
      clearInterval(timer);
      unfollow();
      leave();
    }
  });
}
