import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type NdArray, parseSafetensors, writeSafetensors } from "../io/index.ts";
import { parseTowerConfig } from "./tower-config.ts";
import { readTowerFolder } from "./tower-folder.ts";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "simcortex-tower-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensorsOf = (name: string) =>
  parseSafetensors(readFileSync(join(fixtures, name, "model.safetensors"))).tensors;

/** A copy of a fixture with other tensors. */
async function changed(
  name: "vit" | "bert",
  change: (all: Record<string, NdArray>) => Record<string, NdArray>,
): Promise<string> {
  const path = mkdtempSync(join(folder, `${name}-`));
  cpSync(join(fixtures, name, "config.json"), join(path, "config.json"));
  await writeSafetensors(join(path, "model.safetensors"), change({ ...tensorsOf(name) }));
  return path;
}

const rename = (all: Record<string, NdArray>, to: (name: string) => string) =>
  Object.fromEntries(Object.entries(all).map(([name, x]) => [to(name), x]));

describe("readTowerFolder", () => {
  it("gives configuration and weights of a Hugging Face folder, under a prefix, and says what it left out", async () => {
    const { kind, config, weights, ignored } = await readTowerFolder(join(fixtures, "vit"), {
      prefix: "image.",
    });
    expect([kind, config]).toEqual([
      "vit",
      { layers: 3, width: 16, heads: 2, inner: 40, epsilon: 1e-12, size: [12, 12], patch: 4, channels: 3 },
    ]);
    expect(Object.keys(weights)).toHaveLength(3 * 16 + 6);
    const kernel = tensorsOf("vit")["embeddings.patch_embeddings.projection.weight"];
    expect(weights["image.embeddings.patch_embeddings.projection.weight"]).toEqual({
      type: "float32",
      ...kernel,
    });
    expect(ignored).toEqual(["pooler.dense.weight", "pooler.dense.bias"]);
  });

  it("understands the names of older files, heads and buffers beside the tower, 16-bit weights and shards", async () => {
    const wanted = await readTowerFolder(join(fixtures, "bert"));
    const old = await changed("bert", (all) => ({
      ...rename(
        all,
        (name) =>
          `bert.${name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")}`,
      ),
      "bert.embeddings.position_ids": { shape: [1, 2], data: Int32Array.of(0, 1) },
      "cls.predictions.bias": { shape: [1], data: Float32Array.of(0) },
    }));
    const read = await readTowerFolder(old);
    expect(read.weights).toEqual(wanted.weights);
    expect(read.ignored).toContain("cls.predictions.bias");

    const shards = mkdtempSync(join(folder, "shards-"));
    cpSync(join(fixtures, "bert", "config.json"), join(shards, "config.json"));
    const names = Object.keys(tensorsOf("bert"));
    const map = Object.fromEntries(names.map((name, k) => [name, `model-${1 + (k % 2)}.safetensors`]));
    for (const shard of new Set(Object.values(map))) {
      const part = Object.entries(tensorsOf("bert")).filter(([name]) => map[name] === shard);
      await writeSafetensors(join(shards, shard), Object.fromEntries(part), { floats: "BF16" });
    }
    writeFileSync(join(shards, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
    const { weights } = await readTowerFolder(shards);
    const [a, b] = [weights, wanted.weights].map(
      (one) => one["embeddings.word_embeddings.weight"]?.data as Float32Array,
    );
    expect(a?.every((x, k) => Math.abs(x - (b?.[k] as number)) <= 2 ** -8 * Math.abs(b?.[k] as number))).toBe(
      true,
    );
    expect(a).not.toEqual(b);
  });

  it("names in one error all that is missing, unknown and of another shape, with the nearest names", async () => {
    const path = await changed("bert", (all) => {
      const { "encoder.layer.1.output.dense.bias": _, ...rest } = all;
      const turned = rename(rest, (name) =>
        name.replace("layer.2.intermediate.dense.weight", "layer.2.intermediat.dense.weight"),
      );
      return {
        ...turned,
        "embeddings.token_type_embeddings.weight": { shape: [1, 16], data: new Float32Array(16) },
      };
    });
    await expect(readTowerFolder(path)).rejects.toThrow(
      [
        `${path} does not hold the weights that its configuration asks for.`,
        '2 missing: "encoder.layer.1.output.dense.bias", "encoder.layer.2.intermediate.dense.weight" (near it: "encoder.layer.2.intermediat.dense.weight").',
        '1 unknown: "encoder.layer.2.intermediat.dense.weight" (near it: "encoder.layer.2.intermediate.dense.weight").',
        '1 of another shape: "embeddings.token_type_embeddings.weight" is [1, 16], not [2, 16].',
        "Does config.json belong to it?",
      ].join(" "),
    );
  });

  it("refuses position embeddings of another resolution unless it is asked to interpolate", async () => {
    const path = await changed("vit", (all) => ({
      ...all,
      "embeddings.position_embeddings": { shape: [1, 5, 16], data: new Float32Array(80) },
    }));
    await expect(readTowerFolder(path)).rejects.toThrow(
      '"embeddings.position_embeddings" is [1, 5, 16], not [1, 10, 16]',
    );
    await expect(readTowerFolder(path, { size: [8, 8] })).rejects.toThrow(
      "the configuration asks for [1, 10, 16]",
    );
    await expect(readTowerFolder(join(fixtures, "bert"), { size: [8, 8] })).rejects.toThrow(
      "size is for pictures",
    );
  });

  it("says what to do where there are no safetensors", async () => {
    const path = mkdtempSync(join(folder, "none-"));
    await expect(readTowerFolder(path)).rejects.toThrow(`cannot read ${join(path, "config.json")}`);
    cpSync(join(fixtures, "bert", "config.json"), join(path, "config.json"));
    await expect(readTowerFolder(path)).rejects.toThrow("can be converted with save_pretrained");
  });
});

describe("parseTowerConfig", () => {
  it("takes Hugging Face's defaults for what is left out: ViT-B/16 at 224 px and BERT-base", () => {
    const base = { layers: 12, width: 768, heads: 12, inner: 3072, epsilon: 1e-12 };
    expect(parseTowerConfig('{"model_type":"vit"}').config).toEqual({
      ...base,
      size: [224, 224],
      patch: 16,
      channels: 3,
    });
    expect(parseTowerConfig('{"model_type":"bert"}').config).toEqual({
      ...base,
      vocabulary: 30522,
      positions: 512,
      types: 2,
    });
  });

  it("refuses other models and variants", () => {
    const refused = (config: object) => {
      try {
        parseTowerConfig(JSON.stringify(config));
        return "accepted";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refused({ model_type: "roberta" })).toContain(
      'model_type must be "vit" or "bert"; got "roberta". Export other models to ONNX',
    );
    expect(refused({ model_type: "vit", hidden_act: "quick_gelu" })).toContain(
      'hidden_act must be "gelu"; got "quick_gelu"',
    );
    expect(refused({ model_type: "vit", qkv_bias: false })).toContain("qkv_bias must be true; got false");
    expect(refused({ model_type: "bert", hidden_size: "768" })).toContain(
      'hidden_size must be a number > 0; got "768"',
    );
    expect(refused([])).toBe("config.json must be a JSON object.");
  });
});
