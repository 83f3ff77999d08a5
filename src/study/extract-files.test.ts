import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGraph, encodeGraph } from "../graph/index.ts";
import { encodeNpy, parseNpy } from "../io/index.ts";
import { type ExtractOptions, extractFiles } from "./extract-files.ts";

const folder = mkdtempSync(join(tmpdir(), "simcortex-extract-"));
const pictures = join(folder, "pictures");
const model = join(folder, "net");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Pictures of one colour each: 10, 20, … of red; the network gives the plane of its mean and its double. */
beforeAll(async () => {
  mkdirSync(pictures);
  mkdirSync(model);
  for (let k = 1; k <= 5; k++)
    await sharp({ create: { width: 9, height: 7, channels: 3, background: { r: 10 * k, g: 0, b: 2 } } })
      .png()
      .toFile(join(pictures, `p${k}.png`));
  const g = createGraph("net");
  const x = g.input("pixel_values", "float32", ["batch", 3, 4, 4]);
  const double = g.node("Mul", [x, g.constant(Float32Array.from([2]), [1])]);
  g.output("mean", g.node("ReduceMean", [double], { axes: [2n, 3n], keepdims: 0n }), "float32", ["batch", 3]);
  writeFileSync(join(model, "model.onnx"), encodeGraph(g.build()));
  writeFileSync(
    join(model, "preprocessor_config.json"),
    JSON.stringify({
      image_processor_type: "ViTImageProcessor",
      size: 4,
      do_rescale: false,
      do_normalize: false,
    }),
  );
});

const run = (options: Partial<ExtractOptions> & { out: string }) =>
  extractFiles({
    model,
    stimuli: pictures,
    layers: ["mean"],
    pooling: "mean",
    project: null,
    batch: 2,
    skipBroken: false,
    store: join(folder, `store-${options.out}`),
    seed: 1,
    threads: 1,
    where: "here",
    ...options,
    out: join(folder, options.out),
  });
const read = (out: string, name: string) => parseNpy(readFileSync(join(folder, out, name)));

