import { EncodingError } from "../../core/index.ts";
import type { Value } from "../../graph/index.ts";
import * as g from "../../graph/index.ts";
import { type BrivlConfig, isFrozen, type Weights } from "../../models/index.ts";
import type { Negatives } from "./info-nce.ts";

/** What a training signal needs of a batch. */
export interface Signal {
  /** Differently augmented views of each picture. */
  readonly views: 0 | 1 | 2;
  readonly text: "none" | "captions" | "masked";
  /** Whether every picture comes with another one's caption. */
  readonly permuted: boolean;
  /** A brain's responses: to the picture, or to another one, always the same; absent: none. */
  readonly responses?: "own" | "permuted";
}

/** Sizes and settings that a signal's graph is built for. */
export interface ObjectiveContext {
  readonly config: BrivlConfig;
  readonly batch: number;
  /** Rows of each queue. */
  readonly queue: number;
  readonly temperature: number;
  readonly negatives: Negatives;
  /** Whether CLIP's temperature is trained. */
  readonly learnTemperature: boolean;
  /** Targets of the brain that some signals need, and how much its error counts. */
  readonly brain?: { readonly targets: number; readonly weight: number } | undefined;
  /** The trained weights, by name. */
  readonly weights: Weights;
}

/** The graph of a training signal. */
export interface ObjectiveGraph {
  /** Mean over the batch. */
  readonly loss: Value;
  /** What is told beside the loss. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** Updates that do not follow from gradients: queues. */
  readonly updates: readonly g.Update[];
  /** States that follow trained weights slowly. */
  readonly momentum: readonly { readonly state: Value; readonly of: Value }[];
}

/** A training signal: which inputs it wants, and how a loss follows from them. */
export interface Objective {
  readonly name: string;
  /** In a sentence, for reports. */
  readonly description: string;
  readonly signal: Signal;
  /** Make the graph. */
  build(context: ObjectiveContext): ObjectiveGraph;
}

/** The input `images` (batch, channels, height, width), or `views` of the second view. */
export function imageInput({ batch, config }: ObjectiveContext, name: "images" | "views" = "images"): Value {
  const { channels, size } = config.image;
  return g.input(name, "float32", [batch, channels, ...size]);
}

/** The inputs `tokens` (batch, length) and `mask`, 1 for real tokens. */
export function textInputs({ batch, config }: ObjectiveContext): { tokens: Value; mask: Value } {
  return {
    tokens: g.input("tokens", "int64", [batch, config.tokens]),
    mask: g.input("mask", "float32", [batch, config.tokens]),
  };
}

/** The input `responses` (batch, targets).
 * @throws EncodingError "option" if the settings have no brain. */
export function responsesInput({ batch, brain }: ObjectiveContext): { input: Value; weight: number } {
  if (brain === undefined)
    throw new EncodingError(
      "option",
      "responsesInput: this signal needs a brain; say which one in the settings under brain.",
    );
  return { input: g.input("responses", "float32", [batch, brain.targets]), weight: brain.weight };
}

const largestScale = 100;

/** What multiplies similarities within a batch: 1 / temperature, or the exponent of the weight `temperature.log`, held at or below 100. */
export function contrastScale({ temperature, learnTemperature, weights }: ObjectiveContext): Value {
  return learnTemperature
    ? g.minimum(g.exp(weights("temperature.log", [])), largestScale)
    : g.scalar(1 / temperature, "float32");
}

/** Weights of momentum towers: a state `momentum.NAME` beside each trained one; frozen weights serve both.
 * @returns the weights, and the pairs made, which grow as weights are asked for. */
export function momentumWeights({ weights, config }: ObjectiveContext): {
  momentum: Weights;
  pairs: { readonly state: Value; readonly of: Value }[];
} {
  const made = new Map<string, Value>();
  const pairs: { readonly state: Value; readonly of: Value }[] = [];
  const momentum: Weights = (name, shape) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    if (isFrozen(name, config)) return weights(name, shape);
    const state = g.state(`momentum.${name}`, "float32", shape);
    made.set(name, state);
    pairs.push({ state, of: weights(name, shape) });
    return state;
  };
  return { momentum, pairs };
}
