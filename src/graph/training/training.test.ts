import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bertEncoder, collectWeights, contrastiveStep, type TwoTowers } from "../fixtures/towers.fixture.ts";
import type { Tensor, Value } from "../index.ts";
import * as g from "../index.ts";
import { countOf } from "../shape.ts";

/** Answers of PyTorch 1.13, made by fixtures/make.py. */
function readFixture<T>(
  name: string,
): T & { tensors: [string, number[]][]; numbers: Record<string, number[]> } {
  const json = JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
  const bytes = readFileSync(new URL(`../fixtures/${name}.bin`, import.meta.url));
  const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const numbers: Record<string, number[]> = {};
  let start = 0;
  for (const [key, shape] of json.tensors) {
    numbers[key] = Array.from(all.subarray(start, start + countOf(shape)));
    start += countOf(shape);
  }
  return { ...json, numbers };
}

/** The inputs of make.py. */
function ramp(seed: number, count: number, scale: number): number[] {
  return Array.from({ length: count }, (_, k) => (((k * 7919 + seed * 104729) % 1009) / 1009 - 0.5) * scale);
}
const numbersOf = (t: Tensor | undefined) => Array.from((t as Tensor).data as Float32Array);
const seedOf = (name: string) =>
  name.length + [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);

type Float = "float32" | "float64";
function tensor(type: Float | "int64", shape: readonly number[], numbers: readonly number[]): Tensor {
  if (type === "int64") return { type, shape, data: BigInt64Array.from(numbers, BigInt) };
  return { type, shape, data: type === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers) };
}
const start = (names: readonly { name: string; shape: readonly number[]; zeros: boolean }[], type: Float) =>
  Object.fromEntries(
    names
      .filter(({ zeros }) => !zeros)
      .map(({ name, shape }) => [name, tensor(type, shape, ramp(seedOf(name), countOf(shape), 1))]),
  );
function texts(type: Float, batch: number, length: number, vocabulary: number) {
  const count = batch * length;
  const tokens = Array.from({ length: count }, (_, k) => (k * 5) % vocabulary);
  const mask = Array.from({ length: count }, (_, k) =>
    k % length < length - Math.floor(k / length) ? 1 : 0,
  );
  return { tokens: tensor("int64", [batch, length], tokens), mask: tensor(type, [batch, length], mask) };
}

/** Largest difference relative to 1 + |wanted|. */
function apart(got: ArrayLike<number | bigint>, wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  return Math.max(0, ...wanted.map((x, k) => Math.abs(Number(got[k]) - x) / (1 + Math.abs(x))));
}

describe("a contrastive step of two towers with momentum, queues, clipping and AdamW", () => {
  interface Answers extends TwoTowers {
    readonly losses: number[];
    readonly norms: number[];
    readonly learningRate: number;
    readonly steps: number;
  }
  const torch = readFixture<Answers>("contrastive");
  it.each([
    ["float64", "here", 1e-11],
    ...(process.env.SIMCORTEX_SLOW ? ([["float64", "worker", 1e-11]] as const) : []),
    ["float32", "here", 1e-3], // AdamW magnifies rounding: its first step is lr · sign(g)
  ] as const)("does in %s (%s) what torch does", async (type, where, tolerance) => {
    const step = contrastiveStep({ ...torch, type });
    const training = await g.openTraining({ step }, start(step.states, type), { where });
    const feeds = {
      images: tensor(type, [3, 3, 8, 8], ramp(1, 3 * 3 * 8 * 8, 2)),
      ...texts(type, torch.batch, torch.length, torch.vocabulary),
      learningRate: tensor("float64", [], [torch.learningRate]),
    };
    for (let t = 0; t < torch.steps; t++) {
      const { loss, norm } = await training.run("step", feeds);
      expect(apart(loss?.data as Float64Array, [torch.losses[t] as number])).toBeLessThan(tolerance);
      expect(apart(norm?.data as Float64Array, [torch.norms[t] as number])).toBeLessThan(20 * tolerance);
    }
    const ends = await training.read(torch.tensors.map(([name]) => name));
    for (const [name] of torch.tensors)
      expect(apart(ends[name]?.data as Float64Array, torch.numbers[name] as number[]), name).toBeLessThan(
        10 * tolerance,
      );
    await training.close();
  });
});

