import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createGraph, encodeGraph, type Tensor } from "../graph/index.ts";
import { makeTensor, measureLayers, openTaps, readNetwork, readOnnx, tap } from "./index.ts";
import { dummyFeeds, floatsOf } from "./onnx-feeds.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../graph/onnx/fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "simcortex-models-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("measureLayers", () => {
  it("finds sizes that the file does not say, keeping open ones by name", async () => {
    const layers = await measureLayers(await readOnnx(fixture("branch.onnx")), { where: "here" });
    const found = Object.fromEntries(
      layers.map(({ name, shape, sizes, type }) => [name, [shape, sizes, type]]),
    );
    expect(found.a).toEqual([["rows", 2], [1, 2], "float32"]);
    expect(found.flag).toEqual([[], [], "bool"]);
    expect(found.looped).toEqual([[1, 2], [1, 2], "float32"]); // a loop's result: only the run shows it
  });

  it("measures networks whose weights lie in another file", async () => {
    const layers = await measureLayers(await readOnnx(fixture("external.onnx")));
    expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
      ["hidden", ["rows", 5]],
      ["active", ["rows", 5]],
      ["y", ["rows", 2]],
    ]);
  });
});

describe("openTaps", () => {
  it("asks only for the inputs that the layers need", async () => {
    const file = await readOnnx(fixture("branch.onnx"));
    const taps = await openTaps(file, ["rooted"], { where: "here" });
    expect(taps.inputs.map(({ name }) => name)).toEqual(["unused"]);
    const { rooted } = await taps.run({
      unused: makeTensor({ name: "unused", type: "float32" }, [2], [4, 9]),
    });
    expect([...floatsOf("rooted", rooted as Tensor)]).toEqual([2, 3]);
    await taps.close();
    expect(tap(file, ["rooted"]).length).toBeLessThan(file.model.bytes.length);
  });
});

describe("readOnnx", () => {
  it("says which file with weights is missing, and what is no model", async () => {
    const model = await readOnnx(fixture("external.onnx"));
    writeFileSync(join(folder, "lonely.onnx"), model.model.bytes);
    await expect(readOnnx(join(folder, "lonely.onnx"))).rejects.toThrow(
      /lonely\.onnx keeps its weights in external\.bin, which is not beside it/,
    );
    writeFileSync(join(folder, "text.onnx"), "hello");
    await expect(readOnnx(join(folder, "text.onnx"))).rejects.toThrow(/text\.onnx is no ONNX model/);
  });
});

describe("readNetwork", () => {
  const tiny = () => {
    const g = createGraph("tiny");
    g.output("y", g.node("Relu", [g.input("pixel_values", "float32", ["batch", 3, 4, 4])]), "float32", [
      "batch",
      3,
      4,
      4,
    ]);
    return encodeGraph(g.build());
  };

  it("reads a folder as on the hub, and the same beside a file", async () => {
    const home = join(folder, "vit");
    await mkdir(join(home, "onnx"), { recursive: true });
    writeFileSync(join(home, "onnx/model.onnx"), tiny());
    writeFileSync(join(home, "config.json"), '{"model_type": "vit"}');
    writeFileSync(
      join(home, "preprocessor_config.json"),
      '{"image_processor_type": "ViTImageProcessor", "size": 4}',
    );
    writeFileSync(join(home, "tokenizer.json"), "{}");
    for (const path of [home, join(home, "onnx/model.onnx")]) {
      const network = await readNetwork(path);
      expect(network.preprocessing?.resize).toEqual({ width: 4, height: 4 });
      expect(network.config).toEqual({ model_type: "vit" });
      expect(network.tokenizer).toBe(join(home, "tokenizer.json"));
      expect(network.warnings).toEqual([]);
    }
  });

  it("says what is missing or wrong", async () => {
    const home = join(folder, "bad");
    await mkdir(home, { recursive: true });
    await expect(readNetwork(home)).rejects.toThrow(
      /bad holds no \.onnx file\. Export the model with Optimum first\./,
    );
    writeFileSync(join(home, "a.onnx"), tiny());
    expect((await readNetwork(home)).preprocessing).toBeNull();
    writeFileSync(join(home, "b.onnx"), tiny());
    await expect(readNetwork(home)).rejects.toThrow(
      "holds 2 .onnx files (a.onnx, b.onnx). Name one of them.",
    );
    writeFileSync(join(home, "preprocessor_config.json"), "{");
    await expect(readNetwork(join(home, "a.onnx"))).rejects.toThrow(/preprocessor_config\.json is no JSON/);
    await expect(readNetwork(join(home, "nix"))).rejects.toThrow(/there is no file or folder .*nix/);
  });
});

describe("makeTensor and floatsOf", () => {
  it("carry numbers through every type", () => {
    for (const type of ["float32", "float64", "float16", "int64", "int32", "uint8"])
      expect([...floatsOf("x", makeTensor({ name: "x", type }, [3], [0, 1, 7]))]).toEqual([0, 1, 7]);
    expect(() => makeTensor({ name: "x", type: "string" }, [1], [1])).toThrow('the input "x" wants string');
  });

  it("make up one stimulus", () => {
    const feeds = dummyFeeds(
      [
        { name: "pixels", type: "float32", shape: ["n", 3, "h", "w"] },
        { name: "ids", type: "int64", shape: ["n", "sequence"] },
      ],
      { sequence: 5 },
    );
    expect(feeds.pixels?.shape).toEqual([1, 3, 224, 224]);
    expect(feeds.ids?.shape).toEqual([1, 5]);
  });
});
