import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Layer, listLayers, type Tensor } from "../graph/index.ts";
import { decodePicture } from "../stimuli/index.ts";
import {
  floatsOf,
  makeTensor,
  measureLayers,
  type OnnxFile,
  openTaps,
  preprocessPicture,
  readOnnx,
} from "./index.ts";

/** Two ImageNet networks and four photographs, in the optional data folder (README.md there says what comes out). */
const folder = join(resolve(process.env.SIMCORTEX_DATA ?? "../shared/data"), "imagenet-mobilenet");
const [small, large] = ["mobilenet_v1_0.25_128.onnx", "mobilenet_v2_1.0_224.onnx"].map((name) =>
  join(folder, name),
);
const slow = process.env.SIMCORTEX_SLOW !== undefined;

/** A photograph as the networks were trained on: a square, bicubic, (byte − 128) / 128. */
async function see(name: string, edge: number) {
  const picture = await decodePicture(readFileSync(join(folder, name)), name);
  return preprocessPicture(picture, {
    resize: { width: edge, height: edge },
    filter: "bicubic",
    crop: null,
    cropRule: "torchvision",
    rescale: null,
    normalise: { mean: [128, 128, 128], std: [128, 128, 128] },
  });
}

async function run(file: OnnxFile, names: readonly string[], edge: number, photographs = ["cat.bmp"]) {
  const taps = await openTaps(file, names, { where: "here", threads: 2 });
  const [input] = taps.inputs;
  const seen = await Promise.all(photographs.map((name) => see(name, edge)));
  const data = Float32Array.from(seen.flatMap((one) => [...one.data]));
  const outputs = await taps.run({
    [input?.name as string]: makeTensor(input as never, [seen.length, 3, edge, edge], data),
  });
  await taps.close();
  return outputs;
}

/** Largest difference, against the largest number. */
function differ(a: Float32Array, b: Float32Array): number {
  const scale = a.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
  return a.reduce((most, x, k) => Math.max(most, Math.abs(x - (b[k] as number))), 0) / scale;
}

describe.skipIf(!existsSync(folder))("mobilenet (data folder)", () => {
  it("names the four photographs, with the probabilities of the data folder's README", async () => {
    const labels = readFileSync(join(folder, "imagenet_labels.txt"), "utf8").split("\n");
    const wanted: [string, string, number][] = [
      ["cat.bmp", "Egyptian cat", 0.73],
      ["grace_hopper.bmp", "military uniform", 0.91],
      ["hot_dog.jpg", "hotdog, hot dog, red hot", 0.93],
      ["parrot.jpg", "macaw", 1.0],
    ];
    const file = await readOnnx(large as string);
    const { t173 } = await run(
      file,
      ["t173"],
      224,
      wanted.map(([name]) => name),
    );
    for (const [i, [, label, probability]] of wanted.entries()) {
      const row = floatsOf("t173", t173 as Tensor).subarray(1001 * i, 1001 * (i + 1));
      const best = row.indexOf(Math.max(...row));
      expect(labels[best]?.trim()).toBe(label);
      expect(Math.round(100 * (row[best] as number)) / 100).toBe(probability);
    }
  });

  it.each([
    ["v1 at 128 px, every fourth layer", small as string, 128, 4],
    ...(slow
      ? ([
          ["v1, every layer", small, 128, 1],
          ["v2, every layer", large, 224, 1],
        ] as [string, string, number, number][])
      : []),
  ] as [string, string, number, number][])(
    "%s: tapped together as cut alone",
    async (_, path, edge, step) => {
      const file = await readOnnx(path);
      const layers: Layer[] = listLayers(file.model);
      const all = await run(
        file,
        layers.map(({ name }) => name),
        edge,
      );
      const chosen = layers.filter(({ order }) => order % step === 0);
      expect(chosen.length).toBeGreaterThan(10);
      for (const { name } of chosen) {
        const alone = await run(file, [name], edge);
        // graphs fused differently add in another order: single precision
        expect(
          differ(floatsOf(name, all[name] as Tensor), floatsOf(name, alone[name] as Tensor)),
          name,
        ).toBeLessThan(2e-5);
      }
    },
  );

  it("lists every layer with its sizes", async () => {
    const layers = await measureLayers(await readOnnx(small as string));
    expect(layers).toHaveLength(58);
    expect(layers.every(({ sizes }) => sizes !== null)).toBe(true);
    expect(layers[0]).toMatchObject({
      name: "t31_lin",
      op: "Conv",
      shape: ["batch", 8, 64, 64],
      sizes: [1, 8, 64, 64],
    });
    expect(layers.at(-1)).toMatchObject({ name: "t88", op: "Softmax", sizes: [1, 1001] });
  });
});
