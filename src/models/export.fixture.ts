import { expect } from "vitest";
import { createRandom } from "../core/index.ts";
import { input, openSession, type Tensor, type Tensors } from "../graph/index.ts";
import { type BrivlConfig, brivl, collectWeights, startWeights, type WeightTensors } from "./index.ts";

const blocks = { layers: 2, width: 16, heads: 2, inner: 32, epsilon: 1e-12 };
export const config: BrivlConfig = {
  image: { ...blocks, size: [8, 12], patch: 4, channels: 3 },
  text: { ...blocks, vocabulary: 23, positions: 9, types: 1 },
  tokens: 7,
  project: 5,
  frozen: 0,
};

export function start(one: BrivlConfig, seed: number, deviation = 0.3): WeightTensors {
  const { weights, made } = collectWeights("float32");
  brivl(inputsOf(one, 1), weights, one);
  return startWeights(made, createRandom(seed), deviation);
}

export function inputsOf({ image, tokens }: BrivlConfig, batch: number) {
  return {
    images: input("images", "float32", [batch, image.channels, ...image.size]),
    tokens: input("tokens", "int64", [batch, tokens]),
    mask: input("mask", "float32", [batch, tokens]),
  };
}

/** Seeded pictures and texts of 2 … length tokens. */
export function draw(
  { image, text, tokens: length }: BrivlConfig,
  samples: number,
): { image: Tensors; text: Tensors } {
  const random = createRandom(9);
  const shape = [samples, image.channels, ...image.size];
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const lengths = Array.from({ length: samples }, () => 2 + random.integer(length - 1));
  const of = <T>(make: (real: boolean) => T) =>
    lengths.flatMap((real) => Array.from({ length }, (_, k) => make(k < real)));
  const words = of((real) => (real ? BigInt(1 + random.integer(text.vocabulary - 1)) : 0n));
  const list = [samples, length];
  return {
    image: { images: { type: "float32", shape, data: pixels } },
    text: {
      tokens: { type: "int64", shape: list, data: BigInt64Array.from(words) },
      mask: { type: "float32", shape: list, data: Float32Array.from(of((real) => (real ? 1 : 0))) },
    },
  };
}

export async function runBytes(bytes: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const session = await openSession(bytes, { where: "here" });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

export const weights = start(config, 1);
export const stimuli = draw(config, 6);
export const numbers = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array);
export const apart = (a: readonly number[], b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, x, k) => Math.max(most, Math.abs(x - (b[k] as number))), 0);
};
