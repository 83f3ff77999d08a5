import type { Random } from "../core/index.ts";
import type { Tensors, Value } from "../graph/index.ts";
import * as g from "../graph/index.ts";
import {
  type BrivlConfig,
  collectWeights,
  cosinePatches,
  imageTower,
  isDecayed,
  isFrozen,
  startWeights,
  textTower,
  wavePositions,
} from "../models/index.ts";
import type { Negatives } from "./objectives/info-nce.ts";
import type { Objective } from "./objectives/objective.ts";
import type { TowerStart } from "./start-towers.ts";

/** Settings of a training step. */
export interface StepSettings {
  readonly config: BrivlConfig;
  /** Pairs of one pass through the towers. */
  readonly batch: number;
  /** Passes whose gradients are averaged for one step of the optimiser. */
  readonly accumulate: number;
  readonly queue: number;
  readonly temperature: number;
  readonly negatives: Negatives;
  readonly learnTemperature: boolean;
  /** How much of a momentum weight stays, each step. */
  readonly momentum: number;
  /** Longest gradient. */
  readonly clip: number;
  readonly weightDecay: number;
  /** How slowly AdamW forgets squared gradients; .98 for contrastive learning (Radford 2021). */
  readonly beta2: number;
  /** Of the normal distribution that matrices and embeddings start from; published for large models: .02. */
  readonly deviation: number;
  /** What patch kernels and positions of the image tower start from; default "random". */
  readonly start?: "random" | "waves";
  /** See {@link ObjectiveContext}. */
  readonly brain?: { readonly targets: number; readonly weight: number } | undefined;
  /** Weights that start as these, not from chance. */
  readonly initial?: Pick<TowerStart, "weights" | "hash"> | undefined;
}

/** The steps of a training signal, all on the same states. */
export interface TrainingSteps {
  /** `train`: loss and update at once; or `gather` (loss, gradients are added up) and `apply` (update), where gradients are accumulated.
   * `evaluate`: loss of a batch, nothing is changed. */
  readonly steps: Readonly<Record<string, g.Step>>;
  /** Every weight of both towers, used by the signal or not, in the models' names. */
  readonly weights: ReadonlyMap<string, Value>;
  /** First content of all states.
   * @param random draws weights and queues, each from a stream of its own name: all signals start alike. */
  start(random: Random): Tensors;
}

/** Build the steps of a signal: its loss, gradients of all weights that are not frozen, clipping, AdamW (decay on matrices and embeddings),
 * momentum weights that follow the renewed ones, queues. */
export function buildSteps(objective: Objective, settings: StepSettings): TrainingSteps {
  const { config, batch, accumulate, momentum } = settings;
  const { weights, made } = collectWeights("float32");
  const built = objective.build({ ...settings, weights });
  const used = [...made].filter(([name]) => !isFrozen(name, config)).map(([, value]) => value);
  const found = g.gradients(built.loss, used);
  const outputs = { loss: built.loss, ...built.outputs };
  const evaluate = g.defineStep({ name: "evaluate", outputs });
  const renew = (gradients: readonly Value[]) => {
    const clipped = g.clipNorm(gradients, settings.clip);
    const learningRate = g.input("learningRate", "float64", []);
    const weightDecay = (name: string) =>
      isDecayed(name) && name !== temperatureName ? settings.weightDecay : 0;
    const updates = g.adamw(used, clipped.gradients, { learningRate, weightDecay, beta2: settings.beta2 });
    const nextOf = new Map(updates.map(({ state, next }) => [state, next]));
    const follow = built.momentum.map(({ state, of }) => ({
      state,
      next: g.follow(state, nextOf.get(of) as Value, momentum),
    }));
    return { norm: clipped.norm, updates: [...updates, ...follow] };
  };
  const steps = accumulate === 1 ? fuse() : gatherAndApply();
  addTowers(weights, config);
  return {
    steps: { ...steps, evaluate },
    weights: new Map([...made].filter(([name]) => /^(image|text)\./.test(name))),
    start: (random) => startStates([...Object.values(steps), evaluate], made, random, settings),
  };

  function fuse() {
    const { norm, updates } = renew(found);
    const train = g.defineStep({
      name: "train",
      outputs: { ...outputs, norm },
      updates: [...updates, ...built.updates],
    });
    return { train };
  }

  function gatherAndApply() {
    const sums = used.map((weight) =>
      g.state(`sum.${nameOf(weight)}`, "float32", weight.shape as number[], "zeros"),
    );
    const added = sums.map((state, i) => ({
      state,
      next: g.add(state, g.mul(found[i] as Value, 1 / accumulate)),
    }));
    const gather = g.defineStep({ name: "gather", outputs, updates: [...added, ...built.updates] });
    const { norm, updates } = renew(sums);
    const emptied = sums.map((state) => ({ state, next: g.mul(state, 0) }));
    return {
      gather,
      apply: g.defineStep({ name: "apply", outputs: { norm }, updates: [...updates, ...emptied] }),
    };
  }

  function addTowers(all: typeof weights, sizes: BrivlConfig) {
    const { channels, size } = sizes.image;
    imageTower(g.input("images", "float32", [batch, channels, ...size]), all, sizes);
    const mask = g.input("mask", "float32", [batch, sizes.tokens]);
    textTower(g.input("tokens", "int64", [batch, sizes.tokens]), mask, all, sizes);
  }
}

const temperatureName = "temperature.log";
const patchName = "image.embeddings.patch_embeddings.projection.weight";
const positionName = "image.embeddings.position_embeddings";

function withData(tensor: g.Tensor, data: Float32Array<ArrayBuffer>): g.Tensor {
  return { ...tensor, data };
}

function nameOf(value: Value): string {
  return (value.attributes as { name: string }).name;
}

/** Weights from their own streams, momentum weights as the weights they follow, queues of random directions. */
function startStates(
  steps: readonly g.Step[],
  made: ReadonlyMap<string, Value>,
  random: Random,
  { temperature, deviation, start: kind = "random", config, initial }: StepSettings,
): Tensors {
  const drawn: Record<string, g.Tensor> = startWeights(made, random.stream("weights"), deviation);
  if (drawn[temperatureName] !== undefined)
    drawn[temperatureName] = {
      type: "float32",
      shape: [],
      data: Float32Array.of(Math.log(1 / temperature)),
    };
  if (kind === "waves") {
    drawn[patchName] = withData(drawn[patchName] as g.Tensor, cosinePatches(config.image));
    drawn[positionName] = withData(drawn[positionName] as g.Tensor, wavePositions(config.image));
  }
  for (const [name, tensor] of Object.entries(initial?.weights ?? {}))
    if (drawn[name] !== undefined) drawn[name] = tensor;
  const start: Record<string, g.Tensor> = { ...drawn };
  for (const { states } of steps)
    for (const { name, shape } of states) {
      if (name.startsWith("momentum.")) start[name] = drawn[name.slice("momentum.".length)] as g.Tensor;
      if (name.startsWith("queue.")) start[name] = directions(shape, random.stream(name));
    }
  return start;
}

/** Random rows of length 1. */
function directions(shape: readonly number[], random: Random): g.Tensor {
  const [rows, width] = shape as [number, number];
  const data = Float32Array.from({ length: rows * width }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const part = data.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...part);
    part.set(part.map((x) => x / length));
  }
  return { type: "float32", shape, data };
}
