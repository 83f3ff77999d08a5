import type { Prediction } from "../../../src/simulator/page.ts";
import type { Picture } from "../../../src/stimuli/render.ts";
import type { Answer, Request } from "./messages.ts";

/** The laboratory's worker, as promises. */
export interface Client {
  open(base: string, engine: "auto" | "wasm"): Promise<string>;
  load(model: string): Promise<number>;
  /** A picture file as RGB bytes, decoded beside the page's own work. */
  decode(file: Blob, name: string): Promise<Picture>;
  predict(
    request: Omit<Extract<Request, { kind: "predict" }>, "kind">,
  ): Promise<{ prediction: Prediction; milliseconds: number }>;
  close(): void;
}

/** Start the worker. */
export function openClient(): Client {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let next = 1;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === "failed") one?.reject(new Error(data.message));
    else one?.resolve(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const error = new Error(
      `The laboratory stopped${event.message ? `: ${event.message}` : ""}. Reload the page to start it again; the study stays readable.`,
    );
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const ask = (request: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  return {
    open: async (base, engine) => {
      const answer = await ask({ kind: "open", base, engine });
      return answer.kind === "opened" ? answer.engine : "";
    },
    load: async (model) => {
      const answer = await ask({ kind: "load", model });
      return answer.kind === "loaded" ? answer.bytes : 0;
    },
    decode: async (file, name) => {
      const answer = await ask({ kind: "decode", file, name });
      if (answer.kind !== "decoded") throw new Error("The laboratory gave no picture.");
      return answer.picture;
    },
    predict: async (request) => {
      const answer = await ask({ kind: "predict", ...request });
      if (answer.kind !== "predicted") throw new Error("The laboratory gave no prediction.");
      return answer;
    },
    close: () => worker.terminate(),
  };
}
