import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features, matrix, stackCols, toDtype } from "../core/index.ts";
import { openSession, type Tensor } from "../graph/index.ts";
import { type Linalg, openLinalg } from "../linalg/index.ts";
import {
  activations,
  buildTower,
  collectWeights,
  startWeights,
  type TowerModel,
  type WeightTensors,
} from "../models/index.ts";
import { ascendPicture } from "./ascend.ts";
import { buildEncoder, type EncoderPlan, encoderGraph } from "./build-encoder.ts";
import { applyPipeline, fitPipeline } from "./pipeline.ts";

const blocks = { layers: 2, width: 12, heads: 2, inner: 24, epsilon: 1e-6 };
const tower: TowerModel = { kind: "vit", config: { ...blocks, size: [16, 16], patch: 4, channels: 3 } };
const floatsIn = (tensor: Tensor | undefined) => tensor?.data as Float32Array;
const here = (bytes: Uint8Array) => openSession(bytes, { where: "here" });

describe("an encoder with its pipeline", () => {
  let linalg: Linalg;
  let weights: WeightTensors;
  let plan: EncoderPlan;
  let pictures: Float32Array<ArrayBuffer>;
  let pooled: Features;
  const count = 40;

  beforeAll(async () => {
    linalg = await openLinalg({ where: "here" });
    const { weights: collected, made } = collectWeights("float32");
    buildTower(tower, collected, { type: "float32" });
    weights = startWeights(made, createRandom(1), 0.3);
    const random = createRandom(2);
    pictures = Float32Array.from({ length: count * 3 * 256 }, () => 2 * random.uniform() - 1);
    const feeds = { images: { type: "float32" as const, shape: [count, 3, 16, 16], data: pictures } };
    const { layers } = await activations(tower, weights, feeds, { pooling: "mean" });
    pooled = toDtype(stackCols([layers[1] as Features, layers[2] as Features]), "float64") as Features;
    plan = { tower, weights, layers: [1, 2], pipeline: await fitPipeline(pooled, 8, linalg) };
  }, 60_000);
  afterAll(() => linalg.close());

  it("as an ONNX file gives the features and distances of the pipeline in float64, to 1e-4", async () => {
    const session = await here(buildEncoder(plan));
    const { features, distance } = await session.run({
      images: { type: "float32", shape: [count, 3, 16, 16], data: pictures },
    });
    await session.close();
    const expected = await applyPipeline(pooled, plan.pipeline, linalg);
    const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((most, x, k) => Math.max(most, Math.abs(x - (b[k] as number))), 0);
    expect(worst(floatsIn(features), expected.features.data)).toBeLessThan(1e-4);
    expect(worst(floatsIn(distance), expected.distance)).toBeLessThan(1e-3);
  });
  it("has features of variance 1 over the training stimuli, and the mean of their squared distance is that of their directions", async () => {
    const { features, distance } = await applyPipeline(pooled, plan.pipeline, linalg);
    for (let c = 0; c < 8; c++) {
      let squares = 0;
      for (let i = 0; i < count; i++) squares += (features.data[i * 8 + c] as number) ** 2 / count;
      expect(squares).toBeCloseTo(1, 8);
    }
    const mean = distance.reduce((sum, d) => sum + d * d, 0) / count;
    expect(mean).toBeCloseTo(pooled.cols, 6);
  });
  it("is stored in fewer bytes where float16 holds the weights, and computes the same", async () => {
    const halved = Object.fromEntries(
      Object.entries(weights).map(([name, one]) => [
        name,
        { ...one, data: Float32Array.from(one.data, (x) => Math.round(x * 256) / 256) },
      ]),
    );
    const [short, long] = [buildEncoder({ ...plan, weights: halved }), buildEncoder(plan)];
    expect(short.length).toBeLessThan(0.85 * long.length);
    const feeds = {
      images: { type: "float32" as const, shape: [1, 3, 16, 16], data: pictures.slice(0, 768) },
    };
    const session = await here(short);
    const { features } = await session.run(feeds);
    await session.close();
    const { layers } = await activations(tower, halved, feeds, { pooling: "mean" });
    const own = toDtype(stackCols([layers[1] as Features, layers[2] as Features]), "float64") as Features;
    const expected = await applyPipeline(own, plan.pipeline, linalg);
    for (const [k, x] of floatsIn(features).entries())
      expect(x).toBeCloseTo(expected.features.data[k] as number, 4);
  });
  it("refuses layers and pipelines that do not fit", () => {
    expect(() => encoderGraph({ ...plan, layers: [3] })).toThrow(/has layers 0 to 2; got 3/);
    expect(() => encoderGraph({ ...plan, layers: [1] })).toThrow(/is for 24 columns; the layers give 12/);
  });
  it("ascendPicture raises the drive that it climbs, and ends where the encoder itself says it does", async () => {
    const random = createRandom(3);
    const own = Float64Array.from({ length: 9 }, () => random.normal());
    const ascent = await ascendPicture(new Float32Array(768), {
      plan,
      weights: own,
      open: here,
      steps: 25,
      smooth: 0.1,
    });
    expect(ascent.drive).toHaveLength(26);
    expect(ascent.drive.at(-1)).toBeGreaterThan((ascent.drive[0] as number) + 1);
    expect(ascent.picture.every((x) => Math.abs(x) <= 1)).toBe(true);
    const session = await here(buildEncoder(plan));
    const { features } = await session.run({
      images: { type: "float32", shape: [1, 3, 16, 16], data: Float32Array.from(ascent.picture) },
    });
    await session.close();
    const drive = floatsIn(features).reduce(
      (sum, x, k) => sum + x * (own[k + 1] as number),
      own[0] as number,
    );
    expect(ascent.drive.at(-1)).toBeCloseTo(drive, 3);
  });
  it("ascendPicture refuses starts and weights of another size", async () => {
    const options = { plan, weights: new Float64Array(9), open: here };
    await expect(ascendPicture(new Float32Array(3), options)).rejects.toThrow(
      /sees 3 × 16 × 16 numbers; got 3/,
    );
    await expect(ascendPicture(new Float32Array(768), { ...options, weights: [1] })).rejects.toThrow(
      /needs 9 weights/,
    );
  });
});

it("fitPipeline keeps as many components as the stimuli have directions", async () => {
  const linalg = await openLinalg({ where: "here" });
  const X = matrix(["samples", "features"], 3, 4, Float64Array.from([1, 2, 3, 4, 2, 1, 0, 1, 5, 5, 1, 2]));
  const { deviation, rest } = await fitPipeline(X, 8, linalg);
  await linalg.close();
  expect(deviation).toHaveLength(2);
  expect(rest).toBeCloseTo(0, 10);
});
