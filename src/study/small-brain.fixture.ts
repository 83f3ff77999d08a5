import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { buildIcosphere } from "../brain/index.ts";
import { createRandom, type Features, matrix, type Random, type Responses } from "../core/index.ts";
import { openLinalg } from "../linalg/index.ts";
import {
  activations,
  buildTower,
  collectWeights,
  startWeights,
  type TowerModel,
  type WeightTensors,
} from "../models/index.ts";
import {
  type BrainData,
  buildEncoder,
  type FittedBrain,
  fitBrain,
  type PackedSurface,
  type Pipeline,
  type Presentation,
  packBrain,
  preparePictures,
  type Sense,
} from "../simulator/index.ts";
import { createTokenizer, type Picture, wordPieceFile } from "../stimuli/index.ts";

const blocks = { layers: 1, width: 12, heads: 2, inner: 24, epsilon: 1e-6 };
const words = "the a dog cat bird sees hears follows red blue small kitchen".split(" ");
const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ...words];
const length = 12;
const towers: Readonly<Record<Sense, TowerModel>> = {
  picture: { kind: "vit", config: { ...blocks, size: [16, 16], patch: 8, channels: 3 } },
  sentence: {
    kind: "bert",
    config: { ...blocks, vocabulary: vocabulary.length, positions: length, types: 1 },
  },
};
const half = [0.5, 0.5, 0.5];
const preprocessing = {
  resize: { height: 16, width: 16 },
  filter: "bicubic",
  crop: null,
  cropRule: "transformers",
  rescale: 1 / 255,
  normalise: { mean: half, std: half },
} as const;
const [runs, samples, each, targets] = [6, 60, 12, 12] as const;

const kept = new URL("./fixtures/small-brain/", import.meta.url);

/** Folder of a whole published brain, small: two towers that were never trained, three regions (one answers to pictures, one to sentences,
 * one to nothing), a surface of two ellipsoids. Everything in it was computed by the program, nothing is made up but the data. It is kept in
 * the repository, for it takes seconds to make: `npx tsx src/study/small-brain.fixture.ts` makes it anew. Who changes it, changes a copy. */
export const smallBrain: string = fileURLToPath(kept);

