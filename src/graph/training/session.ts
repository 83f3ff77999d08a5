import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { createNativeState, EncodingError, type NativeState } from "../../core/index.ts";
import { callWorker } from "../call-worker.ts";
import { zerosOf } from "../element-type.ts";
import { encodeGraph } from "../encode.ts";
import { endThread } from "../end-thread.ts";
import type { TensorInfo } from "../model.ts";
import {
  extension,
  fromOrt,
  loadModel,
  runModel,
  type SessionOptions,
  startWorker,
  type Tensor,
  type Tensors,
  type Threading,
  toOrt,
} from "../session.ts";
import { countOf, formatShape, sameShape } from "../shape.ts";
import type { Step } from "./step.ts";

/** Steps that share their states: weights, moments, queues. */
export interface Training {
  /** Run a step: read the states, renew those it updates. Calls are done in order.
   * @returns the step's outputs. @throws EncodingError "shape" if an input is missing or does not fit. */
  run(step: string, feeds?: Tensors): Promise<Tensors>;
  /** Copies of states, all by default: a checkpoint.
   * @throws EncodingError "option" for a name that is no state. */
  read(names?: readonly string[]): Promise<Tensors>;
  /** Replace the content of states: a checkpoint that is taken up again.
   * @throws EncodingError "shape" if one does not fit. */
  write(states: Tensors): Promise<void>;
  /** Free the sessions and states and end the worker. */
  close(): Promise<void>;
}

/** What a worker needs to open training. */
export interface TrainingPlan {
  readonly steps: Readonly<Record<string, Pick<Step, "states" | "updates"> & Programme>>;
  readonly start: Tensors;
  readonly threading: Threading;
}

/** What a worker is given. */
export interface TrainingOrder {
  readonly plan: TrainingPlan;
  readonly state: NativeState;
}

interface Programme {
  readonly bytes: Uint8Array;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly string[];
}

/** Open steps on shared states. Each updated state has two buffers: a step reads one and writes the other, then they change places;
 * nothing is copied or allocated from step to step.
 * @param steps by name. @param start first content of every state that does not start at zero.
 * @throws EncodingError "shape" if a state's first content is missing or does not fit; "backend" if ONNX Runtime refuses a step. */
export async function openTraining(
  steps: Readonly<Record<string, Step>>,
  start: Tensors,
  { where = "worker", threads = 1, spin = false }: SessionOptions = {},
): Promise<Training> {
  const programmes = Object.entries(steps).map(([name, { graph, states, updates }]) => {
    const kept = new Set(states.map((state) => state.name));
    const hidden = new Set(Object.values(updates));
    const inputs = graph.inputs.filter((info) => !kept.has(info.name));
    const outputs = graph.outputs.map((info) => info.name).filter((output) => !hidden.has(output));
    return [name, { states, updates, bytes: encodeGraph(graph), inputs, outputs }] as const;
  });
  const plan: TrainingPlan = { steps: Object.fromEntries(programmes), start, threading: { threads, spin } };
  if (where === "here") return openTrainingHere({ ...plan, start: copies(start) });
  const state = createNativeState();
  const order: TrainingOrder = { plan, state };
  const worker = startWorker(new URL(`./worker${extension}`, import.meta.url), order);
  const call = callWorker(worker);
  const close = () => endThread(worker, state);
  await call("open", null).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    run: (step, feeds = {}) => call("run", { step, feeds }) as Promise<Tensors>,
    read: (names) => call("read", names) as Promise<Tensors>,
    write: (states) => call("write", states) as Promise<never>,
    close,
  };
}

/** A state's content, and the buffer that the next step writes into. */
interface Place {
  readonly info: Step["states"][number];
  now: OrtTensor;
  next: OrtTensor | undefined;
}

/** Open training in this thread; the arrays of `start` become the states and must not be used by anyone else. */
export async function openTrainingHere({ steps, start, threading }: TrainingPlan): Promise<Training> {
  const places = new Map<string, Place>();
  const taken = new Set<ArrayBufferLike>();
  for (const { states } of Object.values(steps))
    for (const info of states)
      if (!places.has(info.name)) places.set(info.name, firstPlace(info, start[info.name], taken));
  const sessions = new Map<string, InferenceSession>();
  for (const [name, { bytes }] of Object.entries(steps))
    sessions.set(name, await loadModel(bytes, threading));
  const placeOf = (name: string): Place =>
    places.get(name) ??
    fail("option", `there is no state "${name}"; there are ${[...places.keys()].slice(0, 8).join(", ")} …`);
  return {
    async run(name, feeds = {}) {
      const step =
        steps[name] ?? fail("option", `there is no step "${name}"; there are ${Object.keys(steps)}.`);
      const inputs: Record<string, OrtTensor> = {};
      for (const info of step.inputs) inputs[info.name] = toOrt(fitting(info, feeds[info.name]));
      for (const info of step.states) inputs[info.name] = placeOf(info.name).now;
      const fetches: Record<string, OrtTensor | null> = {};
      for (const output of step.outputs) fetches[output] = null;
      for (const [state, output] of Object.entries(step.updates)) fetches[output] = spare(placeOf(state));
      const results = await runModel(sessions.get(name) as InferenceSession, inputs, fetches);
      for (const state of Object.keys(step.updates)) turn(placeOf(state));
      return fromOrt(
        Object.fromEntries(step.outputs.map((output) => [output, results[output] as OrtTensor])),
      );
    },
    async read(names = [...places.keys()]) {
      return copies(fromOrt(Object.fromEntries(names.map((name) => [name, placeOf(name).now]))));
    },
    async write(states) {
      for (const [name, tensor] of Object.entries(states)) fitting(placeOf(name).info, tensor);
      for (const [name, tensor] of Object.entries(states)) placeOf(name).now = toOrt(copy(tensor));
    },
    async close() {
      for (const session of sessions.values()) await session.release();
    },
  };
}

/** A state with its first content; arrays that share memory (a momentum tower that starts as the trained one) are parted. */
function firstPlace(info: Place["info"], given: Tensor | undefined, taken: Set<ArrayBufferLike>): Place {
  const { type, shape } = info;
  const zero = info.zeros ? { type, shape, data: zerosOf(type, countOf(shape)) } : undefined;
  const start = fitting(info, given ?? zero);
  const shared = taken.has(start.data.buffer);
  taken.add(start.data.buffer);
  return { info, now: toOrt(shared ? copy(start) : start), next: undefined };
}

/** The buffer to write into, made when first needed. */
function spare(place: Place): OrtTensor {
  const { type, shape } = place.info;
  place.next ??= toOrt({ type, shape, data: zerosOf(type, countOf(shape)) });
  return place.next;
}

function turn(place: Place): void {
  const { now } = place;
  place.now = place.next as OrtTensor;
  place.next = now;
}

function copy(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}

function copies(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copy(tensor)]));
}

/** Refuse a tensor that is missing or does not fit. */
function fitting(info: TensorInfo, tensor: Tensor | undefined): Tensor {
  const fits =
    tensor?.type === info.type &&
    tensor.data.length === countOf(tensor.shape) &&
    sameShape(
      tensor.shape,
      info.shape.map((size, i) => (typeof size === "number" ? size : (tensor.shape[i] ?? -1))),
    );
  if (fits) return tensor;
  const came = tensor === undefined ? "nothing" : `${tensor.type} ${formatShape(tensor.shape)}`;
  return fail("shape", `"${info.name}" must be ${info.type} ${formatShape(info.shape)}; got ${came}.`);
}

function fail(kind: "shape" | "option", message: string): never {
  throw new EncodingError(kind, `Training: ${message}`);
}
