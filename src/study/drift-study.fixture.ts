import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, matrix, type Random, stackCols } from "../core/index.ts";
import { autocorrelationFeatures, bareWord, lookUpVectors } from "../features/index.ts";
import { encodeNpy } from "../io/index.ts";

/** Sentences in passages of four, and people whose responses hold nothing but a drift of each passage: what a leaky split makes of that. */
export interface DriftStudy {
  readonly sentences: readonly string[];
  /** Vectors of words (GloVe), beside a random vector of each word: content is what the words mean and which they are. */
  readonly vectors?: Readonly<Record<string, readonly number[]>>;
  readonly people?: number;
  /** Targets of each of the two regions. */
  readonly targets?: number;
  readonly folds?: number;
  /** Columns of the random vector of a word. */
  readonly columns?: number;
  readonly alphas?: number;
  readonly seed?: number;
}

export const passageLength = 4;

/** Share of the response variance that a passage has in common. */
const passageShare = 0.35;

/** Write stimuli, features and responses, and the study beside them.
 * @returns the text of study.yaml, by how rows are dealt to folds: at random, passages torn (overridden or refused), or whole passages. */
export function writeDriftStudy(
  folder: string,
  {
    sentences,
    vectors,
    people = 8,
    targets = 6,
    folds = 6,
    columns = 150,
    alphas = 13,
    seed = 1,
  }: DriftStudy,
) {
  const random = createRandom(seed).stream("drift study");
  const rows = sentences.length;
  mkdirSync(join(folder, "responses"), { recursive: true });
  writeFileSync(join(folder, "sentences.txt"), sentences.map((text) => `${text}\n`).join(""));
  writeFileSync(
    join(folder, "passages.csv"),
    `passage\n${sentences.map((_, i) => `${Math.floor(i / passageLength)}\n`).join("")}`,
  );
  const which = contentOf(sentences, randomVectors(sentences, columns, random.stream("words")));
  const content = vectors ? stackCols([contentOf(sentences, vectors), which]) : which;
  writeFileSync(
    join(folder, "content.npy"),
    encodeNpy({ shape: [rows, content.cols], data: content.data as Float64Array<ArrayBuffer> }),
  );
  for (let p = 1; p <= people; p++)
    writeFileSync(
      join(folder, "responses", `p${p}.npy`),
      encodeNpy({ shape: [rows, 2 * targets], data: driftOf(rows, 2 * targets, random.stream(`p${p}`)) }),
    );
  writeFileSync(
    join(folder, "noisy.npy"),
    encodeNpy({ shape: [rows, rows], data: noisyOasm(rows, random.stream("noise")) }),
  );
  const study = (outer: string, allow = "") => `
title: Passages that drift
question: Does the content of sentences predict responses that hold no content?
seed: ${seed}
design: stimulus-rows
participants: [${Array.from({ length: people }, (_, p) => `p${p + 1}`).join(", ")}]
runs: [{ id: sentences, samples: ${rows} }]
responses: { file: "responses/{participant}.npy" }
regions: { names: [${[..."AB"].flatMap((name) => new Array<string>(targets).fill(name)).join(", ")}] }
features: { content: { description: "what the words mean and which they are", ready: { file: content.npy } } }
labels: { file: sentences.txt }
outer: { folds: ${folds}, groups: passages.csv, shuffle: ${outer} }
fit: { alphas: { from: 0.1, to: 100000, count: ${alphas} }, inner: { folds: 5 } }
ceiling: none
${allow}`;
  return {
    torn: study("rows", "allow: [split-groups]"),
    refused: study("rows"),
    whole: study("none"),
    noisy: { torn: noisyStudy(study("rows", "allow: [split-groups]")), whole: noisyStudy(study("none")) },
  };
}

/** The same study of OASM with noise in its columns, and of nothing else. */
function noisyStudy(text: string): string {
  const feature =
    'noisy OASM: { description: "place in the passage, and noise", ready: { file: noisy.npy } }';
  return `${text.replace(/^features: .*$/m, `features: { ${feature} }`)}\ncontrols: false\n`;
}

/** OASM of passages (a Gaussian of width 2) with noise of a third of its columns' spread: what it predicts for a passage that it never saw is not constant, so that
 * its r is defined. (rows × rows) */
function noisyOasm(rows: number, random: Random): Float64Array<ArrayBuffer> {
  const lengths = new Array<number>(rows / passageLength).fill(passageLength);
  const data = Float64Array.from(autocorrelationFeatures(lengths, { width: 2 }).data);
  const spread = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  return data.map((value) => value + (spread / 3) * random.normal());
}

/** Each passage has a level of its own, and wanders from there; nothing depends on the words. (rows × targets) */
function driftOf(rows: number, targets: number, random: Random): Float64Array<ArrayBuffer> {
  const level = new Float64Array(targets);
  const out = new Float64Array(rows * targets);
  for (let i = 0; i < rows; i++)
    for (let t = 0; t < targets; t++) {
      level[t] =
        i % passageLength === 0
          ? Math.sqrt(passageShare) * random.normal()
          : (level[t] as number) + 0.15 * random.normal();
      out[i * targets + t] = (level[t] as number) + Math.sqrt(1 - passageShare) * random.normal();
    }
  return out;
}

/** Mean vector of the words of each sentence, rare words counting more (the logarithm of how few sentences have them). */
function contentOf(sentences: readonly string[], vectors: Readonly<Record<string, readonly number[]>>) {
  const cols = Object.values(vectors)[0]?.length ?? 0;
  const words = sentences.map((text) => text.split(/\s+/u).map(bareWord));
  const having = new Map<string, number>();
  for (const word of words.flatMap((own) => [...new Set(own)])) having.set(word, (having.get(word) ?? 0) + 1);
  const data = new Float64Array(sentences.length * cols);
  for (const [i, own] of words.entries()) {
    const { values } = lookUpVectors(own, vectors);
    for (const [w, word] of own.entries())
      for (let j = 0; j < cols; j++)
        data[i * cols + j] =
          (data[i * cols + j] as number) +
          (Math.log(sentences.length / (having.get(word) as number)) *
            (values.data[w * cols + j] as number)) /
            own.length;
  }
  return matrix(["samples", "features"], sentences.length, cols, data);
}

function randomVectors(
  sentences: readonly string[],
  columns: number,
  random: Random,
): Record<string, number[]> {
  const words = new Set(sentences.flatMap((text) => text.split(/\s+/u).map(bareWord)));
  return Object.fromEntries(
    [...words].map((word) => [word, Array.from({ length: columns }, () => random.normal())]),
  );
}

/** Made-up sentences: each passage speaks of four things of its own, in words that other passages use too. */
export function drawSentences(passages: number, seed = 1): string[] {
  const random = createRandom(seed).stream("sentences");
  const syllables = Array.from("bdfgklmnprstvz").flatMap((c) => Array.from("aeiou", (v) => c + v));
  const word = () => random.pick(syllables) + random.pick(syllables) + random.pick(syllables);
  const common = Array.from({ length: 150 }, word);
  return Array.from({ length: passages }, () => Array.from({ length: 4 }, word)).flatMap((things) =>
    Array.from({ length: passageLength }, () =>
      Array.from({ length: 8 + random.integer(5) }, () =>
        random.uniform() < 0.4 ? random.pick(things) : random.pick(common),
      ).join(" "),
    ),
  );
}