describe("gradients of masked-word prediction with a tied vocabulary", () => {
  interface Answers {
    readonly loss: number;
    readonly batch: number;
    readonly length: number;
    readonly vocabulary: number;
    readonly tower: TwoTowers["tower"];
  }
  const torch = readFixture<Answers>("masked-words");
  it.each([
    ["float64", 1e-12],
    ["float32", 1e-5],
  ] as const)("are in %s those of torch", async (type, tolerance) => {
    const { batch, length, vocabulary, tower } = torch;
    const { weights, made } = collectWeights(type);
    const tokens = g.input("tokens", "int64", [batch, length]);
    const hidden = bertEncoder(tokens, g.input("mask", type, [batch, length]), weights, vocabulary, tower);
    const logits = g.matmul(hidden, made.get("word") as Value, { transposeB: true });
    const labels = g.input("labels", "int64", [batch, length]);
    const loss = g.crossEntropy(logits, labels, g.input("counts", type, [batch, length]));
    const found = g.gradients(loss, [...made.values()]);
    const outputs = Object.fromEntries(
      [...made.keys()].map((name, i) => [`gradient.${name}`, found[i] as Value]),
    );
    const step = g.defineStep({ outputs: { loss, ...outputs } });
    const training = await g.openTraining({ step }, start(step.states, type), { where: "here" });
    const text = texts(type, batch, length, vocabulary);
    const answer = await training.run("step", {
      ...text,
      labels: tensor(
        "int64",
        [batch, length],
        Array.from({ length: batch * length }, (_, k) => (((k * 5) % vocabulary) + 3) % vocabulary),
      ),
      counts: tensor(
        type,
        [batch, length],
        Array.from({ length: batch * length }, (_, k) => (k % 3 === 0 ? 1 : 0)),
      ),
    });
    expect(apart(answer.loss?.data as Float64Array, [torch.loss])).toBeLessThan(tolerance);
    for (const [name] of torch.tensors)
      expect(
        apart(answer[`gradient.${name}`]?.data as Float64Array, torch.numbers[name] as number[]),
        name,
      ).toBeLessThan(tolerance);
    await training.close();
  });
});