/** Make the brain, into a folder of its own. */
export async function makeSmallBrain(folder: string): Promise<void> {
  const random = createRandom(5);
  const tokenizer = wordPieceFile(vocabulary);
  const weights = {
    picture: drawWeights(towers.picture, random.stream("picture")),
    sentence: drawWeights(towers.sentence, random.stream("sentence")),
  };
  const draw = random.stream("stimuli");
  const pictures = Array.from({ length: 40 }, () => drawPicture(draw));
  const sentences = Array.from({ length: 40 }, () => drawSentence(draw));
  const { tokens, mask } = createTokenizer(tokenizer).encodeBatch(sentences, length);
  const images = preparePictures(
    { encoder: { inputs: { images: "images" } }, picture: preprocessing } as never,
    pictures,
  );
  const pooled = async (sense: Sense, feeds: Parameters<typeof activations>[2]) =>
    (await activations(towers[sense], weights[sense], feeds, { pooling: "mean" })).layers[1] as Features;
  const layers = {
    picture: await pooled("picture", images),
    sentence: await pooled("sentence", { tokens, mask }),
  };
  const linalg = await openLinalg({ where: "here" });
  const sense = (X: Features) => ({ layers: [{ name: "mean.1", X }], use: [0] });
  const fitted = await fitBrain(
    makeData(layers, random.stream("data")),
    [
      {
        id: "both",
        label: "both towers",
        description: "never trained",
        role: "multimodal",
        senses: { picture: sense(layers.picture), sentence: sense(layers.sentence) },
      },
      {
        id: "eye",
        label: "picture tower",
        description: "never trained",
        role: "unimodal",
        senses: { picture: sense(layers.picture) },
      },
    ],
    {
      linalg,
      random: createRandom(1),
      alphas: [1, 10, 100],
      delays: [1, 2, 3],
      components: 4,
      folds: 2,
      seconds: { picture: 2, sentence: 3 },
      window: [4, 8],
      coverage: 0.9,
      level: 0.05,
      draws: 200,
    },
  );
  await linalg.close();
  const encoder = (m: number, which: Sense) => ({
    bytes: buildEncoder({
      tower: towers[which],
      weights: weights[which],
      layers: [1],
      pipeline: pipelineOf(fitted, m, which),
    }),
    inputs:
      which === "picture"
        ? { images: "images" }
        : ({ tokens: "tokens", mask: "mask" } as Record<string, string>),
    layers: [1],
    layer: "mean.1",
    sentence: "layer 1, mean",
    ...(which === "picture"
      ? { picture: preprocessing }
      : { text: { length, tokenizer: "encoders/tokenizer.json" } }),
  });
  const files = await packBrain(fitted, {
    title: "A small <brain>",
    question: "Is it small?",
    card: { license: "CC0-1.0", attribution: "nobody", provenance: { seed: 5 }, limits: ["It is small."] },
    library: {
      pictures: pictures.slice(0, 8).map((_, k) => ({
        file: `library/p${k}.png`,
        label: `picture ${k}`,
        tags: [k % 2 ? "odd" : "even"],
      })),
      sentences: sentences.slice(0, 8).map((text, k) => ({ text, tags: [k % 2 ? "odd" : "even"] })),
    },
    encoders: {
      both: { picture: encoder(0, "picture"), sentence: encoder(0, "sentence") },
      eye: { picture: encoder(1, "picture") },
    },
    surface: makeSurface(),
    files: {
      "encoders/tokenizer.json": new TextEncoder().encode(JSON.stringify(tokenizer.tokenizer)),
      ...Object.fromEntries(
        await Promise.all(
          pictures.slice(0, 8).map(async (one, k) => [`library/p${k}.png`, await encode(one)] as const),
        ),
      ),
    },
    unit: "SD of a run",
    random: createRandom(2),
  });
  for (const [file, bytes] of files) {
    const path = join(folder, "brain", file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

function pipelineOf({ models }: FittedBrain, m: number, which: Sense): Pipeline {
  const found = models[m]?.senses.find(({ sense }) => sense === which);
  if (found === undefined) throw new Error(`the brain was not fitted with a ${which}`);
  return found.pipeline;
}

function drawWeights(tower: TowerModel, random: Random): WeightTensors {
  const { weights, made } = collectWeights("float32");
  buildTower(tower, weights, { type: "float32" });
  return startWeights(made, random, 0.4);
}

function drawPicture(random: Random): Picture {
  const base = [0, 1, 2].map(() => 40 + 170 * random.uniform());
  const data = Uint8Array.from(
    { length: 3 * 24 * 20 },
    (_, k) => (base[k % 3] as number) + 40 * random.uniform(),
  );
  return { width: 24, height: 20, data };
}

function drawSentence(random: Random): string {
  return `${Array.from({ length: 4 + Math.floor(4 * random.uniform()) }, () => random.pick(words)).join(" ")}.`;
}

async function encode({ width, height, data }: Picture): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

/** Targets 0, 3 … answer to pictures, 1, 4 … to sentences, 2, 5 … to nothing. */
function makeData(layers: Readonly<Record<Sense, Features>>, random: Random): BrainData {
  const tr = 2;
  const senseOf = (run: number): Sense => ([0, 1, 4].includes(run) ? "picture" : "sentence");
  const presentations = Array.from({ length: runs * each }, (_, k): Presentation => {
    const run = Math.floor(k / each);
    return { run, sense: senseOf(run), onset: 4 + 9 * (k % each), duration: 2, stimulus: (7 * k) % 40 };
  });
  const weights = Array.from({ length: targets * 12 }, () => random.normal());
  const list = Array.from({ length: runs }, (_, r) => ({
    id: `run-${r}`,
    role: r < 4 ? ("train" as const) : ("test" as const),
    samples,
    repeats: r < 4 ? 1 : 3,
  }));
  const respond = (r: number): Responses => {
    const data = Float64Array.from({ length: samples * targets }, () => 0.5 * random.normal());
    for (const { run, sense, onset, stimulus } of presentations) {
      if (run !== r) continue;
      const X = layers[sense];
      for (let t = sense === "picture" ? 0 : 1; t < targets; t += 3) {
        let drive = 1;
        for (let c = 0; c < 12; c++)
          drive += 0.6 * (weights[12 * t + c] as number) * (X.data[stimulus * X.cols + c] as number);
        for (const [lag, height] of [
          [2, 0.6],
          [3, 1],
        ] as const) {
          const at = (Math.floor(onset / tr) + lag) * targets + t;
          if (at < data.length) data[at] = (data[at] as number) + height * drive;
        }
      }
    }
    return matrix(["samples", "targets"], samples, targets, data);
  };
  return {
    tr,
    runs: list,
    presentations,
    regions: ["seen", "read", "silent"].map((name) => ({ name, description: `what is ${name}` })),
    regionOf: Int32Array.from({ length: targets }, (_, t) => t % 3),
    people: ["A", "B"].map((id) => ({
      id,
      responses: list.map(({ repeats }, r) => Array.from({ length: repeats }, () => respond(r))),
    })),
  };
}

/** Two ellipsoids; regions are caps around three points, their targets slices of them; the flat map leaves the medial cap out. */
function makeSurface(): PackedSurface {
  const { directions, triangles } = buildIcosphere(3);
  const vertices = directions.length / 3;
  const at = (v: number, d: number) => directions[3 * v + d] as number;
  return {
    space: "ellipsoids",
    hemispheres: [-1, 1].map((side) => {
      const points = (scale: number) =>
        Float32Array.from({ length: 3 * vertices }, (_, k) => {
          const [v, d] = [Math.floor(k / 3), k % 3];
          return d === 0 ? 34 * side + scale * 30 * at(v, 0) : scale * (d === 1 ? 70 : 45) * at(v, d);
        });
      const lateral = (v: number) => side * at(v, 0);
      const flat = Float32Array.from({ length: 2 * vertices }, (_, k) => {
        const v = k >> 1;
        const angle = Math.acos(Math.max(-1, Math.min(1, lateral(v))));
        const radius = Math.hypot(at(v, 1), at(v, 2)) || 1;
        return (30 * angle * (k % 2 === 0 ? side * at(v, 1) : at(v, 2))) / radius;
      });
      const faces = triangles;
      const flatFaces = Int32Array.from(
        Array.from({ length: triangles.length / 3 }, (_, f) => [...faces.subarray(3 * f, 3 * f + 3)])
          .filter((face) => face.every((v) => lateral(v) > -0.8))
          .flat(),
      );
      return {
        name: side === -1 ? "left" : "right",
        faces: Int32Array.from(triangles),
        folded: points(1),
        inflated: points(1.1),
        flat,
        flatFaces,
        sulcus: Float32Array.from(
          { length: vertices },
          (_, v) => Math.sin(12 * at(v, 1)) * Math.cos(9 * at(v, 2)),
        ),
        target: Int32Array.from({ length: vertices }, (_, v) => {
          const region = [-0.6, 0, 0.6].findIndex((y) => Math.abs(at(v, 1) - y) < 0.25);
          if (region < 0 || lateral(v) < 0) return -1;
          return region + 3 * Math.min(3, Math.floor(4 * (0.5 + 0.49 * at(v, 2))));
        }),
      };
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeSmallBrain(smallBrain);
