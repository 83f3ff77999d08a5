import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom, type Features, matrix } from "../core/index.ts";
import { encodeNpy } from "../io/index.ts";
import { config, start } from "../models/export.fixture.ts";
import { writeBrivlFolder } from "../models/index.ts";
import {
  type BrainFiles,
  type BrainManifest,
  type Stimuli as Encodable,
  parseManifest,
  predict,
} from "../simulator/index.ts";
import { correlate } from "../stats/index.ts";
import type { Picture } from "../stimuli/index.ts";
import { solveStudy } from "../study.ts";
import { buildStudyBrain, whyNoBrain } from "./build-study-brain.ts";
import { openBrainFolder } from "./open-brain-folder.ts";
import { type OpenTower, openTower } from "./open-tower.ts";
import { parseSettings } from "./read-settings.ts";

const words = "red blue old new big small cat dog tree boat sees has near under on by a the".split(" ");
const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words];
const people = ["p1", "p2", "p3"];
const random = createRandom(3).stream("study brain");
const [rows, perRun, runs] = [120, 24, 6];
const sentence = () => Array.from({ length: 3 + random.integer(3) }, () => random.pick(words)).join(" ");
const sentences = Array.from({ length: rows }, sentence);
const pictures = Array.from({ length: perRun * runs }, () => drawPicture());

type Stimuli = Parameters<OpenTower["show"]>[0];

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simcortex-study-brain-"));
  const metadata = { signal: "image-text", seed: "1", steps: "9" };
  await writeBrivlFolder(join(folder, "twin"), { config, weights: start(config, 1) }, { metadata });
  writeFileSync(join(folder, "twin", "vocab.txt"), vocabulary.map((token) => `${token}\n`).join(""));
  writeFileSync(join(folder, "read.csv"), `text\n${sentences.map((text) => `"${text}"\n`).join("")}`);
  writeFileSync(join(folder, "groups.csv"), sentences.map((_, k) => `${Math.floor(k / 4)}\n`).join(""));
  writeFileSync(
    join(folder, "length.csv"),
    `n\n${sentences.map((text) => `${text.split(" ").length}\n`).join("")}`,
  );
  mkdirSync(join(folder, "rows"));
  const read = await driven("sentences", sentences);
  for (const id of people)
    writeFileSync(
      join(folder, "rows", `${id}.npy`),
      encodeNpy({ shape: [rows, 4], data: noisy(read, rows) }),
    );
  await writeRuns();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Pictures shown for 2 s, one every 4 s; a target answers 4 and 6 s after onset. */
async function writeRuns() {
  const files = pictures.map((_, k) => `picture-${k}.png`);
  for (const [k, { width, height, data }] of pictures.entries())
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(folder, files[k] as string));
  const shown = await Promise.all(
    files.map(async (name, k) => ({ name, sha256: name, picture: pictures[k] as Picture })),
  );
  const drive = await driven("pictures", shown);
  mkdirSync(join(folder, "series"));
  const samples = 2 * perRun + 4;
  for (let r = 0; r < runs; r++) {
    const rowsOf = Array.from({ length: perRun }, (_, i) => `${4 * i},2,${files[r * perRun + i]}\n`);
    writeFileSync(join(folder, `shown-${r}.csv`), `onset,duration,file\n${rowsOf.join("")}`);
    const clean = new Float64Array(samples * 4);
    for (let i = 0; i < perRun; i++)
      for (const delay of [2, 3])
        for (let t = 0; t < 4; t++)
          clean[(2 * i + delay) * 4 + t] =
            (clean[(2 * i + delay) * 4 + t] as number) + (drive[(r * perRun + i) * 4 + t] as number);
    for (const id of people)
      writeFileSync(
        join(folder, "series", `${id}-${r}.npy`),
        encodeNpy({ shape: [samples, 4], data: noisy(clean, samples) }),
      );
    writeFileSync(
      join(folder, `level-${r}.csv`),
      `x\n${Array.from({ length: samples }, (_, i) => `${i % 7}\n`).join("")}`,
    );
  }
}

