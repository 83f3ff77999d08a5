import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web";
import webgpuUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import {
  type Brain,
  type EncoderSession,
  encodeStimuli,
  findSense,
  maskOf,
  openBrain,
  openTokenizer,
  predict,
  type Sense,
  type Stimuli,
} from "../../../src/simulator/page.ts";
import { messageOf, readBeside } from "../page/read.ts";
import type { Answer, Request } from "./messages.ts";
import { decodePicture } from "./picture.ts";

type Ort = typeof import("onnxruntime-web");
interface Loaded {
  readonly session: EncoderSession;
  readonly tokenizer: Awaited<ReturnType<typeof openTokenizer>> | undefined;
}

let brain: Brain | null = null;
let bytes = 0;
let engine: Promise<{ ort: Ort; provider: "webgpu" | "wasm" }> | null = null;
const loaded = new Map<string, Promise<Loaded>>();

self.onmessage = async ({ data }: MessageEvent<Request & { id: number }>) => {
  try {
    post(await answer(data));
  } catch (error) {
    post({ id: data.id, kind: "failed", message: messageOf(error) });
  }
};

function post(message: Answer): void {
  const bytes = message.kind === "decoded" ? [message.picture.data.buffer as ArrayBuffer] : [];
  self.postMessage(message, { transfer: bytes });
}

async function answer(request: Request & { id: number }): Promise<Answer> {
  const { id } = request;
  if (request.kind === "decode")
    return { id, kind: "decoded", picture: await decodePicture(request.file, request.name) };
  if (request.kind === "open") {
    brain = await openBrain(
      readBeside(new URL(request.base), (more) => {
        bytes += more;
      }),
    );
    engine = openEngine(request.engine);
    const { provider } = await engine;
    return { id, kind: "opened", engine: provider === "webgpu" ? "WebGPU" : "WebAssembly" };
  }
  if (brain === null) throw new Error("The laboratory is not open yet.");
  if (request.kind === "load") {
    const { senses } = brain.manifest.models.find((model) => model.id === request.model) ?? { senses: {} };
    for (const sense of Object.keys(senses) as Sense[]) await load(brain, request.model, sense);
    await warmUp(brain, request.model);
    return { id, kind: "loaded", bytes };
  }
  const start = performance.now();
  const { session, tokenizer } = await load(brain, request.model, request.sense);
  const stimuli: Stimuli =
    request.sense === "picture"
      ? { sense: "picture", pictures: request.pictures ?? [] }
      : { sense: "sentence", sentences: request.sentences ?? [] };
  const encoded = await encodeStimuli(
    findSense(brain.manifest, request.model, request.sense),
    session,
    stimuli,
    {
      tokenizer,
    },
  );
  const prediction = await predict(brain, encoded, { model: request.model, person: request.person });
  return { id, kind: "predicted", prediction, milliseconds: performance.now() - start };
}

/** Read what a prediction needs beside the encoder, so that later nothing is requested. */
async function warmUp(from: Brain, id: string): Promise<void> {
  const { manifest, array, weights } = from;
  const model = manifest.models.find((one) => one.id === id);
  if (model === undefined) return;
  const parts = Object.values(model.senses).flatMap((sense) => [
    array(sense.interval),
    array(sense.distances),
  ]);
  await Promise.all([weights(id), maskOf(from, id), ...parts]);
}

function load(from: Brain, model: string, sense: Sense): Promise<Loaded> {
  const key = `${model} ${sense}`;
  const known = loaded.get(key);
  if (known) return known;
  const made = loadEncoder(from, model, sense).catch((error: unknown) => {
    loaded.delete(key);
    throw error;
  });
  loaded.set(key, made);
  return made;
}

async function loadEncoder(from: Brain, model: string, sense: Sense): Promise<Loaded> {
  const part = findSense(from.manifest, model, sense);
  const [file, tokenizer] = await Promise.all([
    from.file(part.encoder.file),
    sense === "sentence" ? openTokenizer(from, part) : undefined,
  ]);
  if (engine === null) throw new Error("The laboratory is not open yet.");
  const { ort, provider } = await engine;
  const session = await createSession(ort, provider, file);
  return { session: wrap(ort, session), tokenizer };
}

async function createSession(
  ort: Ort,
  provider: "webgpu" | "wasm",
  file: Uint8Array,
): Promise<InferenceSession> {
  if (provider === "webgpu") {
    try {
      return await ort.InferenceSession.create(file, { executionProviders: ["webgpu", "wasm"] });
    } catch {
      // an operator or a driver that WebGPU does not take: the processor does
    }
  }
  return ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
}

/** WebGPU where the browser gives an adapter, else WebAssembly. */
async function openEngine(wanted: "auto" | "wasm"): Promise<{ ort: Ort; provider: "webgpu" | "wasm" }> {
  const provider = wanted === "auto" && (await hasWebGpu()) ? "webgpu" : "wasm";
  const ort = (provider === "webgpu"
    ? await import("onnxruntime-web/webgpu")
    : await import("onnxruntime-web/wasm")) as unknown as Ort;
  ort.env.wasm.numThreads = 1; // threads would need headers that a plain server of files does not send
  ort.env.wasm.wasmPaths = { wasm: provider === "webgpu" ? webgpuUrl : wasmUrl };
  ort.env.logLevel = "error";
  return { ort, provider };
}

async function hasWebGpu(): Promise<boolean> {
  try {
    const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } };
    return gpu !== undefined && (await gpu.requestAdapter()) !== null;
  } catch {
    return false;
  }
}

function wrap(ort: Ort, session: InferenceSession): EncoderSession {
  return {
    run: async (feeds) => {
      const given: Record<string, OrtTensor> = {};
      for (const [name, { type, shape, data }] of Object.entries(feeds))
        given[name] = new ort.Tensor(type as "float32", data as Float32Array, [...shape]);
      const out = await session.run(given);
      return Object.fromEntries(
        Object.entries(out).map(([name, tensor]) => [
          name,
          {
            type: tensor.type as "float32",
            shape: [...tensor.dims],
            data: tensor.data as Float32Array<ArrayBuffer>,
          },
        ]),
      );
    },
  };
}
