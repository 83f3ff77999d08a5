import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { config, weights } from "./export.fixture.ts";
import { readBrivlFolder, type WeightTensors, writeBrivlFolder } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-brivl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("writeBrivlFolder", () => {
  it("keeps configuration, weights and notes; the same model gives the same bytes", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const extra = {
      ...weights,
      "momentum.image.projection.bias": weights["image.projection.bias"] as WeightTensors[string],
    };
    await writeBrivlFolder(a, { config, weights: extra }, { metadata: { seed: "1" } });
    await writeBrivlFolder(
      b,
      { config, weights: Object.fromEntries(Object.entries(weights).reverse()) },
      { metadata: { seed: "1" } },
    );
    for (const name of ["config.json", "model.safetensors"])
      expect(readFileSync(join(b, name)).equals(readFileSync(join(a, name)))).toBe(true);
    expect(await readBrivlFolder(a)).toEqual({
      config,
      towers: ["image", "text"],
      weights,
      metadata: { seed: "1" },
    });
  });

  it("keeps what of a text is projected", async () => {
    const path = join(folder, "mean");
    await writeBrivlFolder(path, { config: { ...config, pooling: "mean" }, weights });
    expect((await readBrivlFolder(path)).config).toEqual({ ...config, pooling: "mean" });
  });

  it("keeps one tower, as float16", async () => {
    const path = join(folder, "half");
    await writeBrivlFolder(path, { config, weights }, { towers: ["text"], floats: "F16" });
    const { towers, weights: read } = await readBrivlFolder(path);
    expect(towers).toEqual(["text"]);
    expect(Object.keys(read).filter((name) => !name.startsWith("text."))).toEqual([]);
    for (const [name, { data }] of Object.entries(read)) {
      const wanted = weights[name]?.data as Float32Array;
      expect(Math.max(...data.map((x, k) => Math.abs(x - (wanted[k] as number))))).toBeLessThan(2 ** -11); // |x| < 1
    }
  });

  it("refuses missing weights and damaged configurations", async () => {
    const { "text.projection.bias": _, ...fewer } = weights;
    await expect(writeBrivlFolder(join(folder, "c"), { config, weights: fewer })).rejects.toThrow(
      'writeBrivlFolder: 1 of 79 weights are missing, the first: "text.projection.bias".',
    );
    expect(existsSync(join(folder, "c"))).toBe(false);
    const path = join(folder, "d");
    const narrow = { ...config, image: { ...config.image, width: 0 } };
    await writeBrivlFolder(path, { config, weights });
    writeFileSync(
      join(path, "config.json"),
      JSON.stringify({ model_type: "brivl", towers: ["text"], ...narrow }),
    );
    await expect(readBrivlFolder(path)).rejects.toThrow("config.json: image.width:");
  });
});