/** What drives the targets: 0 and 1 follow layer 1 of the twin, each scaled to the stimuli of the study; 2 and 3 follow nothing. */
const axes: Partial<Record<StudySense, readonly { axis: Float64Array; mean: number; deviation: number }[]>> =
  {};
type StudySense = "pictures" | "sentences";

/** Responses without noise, (stimuli × 4). */
async function driven(sense: StudySense, stimuli: Stimuli) {
  const tower = await openTower({ path: join(folder, "twin"), kind: "brivl", sense });
  const { layers } = await tower.show(stimuli, { pooling: "mean", layers: [1] });
  const X = layers[0] as Features;
  const along = (axis: Float64Array) =>
    Float64Array.from({ length: X.rows }, (_, i) =>
      axis.reduce((sum, a, j) => sum + a * (X.data[i * X.cols + j] as number), 0),
    );
  axes[sense] ??= [0, 1].map(() => {
    const axis = Float64Array.from({ length: X.cols }, () => random.normal());
    const values = along(axis);
    const mean = values.reduce((sum, value) => sum + value, 0) / X.rows;
    return { axis, mean, deviation: Math.hypot(...values.map((value) => value - mean)) / Math.sqrt(X.rows) };
  });
  const out = new Float64Array(X.rows * 4);
  for (const [t, { axis, mean, deviation }] of (axes[sense] ?? []).entries())
    for (const [i, value] of along(axis).entries()) out[i * 4 + t] = (value - mean) / deviation;
  return out;
}

function noisy(clean: Float64Array, count: number) {
  return Float64Array.from({ length: count * 4 }, (_, k) => (clean[k] as number) + 0.5 * random.normal());
}

function drawPicture(): Picture {
  const base = [0, 1, 2].map(() => 40 + 170 * random.uniform());
  const data = Uint8Array.from(
    { length: 3 * 256 },
    (_, k) => (base[k % 3] as number) + 40 * random.uniform(),
  );
  return { width: 16, height: 16, data };
}

const common = `
title: t
question: q
participants: [${people}]
regions: { names: [planted, planted, nothing, nothing] }
models: { twin: { folder: twin } }
activations: { pca: 16 }
fit: { alphas: { from: 0.1, to: 10000, count: 6 }, inner: { folds: 3 } }
tests: { bootstrap: 100, block: 4 }
ceiling: none
card: { license: CC0-1.0, attribution: nobody }`;
const rowStudy = `${common}
design: stimulus-rows
runs: [{ id: sentences, samples: ${rows} }]
responses: { file: "rows/{participant}.npy" }
features: { length: { control: true, ready: { file: length.csv } } }
stimuli: { sentences: { file: read.csv } }
outer: { folds: 4, groups: groups.csv }
partition: subsets`;
const timedStudy = `${common}
tr: 2
delays: [1, 2, 3, 4]
runs: [${Array.from({ length: runs }, (_, r) => `{ id: "${r}", samples: ${2 * perRun + 4}${r === runs - 1 ? ", role: test" : ""} }`)}]
responses: { file: "series/{participant}-{run}.npy" }
features: { level: { control: true, ready: { file: "level-{run}.csv" } } }
stimuli: { pictures: { file: "shown-{run}.csv" } }`;

async function solve(text: string) {
  const settings = parseSettings(text);
  return {
    settings,
    solved: await solveStudy(settings, { folder, store: join(folder, "store"), workers: 1 }),
  };
}

async function publish(
  text: string,
  name: string,
): Promise<{ manifest: BrainManifest; place: string; files: BrainFiles }> {
  const { settings, solved } = await solve(text);
  const files = await buildStudyBrain(solved, {
    settings,
    surface: null,
    linalg: { where: "here" },
  });
  const place = join(folder, name, "brain");
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), bytes);
  }
  return { manifest: parseManifest(new TextDecoder().decode(files.get("manifest.json"))), place, files };
}