describe("extractFiles", () => {
  it("writes one row a stimulus in order, the table of stimuli and how it was done", async () => {
    const result = await run({ out: "a", layers: ["*"], pooling: "grid:2x2" });
    expect(result).toMatchObject({ stimuli: 5, cached: 0, broken: [], warnings: [] });
    expect(result.layers.map(({ layer, columns }) => [layer, columns])).toEqual([
      ["Mul_0", 12],
      ["ReduceMean_1", 3],
      ["mean", 3],
    ]);
    const { shape, data } = read("a", "mean.npy");
    expect(shape).toEqual([5, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5].flatMap((k) => [20 * k, 0, 4]));
    const table = readFileSync(join(folder, "a/stimuli.csv"), "utf8").split("\n");
    expect(table[0]).toBe("row,stimulus,sha256");
    expect(table[5]).toMatch(/^4,p5\.png,[0-9a-f]{64}$/);
    const manifest = JSON.parse(readFileSync(join(folder, "a/manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ rows: 5, pooling: "grid:2x2", preprocessing: { filter: "bilinear" } });
    expect(readdirSync(join(folder, "a")).some((name) => name.endsWith(".part"))).toBe(false);
  });

  it("computes nothing twice, and gives the same bytes in any batch size", async () => {
    const first = await run({ out: "b" });
    const again = await run({ out: "b" });
    expect([first.cached, again.cached]).toEqual([0, 5]);
    await run({ out: "b3", batch: 3 });
    for (const out of ["a", "b", "b3"]) expect(read(out, "mean.npy")).toEqual(read("b", "mean.npy"));
    expect((await run({ out: "b", pooling: "max" })).cached).toBe(0); // other settings are not mixed up
  });

  it("goes on where a stop left off", async () => {
    const stop = new AbortController();
    const asked = { out: "c", store: join(folder, "store-c"), signal: stop.signal };
    const stopped = run({ ...asked, onProgress: ({ done }) => done === 2 && stop.abort() });
    await expect(stopped).rejects.toThrow(/Stopped by the user/);
    expect(readdirSync(join(folder, "c"))).toEqual([]);
    expect((await run({ out: "c" })).cached).toBe(2);
    expect(read("c", "mean.npy")).toEqual(read("a", "mean.npy"));
  });

  it("names a broken picture, or leaves it out and says so", async () => {
    const some = join(folder, "some");
    mkdirSync(some);
    for (const name of ["p1.png", "p3.png"])
      writeFileSync(join(some, name), readFileSync(join(pictures, name)));
    writeFileSync(join(some, "p2.png"), readFileSync(join(pictures, "p2.png")).subarray(0, 60));
    await expect(run({ out: "d", stimuli: some })).rejects.toThrow(/cannot read p2\.png/);
    for (const cached of [0, 3]) {
      const result = await run({ out: "d", stimuli: some, skipBroken: true });
      expect(result).toMatchObject({ stimuli: 2, cached });
      expect(result.broken).toHaveLength(1);
      expect(result.broken[0]?.name).toBe("p2.png");
    }
    expect([...read("d", "mean.npy").data]).toEqual([20, 0, 4, 60, 0, 4]);
    await expect(run({ out: "d", stimuli: some })).rejects.toThrow(/cannot read p2\.png/); // also when it is kept
  });

  it("takes lists in their order, and arrays as they are", async () => {
    writeFileSync(join(folder, "list.csv"), "trial,file\n1,pictures/p3.png\n2,pictures/p1.png\n");
    await run({ out: "e", stimuli: join(folder, "list.csv") });
    expect([...read("e", "mean.npy").data]).toEqual([60, 0, 4, 20, 0, 4]);
    const data = Float32Array.from({ length: 96 }, (_, k) => Math.floor(k / 16));
    writeFileSync(join(folder, "x.npy"), encodeNpy({ shape: [2, 3, 4, 4], data }));
    await run({ out: "f", stimuli: join(folder, "x.npy") });
    expect([...read("f", "mean.npy").data]).toEqual([0, 2, 4, 6, 8, 10]);
    writeFileSync(join(folder, "gone.txt"), "pictures/p1.png\npictures/p9.png\n");
    await expect(run({ out: "g", stimuli: join(folder, "gone.txt") })).rejects.toThrow(
      /1 of 2 files in .*gone\.txt are not there, the first is .*p9\.png/,
    );
  });

  it("projects layers that are wider, the same for every batch", async () => {
    const result = await run({ out: "h", layers: ["*"], pooling: "flatten", project: 10 });
    expect(result.layers.map(({ columns }) => columns)).toEqual([10, 3, 3]);
    const { data } = read("h", "Mul_0.npy");
    await run({ out: "h2", layers: ["Mul_0"], pooling: "flatten", project: 10, batch: 5 }); // another run, another store
    expect(read("h2", "Mul_0.npy").data).toEqual(data);
    await run({ out: "h2", layers: ["Mul_0"], pooling: "flatten", project: 10, seed: 2 });
    expect(read("h2", "Mul_0.npy").data).not.toEqual(data);
    const row = (i: number) => [...data.slice(10 * i, 10 * i + 10)];
    const step = row(1).map((value, k) => value - (row(0)[k] as number));
    for (const [k, value] of row(4).entries())
      expect(value).toBeCloseTo((row(0)[k] as number) + 4 * (step[k] as number), 2);
  });

  it("reads text through the tokenizer that it is given", async () => {
    const g = createGraph("text");
    const ids = g.input("input_ids", "int64", ["batch", "sequence"]);
    const mask = g.input("attention_mask", "int64", ["batch", "sequence"]);
    const table = g.constant(
      Float32Array.from({ length: 20 }, (_, k) => k),
      [10, 2],
    );
    g.output("tokens", g.node("Gather", [table, ids]), "float32", ["batch", "sequence", 2]);
    g.output("mask", mask, "int64", ["batch", "sequence"]);
    writeFileSync(join(folder, "text.onnx"), encodeGraph(g.build()));
    writeFileSync(join(folder, "words.txt"), "12\n3\n");
    const tokenise = (texts: readonly string[]) => {
      const length = Math.max(...texts.map((text) => text.length));
      const at = (text: string) => Array.from({ length }, (_, k) => Number(text[k] ?? 0));
      return {
        length,
        ids: texts.flatMap(at),
        mask: texts.flatMap((text) => at(text).map((_, k) => (k < text.length ? 1 : 0))),
      };
    };
    const asked = {
      model: join(folder, "text.onnx"),
      stimuli: join(folder, "words.txt"),
      layers: ["tokens"],
    };
    await run({ out: "t", ...asked, tokenise });
    expect([...read("t", "tokens.npy").data]).toEqual([3, 4, 6, 7]); // means of rows 1 and 2; row 3 alone, no padding
    await expect(run({ out: "t2", ...asked })).rejects.toThrow(
      "there is no tokenizer.json (or vocab.txt) beside it",
    );
  });

  it("reads text with the tokenizer of the model's folder", async () => {
    const home = join(folder, "bert");
    mkdirSync(home);
    writeFileSync(join(home, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncat\ndog\n##s\n");
    const g = createGraph("text");
    const ids = g.input("input_ids", "int64", ["batch", "sequence"]);
    const table = g.constant(
      Float32Array.from({ length: 8 }, (_, k) => k),
      [8, 1],
    );
    g.output("tokens", g.node("Gather", [table, ids]), "float32", ["batch", "sequence", 1]);
    writeFileSync(join(home, "model.onnx"), encodeGraph(g.build()));
    writeFileSync(join(home, "words.csv"), "id,sentence\n1,Cats\n2,dog\n");
    const asked = { model: home, stimuli: join(home, "words.csv"), layers: ["tokens"] };
    await run({ out: "u", ...asked, pooling: "flatten" });
    expect([...read("u", "tokens.npy").data]).toEqual([2, 5, 7, 3, 2, 6, 3, 0]); // [CLS] cat ##s [SEP] · [CLS] dog [SEP] [PAD]
    await run({ out: "u", ...asked, pooling: "last" });
    expect([...read("u", "tokens.npy").data]).toEqual([3, 3]); // both [SEP]: a mask is made where the network wants none
  });

  it("says what it must be told, or what cannot be", async () => {
    const bare = join(model, "../bare.onnx");
    writeFileSync(bare, readFileSync(join(model, "model.onnx")));
    await expect(run({ out: "i", model: bare })).rejects.toThrow(
      /nothing says how pictures are made ready .* Give --mean and --std/,
    );
    await expect(run({ out: "i", layers: ["maen"] })).rejects.toThrow(
      'no layer is called "maen". Did you mean "mean"',
    );
    await expect(run({ out: "i", stimuli: model })).rejects.toThrow(
      /net holds no pictures .* among its 2 files/,
    );
    await expect(run({ out: "i", pooling: "sum" })).rejects.toThrow('got "sum"');
  });
});
