import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";
import { config, start } from "../models/export.fixture.ts";
import { writeBrivlFolder } from "../models/index.ts";
import { answerStudy, type StudyResult } from "../report/index.ts";
import { runStudy } from "../study.ts";
import { unmatchedBetween } from "./compare.ts";
import { openFiles } from "./files.ts";
import { listShown } from "./list-shown.ts";
import { openTower } from "./open-tower.ts";
import { planActivations } from "./plan-activations.ts";
import { readModels, type StudyModel } from "./read-model.ts";
import { parseSettings } from "./read-settings.ts";

const words = "red blue old new big small cat dog tree boat sees has near under on by a the".split(" ");
const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words];
const rows = 96;
const random = createRandom(5).stream("models");
const sentences = Array.from({ length: rows }, () =>
  Array.from({ length: 2 + random.integer(4) }, () => random.pick(words)).join(" "),
);

let folder = "";
/** A family of twins on one vocabulary: `a` and `copy` are the same model, `b` and `c` two others. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-models-"));
  for (const [name, seed, signal] of [
    ["a", 1, "image-text"],
    ["copy", 1, "permuted-captions"],
    ["b", 2, "text-only"],
    ["c", 3, "untrained"],
  ] as const) {
    const metadata = { signal, seed: "1", steps: signal === "untrained" ? "0" : "9", data: "world 1" };
    const towers = name === "b" ? (["text"] as const) : (["image", "text"] as const);
    await writeBrivlFolder(
      join(folder, name),
      { config, weights: start(config, seed) },
      { towers, metadata },
    );
    writeFileSync(join(folder, name, "vocab.txt"), vocabulary.map((token) => `${token}\n`).join(""));
  }
  writeFileSync(join(folder, "read.csv"), `text\n${sentences.map((text) => `"${text}"\n`).join("")}`);
  writeFileSync(join(folder, "groups.csv"), sentences.map((_, k) => `${Math.floor(k / 4)}\n`).join(""));
  writeFileSync(
    join(folder, "length.csv"),
    `words\n${sentences.map((text) => `${text.split(" ").length}\n`).join("")}`,
  );
  mkdirSync(join(folder, "responses"));
  const signal = await layerOf("a", 2);
  const [shared, ...people] = Array.from({ length: 9 }, (_, p) => random.stream(`person ${p}`)) as [
    typeof random,
    ...(typeof random)[],
  ];
  const typical = Float64Array.from({ length: 3 * signal.cols }, () => shared.normal());
  for (const [p, own] of people.entries()) {
    // three targets follow layer 2 of model a, three are noise
    const data = new Float64Array(rows * 6);
    for (let i = 0; i < rows; i++)
      for (let t = 0; t < 6; t++) {
        let value = 0.3 * own.normal();
        for (let j = 0; t < 3 && j < signal.cols; j++)
          value +=
            ((typical[t * signal.cols + j] as number) * (signal.data[i * signal.cols + j] as number)) / 2;
        data[i * 6 + t] = value;
      }
    writeFileSync(join(folder, "responses", `p${p + 1}.npy`), encodeNpy({ shape: [rows, 6], data }));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function layerOf(name: string, layer: number): Promise<Features> {
  const tower = await openTower({ path: join(folder, name), kind: "brivl", sense: "sentences" });
  const { layers } = await tower.show(sentences, { pooling: "mean", layers: [layer] });
  return layers[0] as Features;
}

const study = (models: string, more = "") => `
title: t
question: q
design: stimulus-rows
participants: [p1, p2, p3, p4, p5, p6, p7, p8]
runs: [{ id: sentences, samples: ${rows} }]
responses: { file: "responses/{participant}.npy" }
regions: { names: [planted, planted, planted, nothing, nothing, nothing] }
features: { length: { control: true, ready: { file: length.csv } } }
stimuli: { sentences: { file: read.csv } }
models: ${models}
outer: { folds: 3, groups: groups.csv }
fit: { alphas: { from: 0.01, to: 1000, count: 6 }, inner: { folds: 3 } }
tests: { bootstrap: 100, block: 4 }
ceiling: none
${more}`;
const run = (text: string) =>
  runStudy(parseSettings(text), {
    folder,
    out: join(folder, "results"),
    store: join(folder, "store"),
    workers: 1,
  });
const compared = ({ comparisons }: StudyResult, a: string, b: string) =>
  Object.fromEntries(comparisons.filter((own) => own.a === a && own.b === b).map((own) => [own.region, own]));

describe("a study of foundation models", () => {
  it.runIf(process.env.SIMCORTEX_SLOW)(
    "finds the planted model ahead, with the layer that was planted, and says that a control which is the same model takes the win away",
    {
      timeout: 30_000,
    },
    async () => {
      const models =
        "{ first: { folder: a }, second: { folder: b }, same: { folder: copy, control: true }, start: { folder: c, control: true } }";
      const result = await run(study(models, "compare: [[first, second]]"));
      expect(compared(result, "first", "second").planted?.significant).toBe(true);
      expect(compared(result, "first", "second").planted?.difference.mean).toBeGreaterThan(0.1);
      expect(compared(result, "first", "second").nothing?.significant).toBe(false);
      for (const own of Object.values(compared(result, "first", "same")))
        expect([own.difference.mean, own.difference.low, own.difference.high, own.p, own.pCorrected]).toEqual(
          [0, 0, 0, 1, 1],
        );
      const [same, direct] = [compared(result, "same", "second"), compared(result, "first", "second")];
      expect(same.planted?.perPerson).toEqual(direct.planted?.perPerson);
      const [first] = result.models;
      expect(first?.scores[0]?.chosen.indexOf(Math.max(...(first.scores[0]?.chosen ?? [])))).toBe(2);
      expect(answerStudy(result).lead).toContain(
        "In no region is first found to predict better than second and than every control; in planted it is ahead of second, but that is no win: so is the control same.",
      );
      expect(result.comparisons.every(({ unmatched }) => unmatched?.length === 0)).toBe(true);
      expect([...new Set(result.cells.map(({ space }) => space))]).toEqual([
        "length",
        "OASM",
        "position",
        "permuted pairs",
      ]);
      // without the control that is the same model it is a win
      const answer = answerStudy({
        ...result,
        models: result.models.filter(({ name }) => name !== "same"),
        comparisons: result.comparisons.filter(({ a, b }) => a !== "same" && b !== "same"),
      });
      expect(answer.lead).toContain(
        "First predicts better than second, and than every control, in 1 of 2 regions: planted.",
      );
      expect(answer.models).toContain("No control is found to predict better than second.");
    },
  );
});

describe("readModels", () => {
  const read = (models: string, more = "") => readModels(parseSettings(study(models, more)), folder);
  it("says in one line which folder, tower or layer is wrong", async () => {
    for (const [models, more, message] of [
      ["{ m: { folder: copi } }", "", /^models\.m: there is no folder copi\. Did you mean copy\?$/],
      ["{ m: { folder: responses } }", "", /^models\.m: responses holds no config\.json/],
      ["{ m: { image: a } }", "", /^models\.m: `text` is missing: sentences were shown/],
      [
        "{ m: { folder: a } }",
        "activations: { layers: [1, 3] }",
        /^activations\.layers: the tower of "m" for sentences has no layer 3; it has 0 \(embeddings\) to 2\.$/,
      ],
    ] as const)
      await expect(read(models, more), models).rejects.toThrow(message);
    const pictures = study("{ m: { folder: b } }").replace(
      "sentences: { file: read.csv }",
      "pictures: { file: x.csv }",
    );
    await expect(readModels(parseSettings(pictures), folder)).rejects.toThrow(
      /^models\.m: b has no image tower \(it has text\), and pictures were shown; give one with `image:`\.$/,
    );
    expect(() => parseSettings(study("{ m: { folder: a } }", "activations: { pooling: sum }"))).toThrow(
      /activations\.pooling: must be one of cls, mean/,
    );
    expect(() => parseSettings(study("{ m: { folder: a, text: b } }"))).toThrow(
      /models\.m: needs `folder`, or/,
    );
    expect(() => parseSettings(study("{ m: { folder: a } }", "compare: [[m, n]]"))).toThrow(
      /compare: there is no feature space "n" and no model; legal: m, length/,
    );
  });
  it("reads what differs between twins beside their signal off their own records", async () => {
    const [a, b, start] = (await read("{ a: { folder: a }, b: { folder: b }, c: { folder: c } }")) as [
      StudyModel,
      StudyModel,
      StudyModel,
    ];
    expect(unmatchedBetween(a, b)).toEqual([]);
    expect(unmatchedBetween(a, start)).toEqual([]); // that it has no steps is its signal
    const changed = (facts: object, signal: string | null = "text-only"): StudyModel => ({
      ...b,
      towers: b.towers.map((tower) => ({ ...tower, signal, facts: { ...tower.facts, ...facts } })),
    });
    expect(unmatchedBetween(a, changed({ steps: "90", heads: "4" }))).toEqual([
      "heads of the text tower",
      "steps",
    ]);
    expect(unmatchedBetween(a, changed({}, null))).toBeUndefined();
    expect(unmatchedBetween(a, changed({ width: "9" }, null))?.at(-1)).toMatch(/not known/);
  });
});

describe("stimuli", () => {
  it("lists each picture once, and shows towers pictures of any size as in their training", async () => {
    const [height, width] = config.image.size;
    const pixels = Buffer.from(Array.from({ length: 3 * height * width }, (_, k) => (37 * k) % 256));
    for (const name of ["one", "two"])
      await sharp(name === "one" ? pixels : Buffer.alloc(pixels.length, 9), {
        raw: { width, height, channels: 3 },
      })
        .png()
        .toFile(join(folder, `${name}.png`));
    writeFileSync(join(folder, "run.csv"), "onset,duration,file\n0,1,one.png\n2,1,two.png\n4,0.5,one.png\n");
    const settings = parseSettings(
      study("{ m: { folder: a } }")
        .replace("design: stimulus-rows", "tr: 2")
        .replace("sentences: { file: read.csv }", 'pictures: { file: "run.csv" }'),
    );
    const runs = [{ id: "r", role: "train", samples: 9, repeats: 1 }] as const;
    const shown = await listShown(openFiles(".", folder), settings, runs);
    expect(shown.pictures.map(({ name }) => name.split("/").pop())).toEqual(["one.png", "two.png"]);
    expect(shown.events[0]?.map(({ index, onset, duration }) => [index, onset, duration])).toEqual([
      [0, 0, 1],
      [1, 2, 1],
      [0, 4, 0.5],
    ]);
    const models = await readModels(settings, folder);
    const { steps, collect } = planActivations(models, shown, settings);
    expect(steps).toHaveLength(2); // its untrained twin is shown them too
    const tower = await openTower({ path: join(folder, "a"), kind: "brivl", sense: "pictures" });
    const showing = { pooling: "mean", layers: [0, 1, 2] } as const;
    const answers = await tower.show(shown.pictures, showing);
    const drawn = { name: "", sha256: "", picture: { width, height, data: new Uint8Array(pixels) } };
    const rounded = (values: Iterable<number>) => [...values].map((x) => x.toFixed(4)); // batches round apart
    const alone = await tower.show([drawn], showing);
    for (const [k, { data, cols }] of answers.layers.entries())
      expect(rounded((alone.layers[k] as Features).data)).toEqual(rounded(data.slice(0, cols)));
    const [model] = models;
    expect(collect([answers, answers]).of((model as StudyModel).towers[0] as never)[2]?.rows).toBe(2);
    const cutting = (...counts: number[]) => collect(counts.map((cut) => ({ ...answers, cut }))).warnings;
    expect(cutting(0, 0)).toEqual([]);
    expect(cutting(3, 0)).toEqual([expect.stringMatching(/^3 sentences are longer than \S+ reads, and/)]);
    expect(cutting(3, 3)).toEqual([expect.stringMatching(/^3 sentences are longer than \S+, .+ read, and/)]);
    expect(cutting(3, 2)).toHaveLength(2);
    writeFileSync(join(folder, "run.csv"), "onset,duration,file\n0,1,three.png\n");
    await expect(listShown(openFiles(".", folder), settings, runs)).rejects.toThrow(
      /no picture .*three\.png/,
    );
  });
  it("counts sentences that are longer than a tower reads", async () => {
    const tower = await openTower({ path: join(folder, "b"), kind: "brivl", sense: "sentences" });
    const long = Array.from({ length: 8 }, () => "cat").join(" ");
    const { cut, layers } = await tower.show(["a cat", long], { pooling: "cls", layers: [1] });
    expect(cut).toBe(1);
    // padding to a longer neighbour changes nothing
    const alone = await tower.show(["a cat"], { pooling: "cls", layers: [1] });
    const [first] = layers;
    expect([...(first as Features).data.slice(0, 16)].map((x) => x.toFixed(4))).toEqual(
      [...(alone.layers[0] as Features).data].map((x) => x.toFixed(4)),
    );
  });
});