/** r of the predicted with the true responses of every target. */
async function agree(place: string, model: string, encodable: Encodable, truth: Float64Array<ArrayBuffer>) {
  const opened = await openBrainFolder(place, { where: "here" });
  const { responses, mask } = await predict(opened.brain, await opened.encode(model, encodable), { model });
  await opened.close();
  const count = truth.length / 4;
  const r = correlate(
    matrix(["samples", "targets"], count, 4, truth),
    matrix(["samples", "targets"], count, 4, Float64Array.from(responses)),
  );
  return { r: [...r], mask: [...mask] };
}

describe("buildStudyBrain", () => {
  it("fits rows that stand for sentences, and predicts new ones as the twin that drove them", async () => {
    const { manifest, place } = await publish(rowStudy, "of-rows");
    expect(manifest.models.map(({ id, role }) => [id, role])).toEqual([
      ["twin", "multimodal"],
      ["untrained", "untrained"],
    ]);
    expect(manifest.presentation).toMatchObject({ tr: null, unit: "as measured", window: [0, 1] });
    expect(manifest.people.map(({ id }) => id)).toEqual(["mean", ...people]);
    expect(manifest.card).toMatchObject({ license: "CC0-1.0", attribution: "nobody" });
    expect(manifest.heldOut?.samples).toBe(28); // 7 of 30 groups of four
    const fresh = Array.from({ length: 60 }, () => sentence());
    const truth = await driven("sentences", fresh);
    const own = await agree(place, "twin", { sense: "sentence", sentences: fresh }, truth);
    expect(own.mask).toEqual([1, 1, 0, 0]);
    expect(Math.min(...own.r.slice(0, 2))).toBeGreaterThan(0.7);
    expect(manifest.differences.length).toBeGreaterThan(0); // against the untrained twin
    // what the study's own feature spaces explain stands beside its models
    expect(manifest.partition?.parts.map(({ region, spaces }) => [region, spaces])).toEqual([
      ["planted", ["length"]],
      ["nothing", ["length"]],
    ]);
    expect(manifest.equivalence?.text).toMatch(/sign-flip tests over 3 people.*–: no difference is excluded/);
    expect(manifest.differences.map(({ equivalence }) => equivalence?.bound)).toEqual(
      manifest.differences.map(() => null), // three people exclude nothing at .05
    );
  });

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "fits a time series of pictures, with masks and intervals from runs that it holds out",
    async () => {
      const { manifest, place } = await publish(timedStudy, "of-runs");
      expect(manifest.presentation).toMatchObject({ tr: 2, seconds: { picture: 2 }, unit: "SD of a run" });
      expect(manifest.heldOut?.runs.map(({ id }) => id)).toEqual([String(runs - 1)]);
      const fresh = Array.from({ length: 40 }, () => drawPicture());
      const truth = await driven(
        "pictures",
        fresh.map((picture, k) => ({ name: `${k}`, sha256: `${k}`, picture })),
      );
      const own = await agree(place, "twin", { sense: "picture", pictures: fresh }, truth);
      expect(own.mask).toEqual([1, 1, 0, 0]);
      expect(Math.min(...own.r.slice(0, 2))).toBeGreaterThan(0.9);
      const { measured } = manifest.intervals.coverage.find(({ model }) => model === "twin") ?? {
        measured: 0,
      };
      expect(Math.abs(measured - 0.9)).toBeLessThan(0.08); // of 24 pictures, 16 targets
    },
  );

  it.runIf(process.env.SIMCORTEX_SLOW)(
    "says why there is none: first tokens, or too little to learn from",
    async () => {
      const why = async (text: string) => {
        const { settings, solved } = await solve(text);
        return whyNoBrain(solved, { settings, surface: null });
      };
      expect(await why(rowStudy)).toBeNull();
      expect(await why(rowStudy.replace("pca: 16", "pca: 16, pooling: cls"))).toMatch(/take|first token/);
      const tested = ["0", "1", "2"].reduce(
        (text, id) =>
          text.replace(`{ id: "${id}", samples: 52 }`, `{ id: "${id}", samples: 52, role: test }`),
        timedStudy.replace("folds: 3", "folds: 2"),
      );
      expect(await why(tested)).toMatch(/^No brain was fitted: .*at least 3 runs; there are 2/);
    },
  );
});
