import { describe, expect, it } from "vitest";
import type { Features } from "../core/index.ts";
import type { Tensor } from "../graph/index.ts";
import { apart, config, numbers, runBytes, stimuli, weights } from "./export.fixture.ts";
import { activations, exportTower, streamActivations, towerOf } from "./index.ts";

describe("activations", () => {
  const rows = ({ rows: n, cols, data }: Features) => [n, cols, ...data];

  it("are the pooled layers of the exported tower, batch after batch", async () => {
    const model = towerOf(config, "text");
    const exported = await runBytes(exportTower(model, weights, { outputs: ["cls", "mean"] }), stimuli.text);
    for (const pooling of ["cls", "mean"] as const) {
      const { layers, embedding } = await activations(model, weights, stimuli.text, { pooling, batch: 4 });
      expect(layers.map(({ rows: n, cols, axes }) => [n, cols, ...axes])).toEqual(
        Array(3).fill([6, 16, "samples", "features"]),
      );
      layers.forEach((layer, i) => {
        expect(apart([...layer.data], numbers(exported[`${pooling}.${i}`]))).toBeLessThan(1e-6);
      });
      expect(apart([...(embedding as Features).data], numbers(exported.embedding))).toBeLessThan(1e-6);
    }
  });

  it("are the same each time, and hardly depend on how stimuli come", async () => {
    const model = towerOf(config, "image");
    const once = await activations(model, weights, stimuli.image, { batch: 2 });
    const again = await activations(model, weights, stimuli.image, { batch: 2 });
    expect(again).toEqual(once);
    async function* pieces() {
      const { shape, data } = stimuli.image.images as Tensor;
      const size = data.length / 6;
      for (let i = 0; i < 6; i += 3)
        yield {
          images: {
            type: "float32",
            shape: [3, ...shape.slice(1)],
            data: data.slice(i * size, (i + 3) * size),
          },
        } as const;
    }
    const streamed = await activations(model, weights, pieces());
    streamed.layers.forEach((layer, i) => {
      expect(apart(rows(layer), rows(once.layers[i] as Features))).toBeLessThan(1e-6);
    });
  });

  it("come batch by batch, with progress, and stop when they are told to", async () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      seen.push(done, total);
      if (done === 4) controller.abort();
    };
    const stream = streamActivations(towerOf(config, "text"), weights, stimuli.text, {
      batch: 2,
      onProgress,
      signal: controller.signal,
    });
    const sizes: number[] = [];
    const reading = (async () => {
      for await (const { layers } of stream) sizes.push(layers[0]?.rows ?? 0);
    })();
    await expect(reading).rejects.toThrow("Stopped by the user");
    expect([seen, sizes]).toEqual([
      [2, 6, 4, 6],
      [2, 2],
    ]);
  });

  it("of no stimuli have no rows and all columns; inputs of different lengths are refused", async () => {
    const none = await activations(towerOf(config, "text"), weights, []);
    expect(none.layers.map(({ rows: n, cols }) => [n, cols])).toEqual(Array(3).fill([0, 16]));
    const { tokens, mask } = stimuli.text as Record<"tokens" | "mask", Tensor>;
    const short = { ...mask, shape: [5, 7], data: mask.data.slice(0, 35) };
    await expect(activations(towerOf(config, "text"), weights, { tokens, mask: short })).rejects.toThrow(
      "activations: all inputs must have the same samples; got tokens [6, 7] and mask [5, 7].",
    );
  });
});
