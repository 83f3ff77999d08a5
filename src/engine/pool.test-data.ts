import { writeFileSync } from "node:fs";
import { EncodingError, waitInNative } from "../core/index.ts";

/** Tasks of the pool's tests. */
export async function double(x: Float64Array): Promise<Float64Array> {
  return x.map((value) => 2 * value);
}

/** Fails with an error of ours. */
export async function refuse(): Promise<never> {
  throw new EncodingError("shape", "refuse: wrong shape; got 3.", { got: 3 });
}

/** A bug. */
export async function stumble(): Promise<never> {
  throw new TypeError("stumble: not a function");
}

/** Asks for an array that no machine has room for. */
export async function swell(): Promise<Float64Array> {
  return new Float64Array(new ArrayBuffer(2 ** 48));
}

/** Ends as a worker ends whose heap is full (filling one takes gigabytes). */
export async function hoard(): Promise<never> {
  const code = "ERR_WORKER_OUT_OF_MEMORY";
  setTimeout(() => {
    throw Object.assign(new Error("Worker terminated due to reaching memory limit"), { code });
  });
  return new Promise(() => {});
}

/** Kills its worker. */
export async function crash(): Promise<never> {
  process.exit(3);
}

/** Never answers. */
export async function hang(): Promise<never> {
  return new Promise(() => setInterval(() => {}, 1000));
}

/** Twice inside what counts as native code; each time it comes out, the file says how often. */
export async function enterTwice(file: string): Promise<void> {
  for (const time of [1, 2])
    await waitInNative(async () => {
      writeFileSync(file, "inside");
      await new Promise((resolve) => setTimeout(resolve, 200));
      writeFileSync(file, String(time));
    });
}