describe("adamw and clipNorm", () => {
  const answers = JSON.parse(readFileSync(new URL("../fixtures/optimiser.json", import.meta.url), "utf8"));
  it.each([
    ["float64", 1e-14],
    ["float32", 1e-6],
  ] as const)(
    "do in %s the six steps of torch, with two decay groups and a falling rate",
    async (type, tolerance) => {
      const shapes = [[6], [2, 2]];
      const w = shapes.map((shape, i) => g.state(`w${i}`, type, shape));
      const given = shapes.map((shape, i) => g.input(`g${i}`, type, shape));
      const { gradients, norm } = g.clipNorm(given, 1);
      const updates = g.adamw(w, gradients, {
        learningRate: g.input("rate", "float64", []),
        beta1: 0.8,
        beta2: 0.95,
        epsilon: 1e-6,
        weightDecay: (name) => (name === "w0" ? 0.1 : 0),
      });
      const first = Object.fromEntries(
        shapes.map((shape, i) => [`w${i}`, tensor(type, shape, ramp(i + 1, countOf(shape), 2))]),
      );
      const step = g.defineStep({ outputs: { norm }, updates });
      const training = await g.openTraining({ step }, first, { where: "here" });
      for (const [t, row] of answers[type].entries()) {
        const feeds = shapes.map((shape, i) => [
          `g${i}`,
          tensor(type, shape, ramp(10 * t + i, countOf(shape), 3 / (t + 1))),
        ]);
        const answer = await training.run("step", {
          ...Object.fromEntries(feeds),
          rate: tensor("float64", [], [0.05 / (t + 1)]),
        });
        expect(apart(answer.norm?.data as Float64Array, [row.norm])).toBeLessThan(tolerance);
        const now = await training.read(["w0", "w1"]);
        for (const i of [0, 1])
          expect(apart(now[`w${i}`]?.data as Float64Array, row.w[i])).toBeLessThan(tolerance);
      }
      await training.close();
    },
  );
  it("refuse what does not belong together", () => {
    const w = g.state("w", "float32", [2]);
    const rate = g.scalar(1, "float32");
    expect(() => g.adamw([w], [], { learningRate: rate })).toThrow(/1 parameters and 0 gradients/);
    expect(() => g.adamw([w], [w], { learningRate: rate, beta1: 1 })).toThrow(
      /beta1 must be a number in \[0, 0.99/,
    );
    expect(() => g.clipNorm([], 1)).toThrow(/got 0 gradients/);
  });
});

describe("pushQueue and follow", () => {
  it("put new rows in front, drop the oldest, and average", async () => {
    const queue = g.state("queue", "float32", [5, 1], "zeros");
    const rows = g.input("rows", "float32", [2, 1]);
    const kept = g.state("kept", "float32", [2, 1], "zeros");
    const updates = [
      { state: queue, next: g.pushQueue(queue, rows) },
      { state: kept, next: g.follow(kept, rows, 0.75) },
    ];
    const training = await g.openTraining(
      { push: g.defineStep({ outputs: {}, updates }) },
      {},
      { where: "here" },
    );
    for (const x of [1, 3, 5]) await training.run("push", { rows: tensor("float32", [2, 1], [x, x + 1]) });
    const states = await training.read();
    expect(numbersOf(states.queue)).toEqual([5, 6, 3, 4, 1]);
    expect(states.kept?.data[0]).toBe(((1 * 0.75 + 3) * 0.75 + 5) * 0.25);
    await training.close();
    expect(() => g.pushQueue(queue, g.input("many", "float32", [6, 1]))).toThrow(/6 rows for a queue of 5/);
  });
});

describe("openTraining", () => {
  const counted = () => {
    const w = g.state("w", "float32", [2]);
    const x = g.input("x", "float32", [2]);
    return {
      add: g.defineStep({ outputs: { before: g.sum(w) }, updates: [{ state: w, next: g.add(w, x) }] }),
      look: g.defineStep({ outputs: { now: g.mul(w, 1) } }),
    };
  };
  const x = { x: tensor("float32", [2], [1, 2]) };
  const open = () => g.openTraining(counted(), { w: tensor("float32", [2], [10, 20]) });

  it("shares states among steps and does calls in order", async () => {
    const training = await open();
    const answers = await Promise.all([training.run("add", x), training.run("add", x), training.run("look")]);
    expect(answers.slice(0, 2).map((a) => a.before?.data[0])).toEqual([30, 33]);
    expect(numbersOf(answers[2]?.now)).toEqual([12, 24]);
    await training.close();
  });
  it("goes on from a checkpoint to the same bits", async () => {
    const training = await open();
    await training.run("add", x);
    const saved = await training.read();
    await training.run("add", x);
    const once = await training.read();
    await training.write(saved);
    await training.run("add", x);
    expect(await training.read()).toEqual(once);
    expect(numbersOf(saved.w)).toEqual([11, 22]); // a copy, not the buffer that steps write into
    await training.close();
  });
  it.each(["here", "worker"] as const)("parts states that start as one array (%s)", async (where) => {
    const [a, b] = ["a", "b"].map((name) => g.state(name, "float32", [1])) as [Value, Value];
    const both = g.defineStep({ outputs: { sum: g.add(a, b) }, updates: [{ state: a, next: g.add(a, 1) }] });
    const one = tensor("float32", [1], [5]);
    const training = await g.openTraining({ both }, { a: one, b: one }, { where });
    for (let t = 0; t < 3; t++) await training.run("both");
    expect(numbersOf((await training.read()).a)).toEqual([8]);
    expect(numbersOf((await training.read()).b)).toEqual([5]);
    expect(one.data[0]).toBe(5);
    await training.close();
  });
  it("says which tensor does not fit, and which step or state there is not", async () => {
    const training = await open();
    await expect(training.run("add", {})).rejects.toThrow(/"x" must be float32 \[2\]; got nothing/);
    await expect(training.run("add", { x: tensor("float32", [3], [1, 2, 3]) })).rejects.toThrow(
      /got float32 \[3\]/,
    );
    await expect(training.run("sub")).rejects.toThrow(/no step "sub"; there are add,look/);
    await expect(training.read(["v"])).rejects.toThrow(/no state "v"; there are w/);
    await expect(training.write({ w: tensor("float64", [2], [1, 2]) })).rejects.toThrow(/got float64 \[2\]/);
    await training.close();
    await expect(g.openTraining(counted(), {})).rejects.toThrow(/"w" must be float32 \[2\]; got nothing/);
  });
});

describe("defineStep", () => {
  it("refuses updates that do not fit", () => {
    const w = g.state("w", "float32", [2]);
    expect(() => g.defineStep({ outputs: {}, updates: [{ state: w, next: g.sum(w) }] })).toThrow(
      /next "w" must be float32 \[2\]; got float32 \[\] from reshape/,
    );
    expect(() => g.defineStep({ outputs: {}, updates: [{ state: g.neg(w), next: w }] })).toThrow(
      /only states.*neg/,
    );
    const update = { state: w, next: g.neg(w) };
    expect(() => g.defineStep({ outputs: {}, updates: [update, update] })).toThrow(/"w" is updated twice/);
  });
});
